import type { AwaitOptions, WaitOptions } from '@smpnet/sync'
import { QueueClosed } from '../errors.ts'
import { ENDED, WOULD_BLOCK } from '../records/cells.ts'
import type { QueueShape } from '../records/ring-shape.ts'
import { Copier, expectBytes } from './bytes.ts'
import type { QueueHandle } from './handle.ts'
import { makeQueue } from './make-queue.ts'
import { PlaceQueue } from './place-queue.ts'

/**
 * A queue of records between threads, as bytes that are copied in and out, besides the places of
 * `PlaceQueue`, in which nothing is copied:
 *
 *     const queue = RecordQueue.create({ kind: 'spsc', recordBytes: 64 })
 *     new Worker(file, { workerData: queue.handle })      // there: RecordQueue.open(workerData)
 */
export class RecordQueue extends PlaceQueue {
  readonly #copies = new Copier(this.bytes, this.words)

  /** Makes a queue. Throws a RangeError for figures, and a TypeError for names, that cannot be. */
  static create(shape: QueueShape = {}): RecordQueue {
    return new RecordQueue(makeQueue(shape))
  }

  /** Opens, in any thread, the queue that a handle names. Throws BadHandle for what is none. */
  static open(handle: QueueHandle): RecordQueue {
    return new RecordQueue(handle)
  }

  /** Sends a record: false if there is no room now. Throws QueueClosed, RangeError, QueueMisuse. */
  trySend(from: Uint8Array): boolean {
    expectBytes('a record', from)
    return this.#send(from) !== WOULD_BLOCK
  }

  /** `trySend`, blocking this thread while there is no room. Throws QueueTimeout besides. */
  sendSync(from: Uint8Array, options?: WaitOptions): void {
    if (!this.trySend(from)) this.placeSoon(() => this.#send(from), options)
  }

  /** `trySend`, awaiting room. Rejects with QueueTimeout, and the reason of the signal. */
  async send(from: Uint8Array, options?: AwaitOptions): Promise<void> {
    expectBytes('a record', from)
    await this.wait(
      this.place(() => this.#send(from)),
      options,
    )
  }

  /**
   * Receives a record into `to`: its bytes, from 0, or WOULD_BLOCK when there is none now, or
   * ENDED. Throws a RangeError, and leaves the record there, if it is longer than `to`.
   */
  tryReceive(to: Uint8Array): number {
    expectBytes('where a record goes', to)
    return this.#receive(to)
  }

  /** `tryReceive`, blocking this thread while there is no record. Throws QueueTimeout besides. */
  receiveSync(to: Uint8Array, options?: WaitOptions): number {
    const length = this.tryReceive(to)
    return length === WOULD_BLOCK ? this.recordSoon(() => this.#receive(to), options) : length
  }

  /** `tryReceive`, awaiting a record. Rejects with QueueTimeout, and the reason of the signal. */
  async receive(to: Uint8Array, options?: AwaitOptions): Promise<number> {
    expectBytes('where a record goes', to)
    return this.wait(
      this.record(() => this.#receive(to)),
      options,
    )
  }

  /**
   * Sends records of one size that follow one another in `from`, as many as there is room for: how
   * many. Throws QueueClosed, RangeError, QueueMisuse.
   */
  trySendAll(from: Uint8Array, recordBytes: number = this.mostBytes): number {
    expectBytes('records', from)
    const count = from.length / recordBytes
    if (!Number.isInteger(count)) throw new RangeError(notWhole(from.length, recordBytes))
    let at = 0
    const sent = this.fill(
      count,
      (to) => {
        this.#copies.copyIn(to, from, at, recordBytes)
        at += recordBytes
        return recordBytes
      },
      recordBytes,
    )
    if (sent === ENDED) throw closed()
    return sent
  }

  /**
   * Receives records that are there into `to`, one after another, each in the place of the longest:
   * how many, or ENDED.
   */
  tryReceiveAll(to: Uint8Array): number {
    expectBytes('where records go', to)
    const { mostBytes } = this
    let end = 0
    return this.drain(Math.floor(to.length / mostBytes), (at, length) => {
      this.#copies.copyOut(to, end, at, length)
      end += mostBytes
    })
  }

  /** The records to come, each as bytes of its own, until the queue has ended. */
  async *records(options: AwaitOptions = {}): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      let record: Uint8Array | undefined
      const attempt = (): number => {
        const at = this.tryPeek()
        if (at < 0) return at
        record = this.bytes.slice(at, at + this.length)
        this.release()
        return at
      }
      if ((await this.wait(this.record(attempt), options)) === ENDED) return
      yield record!
    }
  }

  /** `for await (const record of queue)`: see `records`. */
  [Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    return this.records()
  }

  #send(from: Uint8Array): number {
    const at = this.tryReserve(from.length)
    if (at === WOULD_BLOCK) return at
    if (at === ENDED) throw closed()
    this.#copies.copyIn(at, from, 0, from.length)
    if (!this.commit()) throw closed()
    return at
  }

  #receive(to: Uint8Array): number {
    const at = this.tryPeek()
    if (at < 0) return at
    const { length } = this
    // The record stays peeked, so that a larger `to` gets it.
    if (length > to.length) throw new RangeError(tooLong(length, to.length))
    this.#copies.copyOut(to, 0, at, length)
    this.release()
    return length
  }
}

export function closed(): QueueClosed {
  return new QueueClosed('a queue takes records until it is closed: it is')
}

function tooLong(length: number, room: number): string {
  return `there is room for ${room} bytes, and the next record has ${length}: it stays in the queue`
}

function notWhole(bytes: number, recordBytes: unknown): string {
  return `records of ${String(recordBytes)} bytes each were expected: ${bytes} bytes came`
}
