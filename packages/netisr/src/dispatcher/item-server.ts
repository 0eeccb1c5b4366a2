import type { Cpu } from '@smpnet/machine'
import { type Address, NIL } from '@smpnet/memory'
import { finish, type Waiter, type Waiting } from '@smpnet/park'
import { isPromise, ValueReader, ValueWriter } from '@smpnet/tasks/values'
import type { Handler } from '../protocols/protocol.ts'
import { HANDLED, SEAT, SLOT, type Slots, THREW } from './slots.ts'

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
  /** What the function has returned for the item under way, while it is not settled. */
  #promise: PromiseLike<unknown> | undefined
  /** The stack whose thread is to be woken, which plain code could not; or NIL. */
  #owed: Address = NIL

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
  }

  get isAwaiting(): boolean {
    return this.#promise !== undefined
  }

  /** False when the item is begun, and `input` is to end it. */
  tryInput(td: Waiter, slot: Address): boolean {
    try {
      this.slots.read(slot, this.#bytes)
      const result = this.handle(this.#reader.decode())
      if (isPromise(result)) {
        this.#await(td, slot, result)
        return false
      }
      return this.#givesBack(td, slot, HANDLED)
    } catch (error) {
      return this.#fails(td, slot, error)
    }
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
    if (this.#owed !== NIL) yield* td.lot.unpark(this.#owed, 1)
    this.#owed = NIL
  }

  #await(td: Waiter, slot: Address, promise: PromiseLike<unknown>): void {
    this.#promise = promise
    const settle = (): void => {
      this.slots.memory.store(this.settled, 1)
      finish(td, td.lot.unpark(this.settled, 1))
    }
    Promise.resolve(promise)
      .then(() => this.#givesBack(td, slot, HANDLED))
      .catch((error: unknown) => this.#fails(td, slot, error))
      .then(settle, (error: unknown) => this.cpu.fail(error))
  }

  #fails(td: Waiter, slot: Address, error: unknown): boolean {
    let length: number
    try {
      length = this.#writer.encode(error)
    } catch {
      const what = typeof error === 'object' ? 'an object' : `a ${typeof error}`
      length = this.#writer.encode(new Error(`a function threw what cannot be sent: ${what}`))
    }
    this.slots.fill(slot, this.#writer.bytes, length)
    return this.#givesBack(td, slot, THREW)
  }

  /** False when the thread that sleeps for the slot could not be woken in plain code. */
  #givesBack(td: Waiter, slot: Address, state: number): boolean {
    const { memory } = this.slots
    const seat = memory.read(slot + SLOT.offset.seat)
    memory.write(slot + SLOT.offset.state, state)
    const isFirst = this.slots.stack(seat).push(slot)
    const at = this.slots.seat(seat)
    if (!isFirst || memory.load(at + SEAT.offset.isWaiting) === 0) return true
    const done = at + SEAT.offset.done
    if (td.lot.tryUnpark(done, 1) >= 0) return true
    this.#owed = done
    return false
  }
}
