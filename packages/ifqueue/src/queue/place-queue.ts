import type { Address } from '@smpnet/memory'
import { atOnce, awaiting, block, type Seat, until } from '@smpnet/park'
import {
  type AwaitOptions,
  bury,
  checkTimeout,
  enterDomain,
  invite,
  type WaitOptions,
} from '@smpnet/sync'
import { QueueTimeout } from '../errors.ts'
import { Cells, WOULD_BLOCK } from '../records/cells.ts'
import { RING } from '../records/ring-shape.ts'
import { expectQueue, type QueueHandle } from './handle.ts'
import { Membership } from './membership.ts'
import type { Awaited, Want } from './want.ts'

/**
 * Tries, of some 20 ns each, before a wait is begun, which takes as long as several records do.
 */
const SOON = 64

/** A handle for one thread, and the seat that it will have: by this it can be buried. */
export interface QueueInvitation extends Seat {
  readonly handle: QueueHandle
}

/** A wait to come, and whose it is. */
interface Pending {
  readonly member: Membership
  readonly want: Want
  readonly what: Awaited
}

/**
 * A queue of records between threads, in a buffer of its own, as places in that buffer.
 *
 * A producer reserves a place, writes there, and commits; a consumer peeks, reads there, and
 * releases. Places are addresses, from 0, in `bytes`, `words` and `floats`, and multiples of 8;
 * what is not to be had now is WOULD_BLOCK, and what never will be is ENDED, both negative.
 *
 * A thread has a number in the queue from its first use of it until it leaves.
 */
export class PlaceQueue {
  /** All that the queue's addresses are in. */
  readonly bytes: Uint8Array<SharedArrayBuffer>
  readonly words: Int32Array<SharedArrayBuffer>
  readonly floats: Float64Array<SharedArrayBuffer>
  /** Names this queue for other threads; it can be cloned and posted. */
  readonly handle: QueueHandle
  readonly #cells: Cells
  #member: Membership | undefined

  constructor(handle: QueueHandle, memory = expectQueue(handle)) {
    this.handle = handle
    this.#cells = new Cells(memory, handle.at, handle.shape)
    this.bytes = new Uint8Array(memory.buffer)
    this.words = memory.words
    this.floats = new Float64Array(memory.buffer)
  }

  /** The longest record, in bytes. */
  get mostBytes(): number {
    return this.#cells.mostBytes
  }

  /** Records that it holds, if each has one size; else cells, of 64 bytes each. */
  get capacity(): number {
    return this.#cells.cells
  }

  /** How much of `capacity` is in use, reservations included: a look, which may be old already. */
  get used(): number {
    return this.#cells.used()
  }

  /**
   * Where a record of up to `bytes` may be written, or WOULD_BLOCK when there is no room now, or
   * ENDED when the queue is closed. Throws RangeError, and QueueMisuse.
   */
  tryReserve(bytes: number = this.#cells.mostBytes): Address {
    return (this.#member ?? this.#join()).tryReserve(bytes)
  }

  /**
   * Makes what was reserved a record of `length` bytes, all unless told. False, and nothing was
   * sent, if the queue was closed and ended meanwhile. Throws RangeError, and QueueMisuse.
   */
  commit(length?: number): boolean {
    return (this.#member ?? this.#join()).commit(length)
  }

  /** Gives up what was reserved. Throws QueueMisuse. */
  cancel(): void {
    ;(this.#member ?? this.#join()).cancel()
  }

  /**
   * Where the next record is, or WOULD_BLOCK when there is none now, or ENDED when none will come.
   * The same until it is released. Throws QueueMisuse.
   */
  tryPeek(): Address {
    return (this.#member ?? this.#join()).tryPeek()
  }

  /** Bytes of the record that was peeked. Throws QueueMisuse. */
  get length(): number {
    return (this.#member ?? this.#join()).length
  }

  /** Gives the place of the record that was peeked to producers. Throws QueueMisuse. */
  release(): void {
    ;(this.#member ?? this.#join()).release()
  }

  /** `tryReserve`, blocking this thread while there is no room. Throws QueueTimeout besides. */
  reserveSync(bytes: number = this.#cells.mostBytes, options?: WaitOptions): Address {
    const at = this.tryReserve(bytes)
    return at === WOULD_BLOCK ? this.placeSoon(() => this.tryReserve(bytes), options) : at
  }

  /** `tryReserve`, awaiting room. Rejects with QueueTimeout, and the reason of the signal. */
  reserve(bytes: number = this.#cells.mostBytes, options?: AwaitOptions): Promise<Address> {
    return this.wait(
      this.place(() => this.tryReserve(bytes)),
      options,
    )
  }

  /** `tryPeek`, blocking this thread while there is no record. Throws QueueTimeout besides. */
  peekSync(options?: WaitOptions): Address {
    const at = this.tryPeek()
    return at === WOULD_BLOCK ? this.recordSoon(() => this.tryPeek(), options) : at
  }

  /** `tryPeek`, awaiting a record. Rejects with QueueTimeout, and the reason of the signal. */
  peek(options?: AwaitOptions): Promise<Address> {
    return this.wait(
      this.record(() => this.tryPeek()),
      options,
    )
  }

  /** Takes no more records. What was sent can be received, and then the queue has ended. */
  close(): void {
    ;(this.#member ?? this.#join()).close()
  }

  get isClosed(): boolean {
    return (this.#member ?? this.#join()).life.isClosed()
  }

  /** How often producers and consumers were about to sleep, and threads that have been buried. */
  statistics(): { producerWaits: number; consumerWaits: number; deaths: number } {
    const { memory, at } = this.#cells
    const { spaceWaits, dataWaits, deaths } = RING.offset
    return {
      producerWaits: memory.load(at + spaceWaits),
      consumerWaits: memory.load(at + dataWaits),
      deaths: memory.load(at + deaths),
    }
  }

  /**
   * A handle for one thread, and the seat that it will have. If that thread may end without having
   * left the queue, its starter tells:
   *
   *     const guest = queue.invite()
   *     new Worker(file, { workerData: guest.handle }).once('exit', () => queue.bury(guest))
   *
   * Throws a RangeError when as many threads as can be use the queue or are invited.
   */
  invite(): QueueInvitation {
    const member = this.#member ?? this.#join()
    const { handle, ...seat } = invite(member.sync)
    member.life.invite(seat.thread)
    return { ...seat, handle: { ...this.handle, domain: handle } }
  }

  /**
   * The thread that was invited has ended: what it had reserved is skipped, what it had peeked and
   * not released is another's, and those that wait for it are told. May be called when all was in
   * order, too, and again, when an undertaker has ended in it.
   */
  bury(guest: Seat): void {
    const member = this.#member ?? this.#join()
    bury(member.sync, guest, function* (thread) {
      member.bury(thread)
    })
  }

  /**
   * Gives up this thread's number, and its role, to others, if no other object of it uses the
   * queue. Used again, the object takes another. Throws QueueMisuse while a peeked record is not
   * released.
   */
  leave(): void {
    this.#member?.leave()
    this.#member = undefined
  }

  [Symbol.for('Symbol.dispose')](): void {
    this.leave()
  }

  /**
   * Calls `take` with the place and the length of each record that is there, up to `most`, and
   * releases it: how many, or ENDED. Producers are told once. A record for which `take` throws
   * stays peeked. Of a queue of one producer and one consumer, records are released 32 at a time:
   * so many are seen again by the next consumer when this thread ends in it.
   */
  drain(most: number, take: (at: Address, length: number) => void): number {
    return (this.#member ?? this.#join()).drain(most, take)
  }

  /**
   * Calls `write` with a place of `bytes` bytes, up to `most` times, as long as there is room, and
   * commits what it wrote, of the length that it returns: how many, or ENDED. Consumers are told
   * once, and of a queue of one producer and one consumer they see records 32 at a time. Where
   * `write` throws, the reservation stays.
   */
  fill(most: number, write: (at: Address) => number, bytes: number = this.mostBytes): number {
    return (this.#member ?? this.#join()).fill(most, write, bytes)
  }

  /** What is waited for by a consumer, as `attempt` tries it. */
  protected record(attempt: () => number): Pending {
    const member = this.#member ?? this.#join()
    return { member, want: member.data, what: member.record(attempt) }
  }

  /** What is waited for by a producer. */
  protected place(attempt: () => number): Pending {
    const member = this.#member ?? this.#join()
    return { member, want: member.space, what: member.place(attempt) }
  }

  /** `attempt`, in which there was no record, until there is one, blocking this thread. */
  protected recordSoon(attempt: () => number, options?: WaitOptions): number {
    const member = this.#member ?? this.#join()
    member.restForRecord()
    const result = soon(attempt)
    return result === WOULD_BLOCK ? this.waitSync(this.record(attempt), options) : result
  }

  /** The same for an attempt for which there was no room. */
  protected placeSoon(attempt: () => number, options?: WaitOptions): number {
    const member = this.#member ?? this.#join()
    member.restForPlace()
    const result = soon(attempt)
    return result === WOULD_BLOCK ? this.waitSync(this.place(attempt), options) : result
  }

  protected waitSync({ member, want, what }: Pending, options: WaitOptions = {}): number {
    checkTimeout(options)
    const { here } = member.sync
    const waiting = want.wait(here, what, until(here, options))
    const result = options.timeoutMs === 0 ? atOnce(here, waiting) : block(here, waiting)
    return result === WOULD_BLOCK ? timedOut(options) : result
  }

  protected async wait(
    { member, want, what }: Pending,
    options: AwaitOptions = {},
  ): Promise<number> {
    checkTimeout(options)
    options.signal?.throwIfAborted()
    const td = member.sync.borrow()
    try {
      const result = await awaiting(td, want.wait(td, what, until(td, options)))
      return result === WOULD_BLOCK ? timedOut(options) : result
    } finally {
      member.sync.giveBack(td)
    }
  }

  #join(): Membership {
    const sync = enterDomain(this.handle.domain)
    this.#cells.memory.holder = sync.memory.holder
    return (this.#member = Membership.of(sync, this.#cells))
  }
}

function soon(attempt: () => number): number {
  for (let tries = 0; tries < SOON; tries++) {
    const result = attempt()
    if (result !== WOULD_BLOCK) return result
  }
  return WOULD_BLOCK
}

function timedOut({ timeoutMs }: WaitOptions): never {
  throw new QueueTimeout(`nothing came of waiting for a queue within ${timeoutMs} ms`)
}
