import type { AwaitOptions, WaitOptions } from '@smpnet/sync'
import { BadHandle, came, expectSame } from '@smpnet/memory'
import type { QueueHandle } from '../queue/handle.ts'
import { makeQueue } from '../queue/make-queue.ts'
import { PlaceQueue } from '../queue/place-queue.ts'
import { closed } from '../queue/record-queue.ts'
import { ENDED, WOULD_BLOCK } from '../records/cells.ts'
import type { QueueShape } from '../records/ring-shape.ts'
import { Cursors } from './cursor.ts'
import { type Fields, placeFields, type RecordOf } from './fields.ts'

/** Names a queue of typed records for other threads; it can be cloned and posted. */
export interface TypedQueueHandle<F extends Fields = Fields> extends QueueHandle {
  readonly fields: F
}

/**
 * A queue of records that have named fields, which are written and read where they are:
 *
 *     const ticks = TypedQueue.create({ id: 'u32', price: 'f64' }, { kind: 'spsc' })
 *     new Worker(file, { workerData: ticks.typedHandle })    // there: TypedQueue.open(workerData)
 *
 * What `place`… and `look`… return is one object that stands on the record: it is good until the
 * record is committed, or released.
 */
export class TypedQueue<F extends Fields> extends PlaceQueue {
  readonly #writes: Cursors<F>
  readonly #reads: Cursors<F>

  private constructor(
    handle: QueueHandle,
    readonly fields: F,
  ) {
    super(handle)
    this.#writes = new Cursors(this.bytes.buffer, fields)
    this.#reads = new Cursors(this.bytes.buffer, fields)
  }

  /** Makes a queue. Throws a RangeError for figures, and a TypeError for fields, that cannot be. */
  static create<const F extends Fields>(
    fields: F,
    shape: Omit<QueueShape, 'recordBytes' | 'bytes'> = {},
  ): TypedQueue<F> {
    const recordBytes = placeFields(fields).bytes
    return new TypedQueue(makeQueue({ ...shape, recordBytes }), fields)
  }

  /** Opens, in any thread, the queue that a handle names. Throws BadHandle for what is none. */
  static open<F extends Fields>(handle: TypedQueueHandle<F>): TypedQueue<F> {
    const fields: unknown = handle?.fields
    if (typeof fields !== 'object' || fields === null) {
      throw new BadHandle(
        'the handle of a queue of typed records was expected: ' +
          `one whose fields are ${came(fields)} came`,
      )
    }
    const queue = new TypedQueue(handle, fields as F)
    expectSame('the record of a queue', [queue.mostBytes], [placeFields(fields as F).bytes])
    return queue
  }

  /** Names this queue, and its fields, for other threads; it can be cloned and posted. */
  get typedHandle(): TypedQueueHandle<F> {
    return { ...this.handle, fields: this.fields }
  }

  /** A record to be written and committed, or undefined without room. Throws QueueClosed. */
  tryPlace(): RecordOf<F> | undefined {
    return this.#placed(this.tryReserve())
  }

  /** `tryPlace`, blocking this thread while there is no room. Throws QueueTimeout besides. */
  placeSync(options?: WaitOptions): RecordOf<F> {
    return this.#placed(this.reserveSync(this.mostBytes, options))!
  }

  /** The next record, or undefined without one: see `tryPeek`. It is to be released. */
  tryLook(): RecordOf<F> | undefined {
    return this.#looked(this.tryPeek())
  }

  /** The next record, or undefined at the end, blocking this thread. Throws QueueTimeout. */
  lookSync(options?: WaitOptions): RecordOf<F> | undefined {
    return this.#looked(this.peekSync(options))
  }

  /**
   * The next record, or undefined at the end. Rejects with QueueTimeout, or the signal's reason.
   */
  async look(options?: AwaitOptions): Promise<RecordOf<F> | undefined> {
    return this.#looked(await this.peek(options))
  }

  /** Sends a record that has all fields: false without room. Throws QueueClosed. */
  trySend(record: RecordOf<F>): boolean {
    return this.#send(record) !== WOULD_BLOCK
  }

  /** `trySend`, blocking this thread while there is no room. Throws QueueTimeout besides. */
  sendSync(record: RecordOf<F>, options?: WaitOptions): void {
    if (!this.trySend(record)) this.placeSoon(() => this.#send(record), options)
  }

  /** `trySend`, awaiting room. Rejects with QueueTimeout, or the signal's reason. */
  async send(record: RecordOf<F>, options?: AwaitOptions): Promise<void> {
    await this.wait(
      this.place(() => this.#send(record)),
      options,
    )
  }

  /** The records to come, each an object of its own, until the queue has ended. */
  async *records(options: AwaitOptions = {}): AsyncGenerator<RecordOf<F>, void, void> {
    for (;;) {
      let record: RecordOf<F> | undefined
      const attempt = (): number => {
        const at = this.tryPeek()
        if (at < 0) return at
        record = this.#reads.read(at)
        this.release()
        return at
      }
      if ((await this.wait(this.record(attempt), options)) === ENDED) return
      yield record!
    }
  }

  /** `for await (const record of queue)`: see `records`. */
  [Symbol.asyncIterator](): AsyncGenerator<RecordOf<F>, void, void> {
    return this.records()
  }

  #placed(at: number): RecordOf<F> | undefined {
    if (at === ENDED) throw closed()
    return at < 0 ? undefined : this.#writes.on(at)
  }

  #looked(at: number): RecordOf<F> | undefined {
    return at < 0 ? undefined : this.#reads.on(at)
  }

  #send(record: RecordOf<F>): number {
    if (typeof record !== 'object' || record === null) {
      throw new TypeError(
        `a record is an object with the fields of its queue: ${came(record)} came`,
      )
    }
    const at = this.tryReserve()
    if (at === WOULD_BLOCK) return at
    if (at === ENDED) throw closed()
    try {
      this.#writes.write(at, record)
    } catch (error) {
      this.cancel()
      throw error
    }
    if (!this.commit()) throw closed()
    return at
  }
}
