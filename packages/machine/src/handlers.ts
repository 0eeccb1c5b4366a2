import { Interrupt } from '@smpnet/memory'
import { checkVector, VECTORS } from './vectors.ts'

/** What runs when a CPU is interrupted: plain code that never waits, on that CPU. */
export type Handler = (irq: Interrupt) => void

/** The handlers of one CPU, by vector, and the token by which code knows that it is in one. */
export class Handlers {
  readonly irq: Interrupt
  readonly #handlers: (Handler | undefined)[] = Array.from({ length: VECTORS }, () => undefined)

  constructor(cpu: number) {
    this.irq = new Interrupt(cpu)
  }

  /** Throws a RangeError for what is no vector, and an Error for one that has a handler. */
  set(vector: number, handler: Handler): void {
    checkVector(vector)
    if (this.#handlers[vector] !== undefined) {
      throw new Error(`vector ${vector} of CPU ${this.irq.cpu} has a handler already`)
    }
    this.#handlers[vector] = handler
  }

  /** Runs the handlers of all vectors whose bits are set, lowest first. Throws what they throw. */
  runAll(pending: number): void {
    for (let bits = pending; bits !== 0; bits &= bits - 1) {
      this.run(31 - Math.clz32(bits & -bits))
    }
  }

  /** Runs the handler of a vector. Throws an Error when this CPU has none. */
  run(vector: number): void {
    const handler = this.#handlers[vector]
    if (handler !== undefined) return handler(this.irq)
    throw new Error(
      `CPU ${this.irq.cpu} was interrupted by vector ${vector} and has no handler for it: ` +
        'onInterrupt sets one, when the CPU boots',
    )
  }
}
