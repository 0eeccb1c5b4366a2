import { type Address, NIL } from '@smpnet/memory'
import type { Alarm, Cpu } from '@smpnet/machine'
import {
  FOREVER,
  leftMs,
  type Outcome,
  PARKED,
  PREEMPT,
  TIMED_OUT,
  type Until,
  until,
  WAITER,
  Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import type { Lending } from './lending/lending.ts'
import type { Ticket } from './watching/roster.ts'
import { MAX_PRIORITY } from './priority.ts'

/** A thread that may wait for less does not spin, which may take some 5 ms. */
const LEAST_MS = 40

/** What a thread runs: a generator function that is given its own thread, as `td`. */
export type Body<T = unknown> = (td: Thread<T>) => Waiting<T>

export interface ThreadOptions {
  /** Names it in errors and traces. */
  readonly name?: string
  /** See `Priority`; `Priority.user` unless told. */
  readonly priority?: number
  /** From -20 to 20, for policies that share time; 0 unless told. */
  readonly nice?: number
  /** Whether it is bound to the CPU where it was spawned; false unless told. */
  readonly pinned?: boolean
}

/** The scheduler that a thread is with, as the thread knows it. */
export interface ThreadHost {
  readonly cpu: Cpu
  /** Whether no other thread of its CPU is runnable. */
  isAlone(): boolean
  /** Whether the current thread would be preempted here and now. */
  owesPreemption(): boolean
  /** `td` is to be woken: if it has only just parked here, that is carried out now. */
  finishSwitch(td: Thread): void
  /** What a thread that is with this scheduler is lent has changed. */
  lend(td: Thread): void
  readonly lending: Lending
}

/**
 * A kernel thread. Its object belongs to its CPU; other CPUs of a live machine know it by its
 * waiter entry only. The fields from `next` to `blockedOn` are its scheduler's.
 */
export class Thread<T = unknown> extends Waiter {
  /** Its neighbours in a run queue, and which of the queues there. (o) of the run queue. */
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
  /** What decides when it runs: the more urgent of its own and what it was lent. */
  priority: number
  /** What its policy gives it by itself, and the most urgent of what others lend it. */
  ownPriority: number
  lent = MAX_PRIORITY
  /** Which priority of its own its entry says, or -1. */
  entered = -1
  /** What its policy remembers about it. */
  share: unknown
  /** Ticks of the configured cputicker that it has run. */
  runTicks = 0
  /** How often it was given a CPU that another thread, or nobody, had had. */
  switches = 0
  /** What other CPUs know it by, if its scheduler has a roster. */
  ticket: Ticket | undefined
  /** The lock that it sleeps for and that has an owner, or NIL. */
  blockedOn = NIL
  #state: 'alive' | 'returned' | 'threw' = 'alive'
  #result: unknown
  #joiners: Thread[] = []
  #host: ThreadHost
  readonly body: Waiting<T>

  constructor(
    host: ThreadHost,
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
    this.body = body(this)
  }

  /**
   * The CPU that it is with; `cpu` is its number. On a simulated machine a thread that is not
   * pinned may be with another one each time that it has yielded.
   */
  get pcpu(): Cpu {
    return this.#host.cpu
  }

  /**
   * Whether it stays on its CPU: it was bound when it was spawned, or has pinned itself. Only the
   * thread itself pins and unpins, while it runs: so this does not change while it is queued or
   * waits, and the CPU that it is with is the one on which it was pinned.
   */
  get pinned(): boolean {
    return this.isBound || this.pins > 0
  }

  override now(): number {
    return this.pcpu.now() / 1e6
  }

  /** Spins only while no other thread of its CPU could run instead, and it has the time. */
  override spinWhile(at: Address, value: number, until = FOREVER): boolean {
    if (!this.#host.isAlone() || leftMs(this, until) < LEAST_MS) return false
    return this.pcpu.spinWhile(at, value)
  }

  override blocks(lock: Address, owner: Address): void {
    this.blockedOn = lock
    this.#host.lending.block(this.at, this.ownPriority, lock, owner)
  }

  override unblocks(): void {
    this.blockedOn = NIL
    this.#host.lending.unblock(this.at)
  }

  override passes(lock: Address, from: Address, heir: Address): void {
    this.#host.lending.pass(lock, from, heir)
  }

  /** Its own priority, or what it is lent, has changed: the more urgent counts. For policies. */
  reckonPriority(): void {
    this.priority = Math.min(this.ownPriority, this.lent)
  }

  /** Whether it still runs or waits. */
  get alive(): boolean {
    return this.#state === 'alive'
  }

  /**
   * Waits until this thread ends, and returns what it returned or throws what it threw. For other
   * threads of the same isolate. Throws an Error for a thread that would wait for itself.
   */
  *join(td: Thread): Waiting<T> {
    if (td === (this as unknown))
      throw new Error(`thread ${this.name} cannot wait for its own end`)
    if (this.alive) {
      this.#joiners.push(td)
      yield* td.parkUntilWoken()
    }
    if (this.#state === 'threw') throw this.#result
    return this.#result as T
  }

  /** Lets at least `delayNs` pass. */
  *sleep(delayNs: number): Waiting {
    const outcome = yield* this.parkUntilWoken(until(this, { timeoutMs: delayNs / 1e6 }))
    if (outcome !== TIMED_OUT) throw new Error(`thread ${this.name} was woken from its sleep`)
  }

  /** Waits for a wake by entry, without a queue. */
  *parkUntilWoken(until: Until = FOREVER): Waiting<Outcome> {
    this.lot.memory.store(this.at + WAITER.offset.state, PARKED)
    return yield this.parking(until)
  }

  /** Whether it would be preempted now, were it in no critical and no counted section. */
  owesPreemption(): boolean {
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

  /** Is lent another priority from now on. For lending. */
  borrow(lent: number): void {
    this.lent = lent
    this.#host.lend(this as Thread)
  }

  /** It is to be woken, and must have parked for good. For whoever wakes it. */
  finishSwitch(): void {
    this.#host.finishSwitch(this as Thread)
  }

  /**
   * It is with another CPU from now on. For its scheduler, while it does not run. Throws an Error
   * for a thread that is pinned, since what it does on its CPU's part of something is half done.
   */
  moveTo(host: ThreadHost): void {
    if (this.pinned) {
      throw new Error(
        `thread ${this.name} is pinned to CPU ${this.cpu}: CPU ${host.cpu.id} took it`,
      )
    }
    this.#host = host
    const { id, lot, memory } = host.cpu
    ;(this as { lot: Waiter['lot'] }).lot = lot
    memory.write(this.at + WAITER.offset.cpu, id)
  }

  /** Records its end and returns who waits for it. For its scheduler. */
  end(state: 'returned' | 'threw', result: unknown): readonly Thread[] {
    this.#state = state
    this.#result = result
    return this.#joiners
  }
}
