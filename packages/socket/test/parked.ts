import {
  AWAKE,
  PARK,
  RUNNING,
  TIMED_OUT,
  type Waiter,
  WAITER,
  type Waiting,
  WOKEN,
} from '@smpnet/park'

/** A call of a thread that is not driven on while it sleeps, so that a test can look at it then. */
export class Parked<T> {
  #step: IteratorResult<number, T>

  constructor(
    readonly td: Waiter,
    readonly waiting: Waiting<T>,
  ) {
    this.#step = waiting.next(WOKEN)
    this.#goOn()
    if (this.#step.done) throw new Error('a call that waits was expected: it has ended')
  }

  isAwake(): boolean {
    return this.#state() === AWAKE
  }

  /**
   * It was woken, and so often as it sleeps again, until the call ends: what it gives or throws.
   */
  isOver(error?: string): T | undefined {
    try {
      for (let sleeps = 0; !this.#step.done; sleeps++) {
        if (!this.isAwake()) throw new Error(`it sleeps for ever, after ${sleeps} wakes`)
        this.td.lot.memory.store(this.td.at + WAITER.offset.state, RUNNING)
        this.#step = this.waiting.next(WOKEN)
        this.#goOn()
      }
    } catch (thrown) {
      if ((thrown as Error).name === error) return undefined
      throw thrown
    }
    if (error !== undefined) throw new Error(`it was to end by ${error}`)
    return this.#step.value
  }

  /** How long it sleeps at most, by its clock. */
  deadlineMs(): number {
    return this.td.limit.deadlineMs
  }

  /** Its deadline has come: it is to end without another sleep. */
  expires(): T {
    this.td.lot.memory.store(this.td.at + WAITER.offset.state, RUNNING)
    this.#step = this.waiting.next(TIMED_OUT)
    this.#goOn()
    if (!this.#step.done) throw new Error('a call whose time is over was to end: it sleeps again')
    return this.#step.value
  }

  #goOn(): void {
    while (!this.#step.done && this.#step.value !== PARK) this.#step = this.waiting.next(WOKEN)
  }

  #state(): number {
    return this.td.lot.memory.load(this.td.at + WAITER.offset.state)
  }
}
