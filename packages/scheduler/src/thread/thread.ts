import { type Address, NIL } from '@smpnet/memory'
import type { Alarm, Cpu } from '@smpnet/machine'
import {
  FOREVER,
  leftMs,
  type Outcome,
  PARKED,
  PREEMPT,
  SETTLE,
  SPIN,
  TIMED_OUT,
  type Until,
  until,
  WAITER,
  Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import { Ending, parkUntilWoken } from './ending.ts'
import { MAX_PRIORITY } from './priority.ts'
import type { ThreadHost } from './thread-host.ts'
import type { Ticket } from './ticket.ts'

/** A thread that may wait for less does not spin, which may take some 5 ms. */
const LEAST_MS = 40

/** What a thread runs: a generator function that gets its own thread, as `td`. */
export type Body<T = unknown> = (td: Thread<T>) => Waiting<T>

/**
 * A kernel thread: FreeBSD's struct thread, as far as schedulers need it. It is a waiter, so locks,
 * sockets and pollers take it as `td`, and what its generator yields is acted on by its scheduler.
 *
 * A thread is in one of four states, which its fields say together:
 *
 * | state    | `isQueued` or in its policy's queues | `parked` | current of its CPU | `alive` |
 * |----------|--------------------------------------|----------|--------------------|---------|
 * | runnable | yes                                  | no       | no                 | yes     |
 * | running  | no                                   | no       | yes                | yes     |
 * | waiting  | no                                   | yes      | no                 | yes     |
 * | ended    | no                                   | no       | no                 | no      |
 *
 * The object belongs to the thread's CPU, and other CPUs of a live machine know the thread by its
 * waiter entry only. Of a simulated machine all CPUs are in one isolate; there a policy may move
 * the thread whenever it has yielded (`moveTo`). The fields from `next` to `blockedBy` are written
 * by its scheduler, between two steps of the thread; its code calls the methods, as part of a step.
 *
 * The priority that counts is the more urgent of the thread's own, which its policy works out, and
 * what it is lent by waiters for locks that it holds (`reckonPriority`).
 */
export class Thread<T = unknown> extends Waiter {
  /** Its neighbours in a run queue, and which of the queues there: the run queue's. */
  next: Thread | undefined
  previous: Thread | undefined
  queue = 0
  isQueued = false
  /** Whether it waits for a wake that has not come. */
  parked = false
  /** Whether a wake has come that it has not waited for yet. */
  wakePending = false
  /** How its last wait ended: what its generator is resumed with. */
  outcome: Outcome = WOKEN
  /** Ends its wait when the time is over. */
  alarm: Alarm | undefined
  /** What decides when the thread runs: the more urgent of its own and what it is lent. */
  priority: number
  /** What its policy gives the thread by itself, and the most urgent of what others lend it. */
  ownPriority: number
  lent = MAX_PRIORITY
  /** Which priority of its own its entry says, or -1. */
  entered = -1
  /** What its policy remembers about the thread: FreeBSD's td_sched. */
  sched: unknown
  /** Ticks of the configured ticker that it has run. */
  runTicks = 0
  /** How often it got a CPU that another thread had, or that was idle. */
  switches = 0
  /** What other CPUs know it by, if its scheduler has a roster. */
  ticket: Ticket | undefined
  /** The lock that it sleeps for and that has an owner, or NIL. */
  blockedOn = NIL
  /** The entry of its owner when the thread queued itself, which may be another one by now. */
  blockedBy = NIL
  readonly #ending = new Ending<T, Thread>()
  #host: ThreadHost<Thread>
  readonly body: Waiting<T>

  constructor(
    host: ThreadHost<Thread>,
    entry: number,
    readonly name: string,
    /** The priority that it was spawned with. */
    readonly basePriority: number,
    body: Body<T>,
    readonly nice = 0,
    /** Whether it was spawned to stay where it is. */
    readonly isBound = false,
  ) {
    super(host.cpu.lot, entry)
    this.#host = host
    this.priority = basePriority
    this.ownPriority = basePriority
    // As FreeBSD's: a simulated owner that runs is on a CPU of its own. A live one may be on none.
    if (host.cpu.memory.isSimulated) this.spins = Number.POSITIVE_INFINITY
    this.body = body(this)
  }

  /** The scheduler that the thread is with, for other schedulers of the isolate. */
  get host(): ThreadHost<Thread> {
    return this.#host
  }

  /**
   * The CPU that the thread is with; `cpu` is its number. On a simulated machine a thread that is
   * not pinned may be with another one each time that it has yielded.
   */
  get pcpu(): Cpu {
    return this.#host.cpu
  }

  /**
   * Whether the thread stays on its CPU: it was bound when it was spawned, or has pinned itself.
   * Only the thread itself pins and unpins, while it runs: so this does not change while it is
   * queued or waits, and the CPU that it is with is the one on which it was pinned.
   */
  get pinned(): boolean {
    return this.isBound || this.pins > 0
  }

  override now(): number {
    return this.pcpu.now() / 1e6
  }

  /** Spins only while no other thread of the CPU could run instead, and there is the time. */
  override spinWhile(
    at: Address,
    value: number,
    until = FOREVER,
    orAt: Address = at,
    orValue = value,
  ): boolean {
    if (!this.#host.isAlone() || leftMs(this, until) < LEAST_MS) return false
    return this.pcpu.spinWhile(at, value, orAt, orValue)
  }

  override get watchNs(): number {
    return this.pcpu.watchNs
  }

  override *watch(
    at: Address,
    value: number,
    until = FOREVER,
    orAt: Address = at,
    orValue = value,
  ): Waiting<boolean> {
    const { memory } = this.lot
    // Ends a doze, too: a CPU that spins for a word alone acts again when that changes.
    const over = { is: leftMs(this, until) * 1e6 < this.watchNs }
    const end = this.pcpu.alarm(this.watchNs, () => (over.is = true))
    let hasChanged = false
    while (!hasChanged && !over.is && this.#host.isAlone()) {
      memory.spinsFor(at)
      if (orAt !== at) memory.spinsFor(orAt)
      yield SPIN
      while (!memory.settled()) yield SETTLE
      hasChanged = memory.load(at) !== value || (orAt !== at && memory.load(orAt) !== orValue)
    }
    end.cancel()
    return hasChanged
  }

  override blocks(lock: Address, owner: Address): void {
    this.blockedOn = lock
    this.blockedBy = owner
    // Turnstiles write it into the entry.
    this.entered = this.ownPriority
    this.#host.turnstiles.block(this.at, this.ownPriority, lock, owner)
  }

  override unblocks(): void {
    this.blockedOn = NIL
    this.#host.turnstiles.unblock(this.at)
  }

  override passes(lock: Address, from: Address, heir: Address): void {
    this.#host.turnstiles.pass(lock, from, heir)
  }

  /** Its own priority, or what it is lent, has changed. For policies. */
  reckonPriority(): void {
    this.priority = Math.min(this.ownPriority, this.lent)
  }

  /** Whether the thread still runs or waits. */
  get alive(): boolean {
    return this.#ending.isAlive
  }

  /**
   * Waits until this thread ends, and returns what it returned or throws what it threw. For other
   * threads of the same isolate. Throws an Error for a thread that would wait for itself.
   */
  *join(td: Thread): Waiting<T> {
    if (td === (this as unknown))
      throw new Error(`thread ${this.name} cannot wait for its own end`)
    return yield* this.#ending.join(td)
  }

  /** Lets at least `delayNs` pass. */
  *sleep(delayNs: number): Waiting {
    this.lot.memory.store(this.at + WAITER.offset.state, PARKED)
    const outcome = yield this.parking(until(this, { timeoutMs: delayNs / 1e6 }))
    if (outcome !== TIMED_OUT) throw new Error(`thread ${this.name} was woken from its sleep`)
  }

  /** Waits for a wake by entry, without a queue. */
  *parkUntilWoken(until: Until = FOREVER): Waiting<Outcome> {
    return yield* parkUntilWoken(this, until)
  }

  /** Whether the thread would be preempted now, were it in no critical and no counted section. */
  override owesPreemption(): boolean {
    return this.#host.owesPreemption()
  }

  /** Until as many exits, this thread is not preempted: a preemption that comes is owed. */
  enterCritical(): void {
    this.critical++
  }

  /**
   * Ends a critical section if no preemption is owed; else `yield* exitCritical()`. Throws an Error
   * outside of one.
   */
  tryExitCritical(): boolean {
    if (this.critical === 0) throw new Error(`thread ${this.name} is in no critical section`)
    if (this.critical === 1 && this.owesPreemption()) return false
    this.critical--
    return true
  }

  /** Ends a critical section, and lets a preemption that is owed happen here. */
  *exitCritical(): Waiting {
    if (this.tryExitCritical()) return
    this.critical--
    yield PREEMPT
  }

  /**
   * The thread is with another CPU from now on. For its policy, while it does not run. Throws an
   * Error for a pinned thread, since what it does with its CPU's part of a structure is half done.
   */
  moveTo(host: ThreadHost<Thread>): void {
    if (this.pinned) {
      const { name, cpu } = this
      throw new Error(`thread ${name} is pinned to CPU ${cpu}: CPU ${host.cpu.id} took it`)
    }
    this.#host = host
    const { id, lot, memory } = host.cpu
    ;(this as { lot: Waiter['lot'] }).lot = lot
    memory.write(this.at + WAITER.offset.cpu, id)
  }

  /** Records its end, and returns the threads that wait for it. For its scheduler. */
  end(state: 'returned' | 'threw', result: unknown): readonly Thread[] {
    return this.#ending.end(state, result)
  }
}
