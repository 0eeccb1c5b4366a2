import { type Address, layout, word } from '@smpnet/memory'
import { SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { expectDomain, handleOf, openLock, placeLock, type Placing } from '../domain/placing.ts'
import type { SyncDomain } from '../domain/sync-domain.ts'
import type { LockHandle, LockKind } from '../words/lock-kind.ts'
import { FifoSpin, HOLDER, HOLDER_NAMED } from './fifo-spin.ts'

/**
 * The ticket lock: a waiter draws a number and spins until that number is served, as in a shop.
 * Those that wait all look at one line, so that each exit takes a copy away from every waiter, and
 * each of them fetches another: an exit costs the more, the more wait.
 *
 * | next - serving | means         | enter                | exit           |
 * |----------------|---------------|----------------------|----------------|
 * | 0              | free          | CAS to next + 1      | is a mistake   |
 * | 1              | held          | draws next, and next | serves the one |
 * | n              | n - 1 wait    | is one more; spins   | after          |
 */
export const TICKETS = layout('tickets', {
  /** (x) The number that the next to come draws. */
  next: word('x', 'tickets'),
  /** (x) Written by the holder: the number that is inside, or that may enter. */
  serving: word('x', 'tickets'),
})

const KIND: LockKind = { name: 'ticket lock', code: 19, version: 1, names: HOLDER_NAMED }

export class TicketLock extends FifoSpin {
  /** Bytes of a ticket lock in memory, all zero at first. */
  static readonly bytes = HOLDER.size + TICKETS.size

  /** Places a ticket lock. Throws OutOfMemory, and BadHandle for an address that is not free. */
  static create(domain: SyncDomain, options: Placing = {}): TicketLock {
    expectDomain(domain, KIND, options)
    const at = placeLock(KIND, domain, TicketLock.bytes, options, HOLDER.align)
    return new TicketLock(domain.memory, at, domain)
  }

  /** Opens, in any thread, the lock that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): TicketLock {
    const { domain, at } = openLock(KIND, handle, TicketLock.bytes)
    return new TicketLock(domain.memory, at, domain)
  }

  /** Names this lock for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return handleOf(this, KIND)
  }

  name(): string {
    return `the ticket lock at ${this.at}`
  }

  protected get tail(): Address {
    return this.at + HOLDER.size + TICKETS.offset.next
  }

  get #serving(): Address {
    return this.at + HOLDER.size + TICKETS.offset.serving
  }

  protected tryTake(): boolean {
    const { memory, tail } = this
    if (!memory.owned(tail)) return false
    const free = memory.load(this.#serving)
    return memory.compareExchange(tail, free, (free + 1) | 0) === free
  }

  protected looksFree(): boolean {
    const { memory } = this
    return memory.load(this.#serving) === memory.load(this.tail)
  }

  protected *take(): Waiting {
    const { memory, tail } = this
    while (!memory.claimed(tail)) yield SETTLE
    const mine = memory.add(tail, 1)
    yield* this.until(this.#serving, (served) => served === mine)
  }

  protected mayGive(): boolean {
    return this.memory.settled()
  }

  protected tryGive(): boolean {
    const { memory } = this
    memory.store(this.#serving, (memory.load(this.#serving) + 1) | 0)
    return true
  }

  protected *give(_td: Waiter): Waiting {
    this.tryGive()
  }
}
