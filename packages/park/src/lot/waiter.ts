import type { Address, Pinning } from '@smpnet/memory'
import type { Driver } from '../driver.ts'
import { hostMs } from '../host-clock.ts'
import type { Parker, Parking } from './parking.ts'
import { FOREVER, leftMs, type Until } from '../until.ts'
import { PARK, type Wait, type Waiting } from '../wait.ts'

/** Is told when a waiter whose locks it knows is about to sleep for something else. */
export interface SleepWatch {
  /** `what` the waiter sleeps for, and the address of a lock that it exits meanwhile. */
  sleeps(td: Waiter, what: string, exited?: Address): void
}

/** Knows whether those are still there that could wake a waiter, such as the CPUs of a machine. */
export interface WakersWatch {
  /** Throws when they are not: then the waiter would sleep for ever. */
  expectAlive(): void
}

/**
 * A thread or a task that can wait, as its own isolate knows it; other CPUs know it by its entry at
 * `at`, which is words in memory. Only the thread that it stands for uses the object, and only its
 * scheduler, while that thread does not run. `Thread` of the scheduler is a waiter with a CPU under
 * it; a plain thread and each task of an event loop have one of their own.
 */
export class Waiter implements Parker, Pinning {
  /** How long its sleep may take: written before each `PARK`, and read by the driver. */
  limit: Until = FOREVER
  /** How often it looks again at a lock that may be free soon before it sleeps. */
  spins = 16
  /** How often it looks at what cannot wake it before its first nap: such sections are short. */
  polls = 64
  /** What drives its generators; none unless the driver can be asked for anything. */
  driver: Driver | undefined
  /** The watches of the locks that it takes; none unless a lock is watched. */
  watches: SleepWatch[] | undefined
  /** How often it was pinned and not unpinned: unless it is 0, its scheduler leaves it there. */
  pins = 0
  /** Depth of critical sections, in which its scheduler does not preempt it. */
  critical = 0
  /**
   * Asked now and then by a driver that blocks or awaits, while the waiter sleeps or spins: what it
   * throws ends the wait. A waiter that has ended so is queued still, and waits for nothing again.
   */
  wakersWatch: WakersWatch | undefined
  /** How many counted locks it is in; wakeup policies look at it. */
  held = 0

  constructor(
    readonly lot: Parking,
    readonly at: Address,
  ) {}

  /** The number of the CPU or thread that it is with; another one, maybe, after each yield. */
  get cpu(): number {
    return this.lot.cpu
  }

  /** Keeps it on this CPU until as many `unpin`s: sched_pin. It may be preempted all the same. */
  pin(): void {
    this.pins++
  }

  /** Undoes one `pin`: sched_unpin. */
  unpin(): void {
    this.pins--
  }

  /** What its generator yields to sleep, until it is woken or the limit has come. */
  parking(limit: Until): Wait {
    this.limit = limit
    return PARK
  }

  /**
   * The waiter was queued for the lock at `lock`, which the waiter at `owner` holds. This and the
   * next two say nothing to plain threads; a scheduler lends priorities by them. Locks that have an
   * owner call them on their slow paths only, settled, and this one under the lock's queue, so that
   * the owner cannot have let go meanwhile.
   */
  blocks(_lock: Address, _owner: Address): void {}

  /** It waits for that lock no longer, whether it holds it now or not. */
  unblocks(): void {}

  /**
   * The lock at `lock`, for which others may wait, goes from the waiter at `from` to the one at
   * `heir`; NIL for nobody. An owner that lets go says so under the lock's queue, before the lock's
   * word changes; a waiter that takes a lock that nobody held, when it has it.
   */
  passes(_lock: Address, _from: Address, _heir: Address): void {}

  /**
   * Says, before anything is queued, that the waiter may have to sleep for `what`, and that it has
   * exited the lock at `exited` while it does.
   */
  maySleepFor(what: { name(): string }, exited?: Address): void {
    if (this.watches === undefined) return
    for (const watch of this.watches) watch.sleeps(this, what.name(), exited)
  }

  /**
   * For a call that does much and waits seldom, each time that it has done some of it: whether
   * other tasks of its event loop are to come first. The call then yields `YIELD`.
   */
  isToYield(): boolean {
    return this.driver?.isToYield() ?? false
  }

  /**
   * Whether a scheduler would run another thread in its place if it yielded `PREEMPT`: what it has
   * woken may be more urgent. No plain thread is preempted.
   */
  owesPreemption(): boolean {
    return false
  }

  /** Milliseconds on the clock by which this waiter's time passes. */
  now(): number {
    return hostMs()
  }

  /** For how long `watch` looks, in ns: 0 unless its CPU is simulated and its threads watch. */
  get watchNs(): number {
    return 0
  }

  /**
   * As `spinWhile`, for code that yields, on a simulated machine: looks again and again while the
   * words are as told, for `watchNs` at most, and says whether one has changed.
   */
  *watch(
    _at: Address,
    _value: number,
    _until = FOREVER,
    _orAt?: Address,
    _orValue?: number,
  ): Waiting<boolean> {
    return false
  }

  /**
   * Before parking: spins while the word at `at` is `value`, if the driver of this waiter can spare
   * the time and as long as that pays, and says whether the word has changed. What may end the wait
   * besides, such as a peer that closes, is a second word: nobody writes the first one then.
   */
  spinWhile(
    at: Address,
    value: number,
    until = FOREVER,
    orAt: Address = at,
    orValue = value,
  ): boolean {
    const { driver } = this
    if (driver === undefined) return false
    return driver.spinWhile(this.lot.memory, at, value, leftMs(this, until), orAt, orValue)
  }
}
