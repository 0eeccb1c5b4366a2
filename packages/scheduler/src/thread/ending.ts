import {
  FOREVER,
  type Outcome,
  PARKED,
  type Until,
  WAITER,
  type Waiter,
  type Waiting,
} from '@smpnet/park'

/** How a thread ended, once it has, and the threads of its isolate that wait for that. */
export class Ending<T, Joiner extends Waiter> {
  #state: 'alive' | 'returned' | 'threw' = 'alive'
  #result: unknown
  readonly #joiners: Joiner[] = []

  /** Whether the thread still runs or waits. */
  get isAlive(): boolean {
    return this.#state === 'alive'
  }

  /** Waits for the end, and returns what the thread returned or throws what it threw. */
  *join(td: Joiner): Waiting<T> {
    if (this.isAlive) {
      this.#joiners.push(td)
      yield* parkUntilWoken(td)
    }
    if (this.#state === 'threw') throw this.#result
    return this.#result as T
  }

  /** Records the end, and returns the threads that wait for it. */
  end(state: 'returned' | 'threw', result: unknown): readonly Joiner[] {
    this.#state = state
    this.#result = result
    return this.#joiners
  }
}

/** Waits for a wake by entry, without a queue. */
export function* parkUntilWoken(td: Waiter, until: Until = FOREVER): Waiting<Outcome> {
  td.lot.memory.store(td.at + WAITER.offset.state, PARKED)
  return yield td.parking(until)
}
