import { type Address, layout, type Memory, NIL, type Pinning, word } from '@smpnet/memory'
import { hostMs } from './host-clock.ts'
import type { LoopShare } from './loop-share.ts'
import type { SpinBudget } from './spin-budget.ts'
import type { Outcome, Waiting } from './wait.ts'

/**
 * The entry of everything that can wait: a plain thread, one of an event loop's tasks, a kernel
 * thread. Locks name their owner by its address. One line each, since all of it moves together
 * when a CPU wakes another's waiter.
 */
export const WAITER = layout('waiter', {
  /** (x) One of the states below. The waiter writes RUNNING and PARKED, its waker WOKEN. */
  state: word('x', 'waiter'),
  /** (x) The CPU or attached thread that claimed it. */
  thread: word('x', 'waiter'),
  /**
   * (o) of its scheduler: the CPU whose mailbox wakes it, or `NO_CPU` when it sleeps on `state`
   * itself. Constant, except for threads that a simulated machine's scheduler moves.
   */
  cpu: word('o', 'waiter'),
  /** (m) under its bucket: what it is parked on, and the next entry there. */
  key: word('m', 'waiter'),
  next: word('m', 'waiter'),
  /** (m) under its bucket: what it wants of that, in the words of the lock that parked it. */
  want: word('m', 'waiter'),
  /** (o) of the waker while it posts, then of the CPU that takes it: the next of the mailbox. */
  mail: word('o', 'waiter'),
  /** (o) Lets its thread find out whether two buffers that it was sent are one memory. */
  probe: word('o', 'waiter'),
  /** (x) 0, or 1 more than the number of the CPU or thread that it is given out to. */
  taken: word('x', 'waiter'),
  /** (m) under `LENDING`: the priority of its own, when it waited last, and what it is lent. */
  own: word('m', 'waiter'),
  lent: word('m', 'waiter'),
  /** (m) under `LENDING`: the lock that it waits for and the owner whom it lends to, or NIL. */
  lock: word('m', 'waiter'),
  debtor: word('m', 'waiter'),
  /** (m) under `LENDING`: the next who lends to the same owner. */
  lender: word('m', 'waiter'),
  /** (m) under `LENDING`: the first who lends to it. */
  lenders: word('m', 'waiter'),
  /** (m) under `LENDING`: the next of its CPU whose loans have changed; 0 if it is not one. */
  notice: word('m', 'waiter'),
})

/** The states of an entry. A lock's other contenders spin only while its owner is `RUNNING`. */
export const RUNNING = 0
/** Runnable, and waiting for a CPU. */
export const READY = 1
/** In a queue, or about to be. A plain thread in this state still spins. */
export const PARKED = 2
/** In a queue, and asleep on `state`: the waker has to notify it. */
export const SLEEPING = 3
/** Taken from its queue. */
export const AWAKE = 4

/** Its thread has ended, and was buried: it neither waits nor exits anything any more. */
export const DEAD = 5

/** In an entry's `cpu`: it belongs to no CPU, but to a thread that sleeps on `state`. */
export const NO_CPU = -1

/** The bits of a lock's word that name its owner's entry. */
export const OWNER_BITS = ~63
/** The bit of a lock's word that says that it names nobody: several hold it, and are counted. */
export const NO_OWNER = 32
/** In what a waiter wants: that it waits for a lock whose word, at its key, may name an owner. */
export const OF_AN_OWNER = 1 << 30

/** The entry that a lock's word names as its owner, or NIL. */
export function ownerIn(word: number): Address {
  return word & NO_OWNER ? NIL : word & OWNER_BITS
}

/**
 * What locks need of the table that waiters wait in. `Lot` is the one there is, and says more
 * about each method.
 */
export interface Parking {
  readonly memory: Memory
  /** The CPU number of the code that uses this object; attached threads have one too. */
  readonly cpu: number

  park(
    waiter: Waiter,
    key: Address,
    at: Address,
    expected: number,
    want?: number,
    owner?: Address,
  ): Waiting<Outcome>
  tryUnpark(key: Address, count: number): number
  unpark(key: Address, count: number): Waiting<number>

  lockQueue(key: Address): Waiting<Address>
  append(queue: Address, waiter: Waiter, key: Address, want: number): void
  prepend(queue: Address, waiter: Waiter, key: Address, want: number): void
  remove(queue: Address, waiter: Waiter): void
  first(queue: Address, key: Address): Address
  take(queue: Address, key: Address, count: number): Address
  takeOnly(queue: Address, key: Address, count: number, want: number): Address
  takeExcept(queue: Address, key: Address, count: number, want: number): Address
  takeWeighed(queue: Address, key: Address, sum: number): Address
  after(entry: Address): Address
  wantOf(entry: Address): number
  unlockQueue(queue: Address): void
  sleep(waiter: Waiter, lends?: boolean): Waiting<Outcome>
  wake(chain: Address): Waiting<number>

  queueOf(key: Address): Address
  threadOf(entry: Address): number
  isDead(entry: Address): boolean
  lockQueues(key: Address, other: Address): Waiting
  requeue(from: Address, to: Address, count: number): number
  unlockQueues(key: Address, other: Address): void
}

/** Is told when a waiter whose locks it knows is about to sleep for something else. */
export interface SleepWatch {
  /** `what` it sleeps for, and the address of a lock that it exits meanwhile. */
  sleeps(td: Waiter, what: string, exited?: Address): void
}

/** Someone who can wait, and the entry at `at` by which others know it. Used by its owner only. */
export class Waiter implements Pinning {
  /** How long a `PARK` may take, in milliseconds. */
  timeoutMs = Number.POSITIVE_INFINITY
  /** Ends a `PARK` early; only a driver that serves an event loop can hear of it. */
  signal: AbortSignal | undefined
  /** How often it looks again at a lock that may be free soon before it sleeps. */
  spins = 16
  /** How often it looks at what cannot wake it before its first nap: such sections are short. */
  polls = 64
  /** How long this thread spins before it sleeps; none unless its driver blocks it. */
  budget: SpinBudget | undefined
  /** What it may take of its event loop; none unless its driver serves one. */
  loopShare: LoopShare | undefined
  /** Those who watched it take a lock; none unless a lock is watched. */
  watches: SleepWatch[] | undefined
  /** How often it was pinned and not unpinned: unless it is 0, its scheduler leaves it there. */
  pins = 0
  /** Depth of critical sections, in which its scheduler does not preempt it. */
  critical = 0
  /** How many counted locks it is in; wakeup policies look at it. */
  held = 0

  constructor(
    readonly lot: Parking,
    readonly at: Address,
  ) {}

  /** The number of its CPU: of code that is not pinned, another one perhaps after each yield. */
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

  /**
   * It was queued for the lock at `lock`, which the waiter at `owner` holds. This and the next two
   * say nothing to plain threads; a scheduler lends priorities by them. Called by locks that have
   * one owner, on their slow paths only, settled, and this one under the lock's queue: so the owner
   * cannot have let go meanwhile.
   */
  blocks(_lock: Address, _owner: Address): void {}

  /** It waits for that lock no longer, whether it holds it now or not. */
  unblocks(): void {}

  /**
   * The lock at `lock`, for which others may wait, goes from the waiter at `from` to the one at
   * `heir`; NIL for nobody. Who lets go says so under the lock's queue, before its word changes;
   * who takes a lock that nobody held, when it has it.
   */
  passes(_lock: Address, _from: Address, _heir: Address): void {}

  /**
   * Says, before anything is queued, that it may have to sleep for `what`, and that it has exited
   * the lock at `exited` while it does.
   */
  maySleepFor(what: { name(): string }, exited?: Address): void {
    if (this.watches === undefined) return
    for (const watch of this.watches) watch.sleeps(this, what.name(), exited)
  }

  /**
   * For a call that does much and waits seldom, each time that it has done some of it: whether
   * others of its event loop are to come first. It then yields `YIELD`.
   */
  isToYield(): boolean {
    return this.loopShare?.isUsedUp() ?? false
  }

  /** Milliseconds on the clock by which this waiter's time passes. */
  now(): number {
    return hostMs()
  }

  /** When `timeoutMs` from now are over, on that clock. */
  deadline(): number {
    const { timeoutMs } = this
    return timeoutMs === Number.POSITIVE_INFINITY ? timeoutMs : this.now() + timeoutMs
  }

  /** Lets the next `PARK` last until then at most: for calls that may park more than once. */
  parkUntil(deadline: number): void {
    if (deadline === Number.POSITIVE_INFINITY) return
    this.timeoutMs = Math.max(0, deadline - this.now())
  }

  /**
   * Before parking: spins while the word at `at` is `value`, if whoever drives this waiter can
   * spare the time and as long as that pays, and says whether the word has changed.
   */
  spinWhile(at: Address, value: number): boolean {
    const { budget } = this
    const turns = budget?.turns(this.timeoutMs) ?? 0
    if (budget === undefined || turns === 0) return false
    for (let turn = turns; turn > 0; turn--) {
      if (this.lot.memory.load(at) === value) continue
      budget.hit()
      return true
    }
    budget.miss()
    return false
  }
}
