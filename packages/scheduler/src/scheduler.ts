import { work } from '@smpnet/memory'
import { AHEAD, BUSY, type Cpu, type Executive, IDLE, type Step } from '@smpnet/machine'
import {
  PARK,
  PREEMPT,
  READY,
  RUNNING,
  SETTLE,
  SPIN,
  TIMED_OUT,
  type Outcome,
  WAITER,
  WOKEN,
  YIELD,
} from '@smpnet/sync'
import { checkPriority, Priority } from './priority.ts'
import { RunQueue } from './run-queue.ts'
import { type Body, Thread, type ThreadOptions } from './thread.ts'

/**
 * The scheduler of one CPU: always the most urgent runnable thread, round robin among equals.
 *
 *     spawn ──> runnable ──take──> current ──end──> gone
 *                  ^  ^               │ │
 *                  │  └───turn over───┘ │ PARK
 *                  └──receive, alarm── parked
 *
 * A thread runs until its generator yields, and what it yields says why it stopped; that is all
 * the machinery there is. The machine calls `run` again and again, and between two calls it brings
 * wakes (`receive`), timer interrupts (`tick`) and alarms. Nothing here is shared: a wake from
 * another CPU comes through the machine's mailbox, and is received on this CPU like any other.
 *
 * Preemption happens where a thread yields anyway: where a wakeup found somebody more urgent, and,
 * in simulated time, wherever it waits for that time to catch up.
 */
export interface SchedulerOptions {
  /** Whether a more urgent thread, once woken, runs before its waker goes on; true unless told. */
  readonly preemption?: boolean
}

const CONTEXT_SWITCH = work('context-switch')
const THREAD_START = work('thread-start')

export class Scheduler implements Executive {
  readonly #queue = new RunQueue()
  readonly #threads = new Map<number, Thread>()
  readonly #preemption: boolean
  /** Who has the CPU, between two of its yields. */
  #current: Thread | undefined
  /** Who had it last: to go on with the same thread is no switch. */
  #last: Thread | undefined
  /** Someone more urgent became runnable; the current thread goes on first afterwards. */
  #preemptOwed = false
  /** The current thread has had its slice of time, and its equals come before it. */
  #turnOver = false
  #spins = 0
  readonly #isAlone = (): boolean => this.#queue.length === 0
  #switches = 0
  #started = 0

  constructor(
    readonly cpu: Cpu,
    options: SchedulerOptions = {},
  ) {
    this.#preemption = options.preemption ?? true
  }

  /** How often the CPU went from one thread to another. */
  get switches(): number {
    return this.#switches
  }

  /** Threads that have not ended. */
  get threads(): number {
    return this.#threads.size
  }

  /** Starts a thread on this CPU. Throws a RangeError for a bad priority or a full lot. */
  spawn<T>(body: Body<T>, options: ThreadOptions = {}): Thread<T> {
    const { priority = Priority.user, name = `thread ${this.cpu.id}.${this.#started}` } = options
    checkPriority(priority)
    const { lot, memory } = this.cpu
    const thread = new Thread(
      this.cpu,
      lot.claimEntry(this.cpu.id),
      name,
      priority,
      body,
      this.#isAlone,
    )
    this.#started++
    this.#threads.set(thread.at, thread as Thread)
    memory.charge(THREAD_START, 1)
    this.#makeReady(thread as Thread, WOKEN)
    return thread
  }

  run(): Step {
    const td = this.#choose()
    if (td === undefined) return IDLE
    try {
      const step = td.body.next(td.outcome)
      if (!step.done) return this.#yielded(td, step.value)
      this.#end(td, 'returned', step.value)
    } catch (error) {
      this.#end(td, 'threw', error)
    }
    return BUSY
  }

  receive(entry: number): boolean {
    const td = this.#threads.get(entry)
    if (td === undefined) throw new Error(`CPU ${this.cpu.id} has no thread with entry ${entry}`)
    if (!td.parked) {
      td.wakePending = true
      return false
    }
    td.alarm?.cancel()
    this.#makeReady(td, WOKEN)
    const urgent = this.#current !== undefined && td.priority < this.#current.priority
    if (urgent && this.#preemption) this.#preemptOwed = true
    return urgent && this.#preemption
  }

  tick(): void {
    if (this.#current !== undefined && this.#queue.rivals(this.#current)) this.#turnOver = true
  }

  #choose(): Thread | undefined {
    if (this.#current !== undefined) {
      if (!this.#preemptOwed && !this.#turnOver) return this.#current
      this.#giveWay(this.#current)
    }
    const td = this.#queue.take()
    if (td === undefined) return undefined
    this.#preemptOwed = false
    this.#turnOver = false
    this.#current = td
    this.cpu.memory.store(td.at + WAITER.offset.state, RUNNING)
    if (td !== this.#last) {
      this.#last = td
      this.#switches++
      this.cpu.memory.charge(CONTEXT_SWITCH, 1)
    }
    return td
  }

  #yielded(td: Thread, why: number): Step {
    if (why !== SPIN) this.#spins = 0
    switch (why) {
      case SETTLE:
        return AHEAD
      case SPIN:
        return this.#spun(td)
      case PARK:
        return this.#park(td)
      case PREEMPT:
        return BUSY
      case YIELD:
        return this.#giveTurn(td)
      default:
        throw new TypeError(
          `a thread yields SPIN, SETTLE, PARK, PREEMPT or YIELD: ${td.name} yielded ${why}`,
        )
    }
  }

  #park(td: Thread): Step {
    if (td.wakePending) {
      td.wakePending = false
      td.outcome = WOKEN
      return BUSY
    }
    td.parked = true
    this.#current = undefined
    if (td.timeoutMs !== Number.POSITIVE_INFINITY) {
      td.alarm = this.cpu.alarm(td.timeoutMs * 1e6, () => this.#makeReady(td, TIMED_OUT))
    }
    return this.#queue.length > 0 ? BUSY : IDLE
  }

  /** Whoever holds what is spun for may be a thread of this CPU: the others get a turn first. */
  #spun(td: Thread): Step {
    td.outcome = WOKEN
    if (this.#queue.rivals(td)) return this.#giveTurn(td)
    this.cpu.memory.pause(this.#spins++)
    return BUSY
  }

  #giveTurn(td: Thread): Step {
    td.outcome = WOKEN
    this.cpu.memory.store(td.at + WAITER.offset.state, READY)
    this.#current = undefined
    this.#queue.append(td)
    return BUSY
  }

  #giveWay(td: Thread): void {
    this.cpu.memory.store(td.at + WAITER.offset.state, READY)
    this.#current = undefined
    if (this.#turnOver) this.#queue.append(td)
    else this.#queue.prepend(td)
  }

  #makeReady(td: Thread, outcome: Outcome): void {
    td.parked = false
    td.alarm = undefined
    td.outcome = outcome
    this.cpu.memory.store(td.at + WAITER.offset.state, READY)
    this.#queue.append(td)
  }

  #end(td: Thread, state: 'returned' | 'threw', result: unknown): void {
    this.#current = undefined
    this.#threads.delete(td.at)
    const joiners = td.end(state, result)
    this.cpu.lot.releaseEntry(td.at)
    for (const joiner of joiners) this.cpu.lot.waker.wake(joiner.at)
    if (state === 'threw' && joiners.length === 0) this.cpu.fail(result)
  }
}
