import type { Address } from '@smpnet/memory'
import type { Alarm, Cpu } from '@smpnet/machine'
import {
  type Outcome,
  PARK,
  PARKED,
  TIMED_OUT,
  WAITER,
  Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/sync'

/** What a thread runs: a generator function that is given its own thread, as `td`. */
export type Body<T = unknown> = (td: Thread<T>) => Waiting<T>

export interface ThreadOptions {
  /** Names it in errors and traces. */
  readonly name?: string
  /** See `Priority`; `Priority.user` unless told. */
  readonly priority?: number
}

/**
 * A kernel thread. Its object belongs to its CPU; other CPUs know it by its waiter entry only.
 * The fields below `running` are its scheduler's.
 */
export class Thread<T = unknown> extends Waiter {
  /** The next thread of its run queue. (o) its CPU's run queue. */
  next: Thread | undefined
  /** Whether it waits for a wake that has not come. */
  parked = false
  /** Whether a wake has come that it has not waited for yet. */
  wakePending = false
  /** How its last wait ended: what its generator is resumed with. */
  outcome: Outcome = WOKEN
  /** Ends its wait when the time is over. */
  alarm: Alarm | undefined
  #state: 'alive' | 'returned' | 'threw' = 'alive'
  #result: unknown
  #joiners: Thread[] = []
  readonly body: Waiting<T>

  constructor(
    readonly cpu: Cpu,
    entry: number,
    readonly name: string,
    readonly priority: number,
    body: Body<T>,
    /** Whether no other thread of its CPU is runnable. */
    readonly alone: () => boolean,
  ) {
    super(cpu.lot, entry)
    this.body = body(this)
  }

  /** Spins only while no other thread of its CPU could run instead. */
  override spinWhile(at: Address, value: number): boolean {
    return this.alone() && this.cpu.spinWhile(at, value)
  }

  /** Whether it still runs or waits. */
  get alive(): boolean {
    return this.#state === 'alive'
  }

  /**
   * Waits until this thread ends, and returns what it returned or throws what it threw. For other
   * threads of the same CPU. Throws an Error for a thread that would wait for itself.
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
    this.timeoutMs = delayNs / 1e6
    const outcome = yield* this.parkUntilWoken()
    this.timeoutMs = Number.POSITIVE_INFINITY
    if (outcome !== TIMED_OUT) throw new Error(`thread ${this.name} was woken from its sleep`)
  }

  /** Waits for a wake by entry, without a queue. */
  *parkUntilWoken(): Waiting<Outcome> {
    this.lot.memory.store(this.at + WAITER.offset.state, PARKED)
    return yield PARK
  }

  /** Records its end and returns who waits for it. For its scheduler. */
  end(state: 'returned' | 'threw', result: unknown): readonly Thread[] {
    this.#state = state
    this.#result = result
    return this.#joiners
  }
}
