import type { Address } from '@smpnet/memory'
import type { Waiter, Waiting } from '@smpnet/park'
import type { Registered } from '../protocols/registry.ts'

/**
 * How many handlers of direct dispatch a thread may be in, one called by the other: a tunnel within
 * a tunnel, or a loop of them, would run out of stack. What is dispatched deeper is queued.
 */
export const MOST_NESTED = 8

/** By thread, how many handlers it is in that wait; only of threads that are in one. */
const waiting = new Map<Waiter, number>()

/**
 * How deep direct dispatch is nested. Handlers that are plain code are counted by isolate, since
 * one thread runs at a time there and returns from them before another runs; those that wait are
 * counted by thread, which may go on elsewhere.
 */
export class Nesting {
  #plain = 0

  /** Whether `td` may call one handler more. */
  mayEnter(td: Waiter): boolean {
    const inThread = waiting.size === 0 ? 0 : (waiting.get(td) ?? 0)
    return this.#plain + inThread < MOST_NESTED
  }

  /** Calls the plain form of a handler. */
  tryInput({ handler }: Registered, td: Waiter, packet: Address): boolean {
    this.#plain++
    try {
      return handler.tryInput(td, packet)
    } finally {
      this.#plain--
    }
  }

  /** The same of the form that waits. */
  *input({ handler }: Registered, td: Waiter, packet: Address): Waiting {
    this.#enters(td)
    try {
      yield* handler.input(td, packet)
    } finally {
      this.#leaves(td)
    }
  }

  #enters(td: Waiter): void {
    waiting.set(td, (waiting.get(td) ?? 0) + 1)
  }

  #leaves(td: Waiter): void {
    const left = waiting.get(td)! - 1
    if (left === 0) waiting.delete(td)
    else waiting.set(td, left)
  }
}
