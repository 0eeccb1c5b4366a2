import type { Cpu } from '@smpnet/machine'
import type { Address } from '@smpnet/memory'
import { finish, type Waiter, type Waiting } from '@smpnet/park'
import { isPromise, ValueReader, ValueWriter } from '@smpnet/tasks/values'
import type { Handler } from '../protocols/protocol.ts'
import { Giver } from './returns.ts'
import { HANDLED, type Slots, THREW } from './slots.ts'

/**
 * What a CPU does with items: it calls the user's function with each, and sends the slot back to
 * the thread that it belongs to, with what the function threw, if it did.
 *
 * A function that returns a promise keeps its CPU, and the order of its key: the worker's thread
 * parks until the promise is settled, and the isolate serves its event loop meanwhile.
 */
export class ItemServer implements Handler {
  readonly #reader: ValueReader
  readonly #writer: ValueWriter
  readonly #bytes: Uint8Array
  readonly #giver: Giver
  /** What the function has returned for the item under way, while it is not settled. */
  #promise: PromiseLike<unknown> | undefined
  /** The worker's thread, once it has handled something. */
  #td: Waiter | undefined

  constructor(
    readonly cpu: Cpu,
    readonly slots: Slots,
    readonly handle: (item: unknown) => unknown,
    /** (x) A word of this CPU's: 1 when the promise is settled. */
    readonly settled: Address,
  ) {
    this.#bytes = new Uint8Array(slots.handle.payloadBytes)
    this.#reader = new ValueReader(this.#bytes)
    this.#writer = new ValueWriter(slots.handle.payloadBytes)
    this.#giver = new Giver(slots)
  }

  get isAwaiting(): boolean {
    return this.#promise !== undefined
  }

  /** False when the item is begun, and `input` is to end it. */
  tryInput(td: Waiter, slot: Address): boolean {
    this.#td = td
    try {
      this.slots.read(slot, this.#bytes)
      const result = this.handle(this.#reader.decode())
      if (isPromise(result)) {
        this.#await(td, slot, result)
        return false
      }
      this.#giver.add(td, slot, HANDLED)
    } catch (error) {
      this.#fails(td, slot, error)
    }
    return true
  }

  /** All that waited is handled. */
  drained(): void {
    if (this.#td !== undefined) this.#giver.give(this.#td)
  }

  *input(td: Waiter): Waiting {
    const { memory } = this.slots
    while (this.#promise !== undefined) {
      while (memory.load(this.settled) === 0) {
        yield* td.lot.park(td, this.settled, this.settled, 0)
      }
      memory.store(this.settled, 0)
      this.#promise = undefined
    }
  }

  #await(td: Waiter, slot: Address, promise: PromiseLike<unknown>): void {
    this.#promise = promise
    this.#giver.give(td)
    const settle = (): void => {
      this.#giver.give(td)
      this.slots.memory.store(this.settled, 1)
      finish(td, td.lot.unpark(this.settled, 1))
    }
    Promise.resolve(promise)
      .then(() => this.#giver.add(td, slot, HANDLED))
      .catch((error: unknown) => this.#fails(td, slot, error))
      .then(settle)
      .catch((error: unknown) => this.cpu.fail(error))
  }

  #fails(td: Waiter, slot: Address, error: unknown): void {
    let length: number
    try {
      length = this.#writer.encode(error)
    } catch {
      const what = typeof error === 'object' ? 'an object' : `a ${typeof error}`
      length = this.#writer.encode(new Error(`a function threw what cannot be sent: ${what}`))
    }
    this.slots.fill(slot, this.#writer.bytes, length)
    this.#giver.add(td, slot, THREW)
  }
}
