import {
  type Address,
  type Arena,
  type Memory,
  NIL,
  OutOfMemory,
  Pool,
  type PoolHandle,
  WORD_BYTES,
} from '@smpnet/memory'
import { finish, type Lot, type Waiter, type Waiting } from '@smpnet/park'
import { SocketMisuse } from './errors.ts'
import { closedOf, PAIR, pairBytes, ringOffset } from './pair-layout.ts'
import { type EndHandle, StreamSocket } from './stream-socket.ts'

export interface SocketZoneShape {
  /** Pairs that can be open at once; 16 unless told. */
  readonly pairs?: number
  /** Bytes that each direction of a pair can hold, a power of two; 256 KiB unless told. */
  readonly bufferBytes?: number
}

/** What another thread needs to open the zone; it can be cloned and posted. */
export interface SocketZoneHandle {
  readonly bufferBytes: number
  readonly pool: PoolHandle
}

const MIN_BUFFER_BYTES = 64
const MAX_BUFFER_BYTES = 2 ** 28

/** Where socket pairs come from, as one thread or CPU uses it. */
export class SocketZone {
  readonly #pool: Pool
  readonly #memory: Memory

  constructor(
    { memory }: Pick<Lot, 'memory'>,
    readonly handle: SocketZoneHandle,
  ) {
    this.#memory = memory
    this.#pool = Pool.open(memory, handle.pool)
  }

  /** Places a zone. Throws RangeError for a bad shape, OutOfMemory for too large a one. */
  static place(arena: Arena, shape: SocketZoneShape = {}): SocketZoneHandle {
    const { pairs, bufferBytes } = SocketZone.check(shape)
    const what = { name: 'socket pairs', items: pairs, itemBytes: pairBytes(bufferBytes) }
    return { bufferBytes, pool: Pool.create(arena, what).handle }
  }

  /** The whole shape, as `place` understands it. Throws a RangeError for figures that cannot be. */
  static check({
    pairs = 16,
    bufferBytes = 256 << 10,
  }: SocketZoneShape): Required<SocketZoneShape> {
    if (!Number.isInteger(pairs) || pairs < 1) {
      throw new RangeError(
        `there is a whole number of socket pairs, at least 1: ${String(pairs)} came`,
      )
    }
    checkBuffer(bufferBytes)
    return { pairs, bufferBytes }
  }

  /** Two connected ends. Throws OutOfMemory when as many pairs are open as there can be. */
  *pair(): Waiting<[StreamSocket, StreamSocket]> {
    const use = yield* this.use()
    return [this.end({ ...use, side: 0 }), this.end({ ...use, side: 1 })]
  }

  /** A pair of which nobody has opened an end yet. Throws OutOfMemory. */
  *use(): Waiting<Omit<EndHandle, 'side'>> {
    const at = yield* this.#pool.alloc()
    const { items, itemBytes } = this.handle.pool
    if (at === NIL) throw new OutOfMemory('another socket pair', itemBytes, 0, items * itemBytes)
    const kept = PAIR.offset.closed + WORD_BYTES
    this.#memory.fill(at + kept, 0, ringOffset(0, 0) - kept)
    const generation = (this.#memory.add(at + PAIR.offset.generation, 1) + 1) | 0
    this.#memory.store(at + PAIR.offset.closed, closedOf(generation))
    return { at, generation }
  }

  /** `pair` for a thread outside kernels. */
  pairSync(td: Waiter): [StreamSocket, StreamSocket] {
    return finish(td, this.pair())
  }

  /**
   * The end that a handle names, which another thread or CPU has made. Throws SocketMisuse for a
   * handle of no pair of this zone, or of one that was closed at both ends.
   */
  end(handle: EndHandle): StreamSocket {
    this.#check(handle)
    return new StreamSocket(this.#memory, handle, this.handle.bufferBytes, this.#free)
  }

  /** Pairs that are open. Exact when nobody opens or closes one meanwhile. */
  open(): number {
    return this.#pool.inUse()
  }

  #check({ at, side, generation }: EndHandle): void {
    const isPair = this.#pool.isItem(at) && (side === 0 || side === 1)
    if (isPair && this.#memory.load(at + PAIR.offset.generation) === generation) return
    throw new SocketMisuse(
      `a handle names an open pair of its zone: pair ${at}, side ${side}, use ${generation} came`,
    )
  }

  readonly #free = (pair: Address): Waiting => this.#pool.free(pair)
}

function checkBuffer(bytes: number): void {
  const isPower = Number.isInteger(bytes) && Number.isInteger(Math.log2(bytes))
  if (isPower && bytes >= MIN_BUFFER_BYTES && bytes <= MAX_BUFFER_BYTES) return
  throw new RangeError(
    `a socket buffer has a power of two of bytes, from ${MIN_BUFFER_BYTES} to ` +
      `${MAX_BUFFER_BYTES}: ${String(bytes)} came`,
  )
}
