import type { Seat } from '@smpnet/park'
import type { AwaitOptions, WaitOptions } from '@smpnet/sync'
import type { QueueHandle } from '../queue/handle.ts'
import type { QueueInvitation } from '../queue/place-queue.ts'
import { RecordQueue } from '../queue/record-queue.ts'
import { ENDED, WOULD_BLOCK } from '../records/cells.ts'
import type { QueueShape } from '../records/ring-shape.ts'
import { type Codec, msgpack } from './codec.ts'

/** What is received when the queue has ended. */
export const END: unique symbol = Symbol('the end of a queue')

/**
 * A queue of JavaScript values: what can be cloned, but for what has memory that is shared or
 * moved.
 *
 *     const queue = ValueQueue.create<Job>()
 *     new Worker(file, { workerData: queue.handle })      // there: ValueQueue.open(workerData)
 *     for await (const job of queue) …
 *
 * Values are records of the bytes that a codec makes of them, msgpack unless told.
 */
export class ValueQueue<T = unknown> {
  private constructor(
    /** The queue of bytes. */
    readonly records: RecordQueue,
    readonly codec: Codec,
  ) {}

  /** Makes a queue. Throws a RangeError for figures, and a TypeError for names, that cannot be. */
  static create<T>(
    shape: Omit<QueueShape, 'recordBytes' | 'records'> = {},
    codec: Codec = msgpack(),
  ): ValueQueue<T> {
    return new ValueQueue<T>(RecordQueue.create(shape), codec)
  }

  /** Opens, in any thread, the queue that a handle names. Throws BadHandle for what is none. */
  static open<T>(handle: QueueHandle, codec: Codec = msgpack()): ValueQueue<T> {
    return new ValueQueue<T>(RecordQueue.open(handle), codec)
  }

  /** Names this queue for other threads; it can be cloned and posted. */
  get handle(): QueueHandle {
    return this.records.handle
  }

  /** Sends a value: false without room. Throws CannotSend, QueueClosed, RangeError. */
  trySend(value: T): boolean {
    return this.records.trySend(this.codec.encode(value))
  }

  /** `trySend`, blocking this thread while there is no room. Throws QueueTimeout besides. */
  sendSync(value: T, options?: WaitOptions): void {
    this.records.sendSync(this.codec.encode(value), options)
  }

  /** `trySend`, awaiting room. Rejects with QueueTimeout, or the signal's reason. */
  async send(value: T, options?: AwaitOptions): Promise<void> {
    await this.records.send(this.codec.encode(value), options)
  }

  /** The next value, undefined without one, or END. */
  tryReceive(): T | undefined | typeof END {
    const at = this.records.tryPeek()
    return at === WOULD_BLOCK ? undefined : this.#taken(at)
  }

  /** The next value, or END, blocking this thread. Throws QueueTimeout. */
  receiveSync(options?: WaitOptions): T | typeof END {
    return this.#taken(this.records.peekSync(options))
  }

  /** The next value, or END. Rejects with QueueTimeout, or the signal's reason. */
  async receive(options?: AwaitOptions): Promise<T | typeof END> {
    const values = this.values(options)
    const { done, value } = await values.next()
    return done === true ? END : value
  }

  /** The values to come, until the queue has ended. */
  async *values(options?: AwaitOptions): AsyncGenerator<T, void, void> {
    for await (const bytes of this.records.records(options)) yield this.codec.decode(bytes) as T
  }

  /** `for await (const value of queue)`: see `values`. */
  [Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    return this.values()
  }

  /** Takes no more values: see `PlaceQueue.close`. */
  close(): void {
    this.records.close()
  }

  /** See `PlaceQueue.invite`. */
  invite(): QueueInvitation {
    return this.records.invite()
  }

  /** See `PlaceQueue.bury`. */
  bury(guest: Seat): void {
    this.records.bury(guest)
  }

  /** See `PlaceQueue.leave`. */
  leave(): void {
    this.records.leave()
  }

  #taken(at: number): T | typeof END {
    if (at === ENDED) return END
    const { records } = this
    const bytes = records.bytes.slice(at, at + records.length)
    records.release()
    return this.codec.decode(bytes) as T
  }
}
