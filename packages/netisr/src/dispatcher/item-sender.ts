import { type Address, NIL } from '@smpnet/memory'
import { awaiting, finish, loopTurn, SpinBudget, type Waiter } from '@smpnet/park'
import { Fifo, ValueReader, ValueWriter } from '@smpnet/tasks/values'
import type { Netisr } from '../netisr.ts'
import { WAIT } from '../workstream/outcome.ts'
import { ITEMS } from './dispatcher-boot.ts'
import type { SenderOptions } from './dispatcher-options.ts'
import { keyNumber } from './key-number.ts'
import { Taker } from './returns.ts'
import { ENDED, SLOT, type Slots, THREW } from './slots.ts'

/** An item that waits for a slot. */
interface Held<Item> {
  readonly item: Item
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Turns of the loop that takes slots back after which the event loop has one. */
const TAKES_PER_TURN = 64
/** What messages call what is sent. */
const SENT = 'an item, and what its function throws,'
/** Items sent after which keys may move. */
const ITEMS_PER_BALANCE = 1024

/**
 * Sends the items of one thread: it fills a slot of its own with each, and queues that for the
 * worker of its key's CPU. The slot comes back when the item is handled, by which the sender has
 * room again, and hears of what was thrown. All slots on their way is back pressure: items wait
 * here then, in the order in which they came.
 *
 * While any slot is on its way one loop takes them back: it spins for a moment, then sleeps on the
 * event loop.
 */
export class ItemSender<Item> {
  readonly #free: Address[]
  readonly #taker: Taker
  /** By their slots' numbers, those that are on their way. */
  readonly #items: (Item | undefined)[]
  #onTheWay = 0
  readonly #queue = new Fifo<Held<Item>>()
  readonly #idle: Held<undefined>[] = []
  readonly #writer: ValueWriter
  readonly #bytes: Uint8Array
  readonly #reader: ValueReader
  readonly #budget = new SpinBudget()
  #isTaking = false
  #sent = 0
  #failed: { readonly error: unknown } | undefined
  #lost: unknown

  constructor(
    readonly netisr: Netisr,
    readonly slots: Slots,
    readonly seat: number,
    readonly td: Waiter,
    readonly options: SenderOptions<Item> & { readonly steals?: boolean },
  ) {
    const { payloadBytes } = slots.handle
    this.#free = slots.of(seat).reverse()
    this.#taker = new Taker(slots, seat)
    this.#items = this.#free.map(() => undefined)
    this.#writer = new ValueWriter(payloadBytes, undefined, SENT)
    this.#bytes = new Uint8Array(payloadBytes)
    this.#reader = new ValueReader(this.#bytes)
  }

  /** Items that are on their way or wait for room. */
  get pending(): number {
    return this.#onTheWay + this.#queue.length
  }

  /** Sends an item, or says false, having done nothing, when there is no room. Plain code. */
  trySend(item: Item): boolean {
    if (this.#lost !== undefined) throw this.#lost
    return this.#queue.length === 0 && this.#trySend(item)
  }

  /** Sends an item when there is room, after those that wait; resolves when it is sent. */
  send(item: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.trySend(item)) resolve()
      else this.#queue.push({ item, resolve, reject })
    })
  }

  /**
   * Resolves when all that this thread has sent is handled. Rejects with what a function threw
   * first since it was called last, if there is no `onError`.
   */
  idle(): Promise<void> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost)
    return new Promise((resolve, reject) => {
      this.#idle.push({ item: undefined, resolve, reject })
      this.#tellIdle()
    })
  }

  /** Ends all that waits, for a reason. */
  lose(error: unknown): void {
    this.#lost ??= error
    for (let held = this.#queue.shift(); held; held = this.#queue.shift()) held.reject(this.#lost)
    for (const { reject } of this.#idle.splice(0)) reject(this.#lost)
    this.#items.fill(undefined)
    this.#onTheWay = 0
    this.#taker.wake(this.td)
  }

  #trySend(item: Item): boolean {
    const { slots, netisr, td } = this
    if (this.#free.length === 0) this.#takeBack()
    if (this.#lost !== undefined) throw this.#lost
    const slot = this.#free.pop()
    if (slot === undefined) return false
    try {
      slots.memory.write(slot + SLOT.offset.flow, keyNumber(this.options.key(item)))
      slots.fill(slot, this.#writer.bytes, this.#writer.encode(item))
    } catch (error) {
      this.#free.push(slot)
      throw error
    }
    this.#items[slots.numberOf(slot, this.seat)] = item
    this.#onTheWay++
    if (netisr.tryQueue(td, ITEMS.number, 0, slot) === WAIT) {
      finish(td, netisr.queue(td, ITEMS.number, 0, slot))
    }
    if (++this.#sent % ITEMS_PER_BALANCE === 0 && this.options.steals) netisr.balance()
    if (!this.#isTaking) this.#take().catch((error: unknown) => this.lose(error))
    return true
  }

  /** Takes slots back for as long as any is on its way. */
  async #take(): Promise<void> {
    this.#isTaking = true
    await null
    for (let takes = 1; this.#onTheWay > 0 && this.#lost === undefined; takes++) {
      if (this.#takeBack()) this.#sendQueued()
      else if (!this.#spins()) await awaiting(this.td, this.#taker.untilSome(this.td))
      if (takes % TAKES_PER_TURN === 0) await loopTurn()
    }
    this.#isTaking = false
  }

  #spins(): boolean {
    for (let turn = this.#budget.turns(); turn > 0; turn--) {
      if (this.#taker.stack.isEmpty()) continue
      this.#budget.hit()
      return true
    }
    this.#budget.miss()
    return false
  }

  /** Takes what has come back; false when nothing has. */
  #takeBack(): boolean {
    let slot = this.#taker.stack.takeAll()
    if (slot === NIL) return false
    while (slot !== NIL) {
      const next = this.#taker.stack.after(slot)
      const state = this.slots.memory.read(slot + SLOT.offset.state)
      if (state === ENDED) {
        this.lose(this.#thrown(slot))
        return true
      }
      const number = this.slots.numberOf(slot, this.seat)
      const item = this.#items[number]!
      this.#items[number] = undefined
      this.#onTheWay--
      this.#free.push(slot)
      if (state === THREW) this.#hear(slot, item)
      slot = next
    }
    this.#tellIdle()
    return true
  }

  #hear(slot: Address, item: Item): void {
    const error = this.#thrown(slot)
    if (this.options.onError === undefined) {
      this.#failed ??= { error }
      return
    }
    try {
      this.options.onError(error, item)
    } catch (thrown) {
      this.#failed ??= { error: thrown }
    }
  }

  #thrown(slot: Address): unknown {
    this.slots.read(slot, this.#bytes)
    return this.#reader.decode()
  }

  #sendQueued(): void {
    for (let held = this.#queue.peek(); held; held = this.#queue.peek()) {
      const { item, resolve, reject } = held
      try {
        if (!this.#trySend(item)) return
        resolve()
      } catch (error) {
        reject(error)
      }
      this.#queue.shift()
    }
    this.#tellIdle()
  }

  #tellIdle(): void {
    if (this.pending > 0 || this.#idle.length === 0) return
    const failed = this.#failed
    this.#failed = undefined
    for (const { resolve, reject } of this.#idle.splice(0)) {
      if (failed === undefined) resolve()
      else reject(failed.error)
    }
  }
}
