import {
  type Address,
  type Arena,
  came,
  expectHandle,
  expectMethods,
  expectOptions,
  expectSame,
  type HandleKind,
  type Memory,
  NIL,
  OutOfMemory,
  Pool,
  type PoolHandle,
  type PoolShape,
} from '@smpnet/memory'
import { finish, type Lot, SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { SocketMisuse } from './errors.ts'
import {
  clear,
  DIRECTION,
  directionOffset,
  noteOffset,
  PAIR,
  PAIR_BYTES,
  type Side,
} from './pair-layout.ts'
import { Note } from './note.ts'
import { type EndHandle, type PairHome, StreamSocket } from './stream-socket.ts'
import { Buffers } from './buffers.ts'
import { bornIn, isBornIn } from './life.ts'

export interface SocketZoneShape {
  /** Pairs that can be open at once; 16 unless told. */
  readonly pairs?: number
  /** Bytes that each direction of a pair can hold, a power of two; 256 KiB unless told. */
  readonly bufferBytes?: number
  /**
   * Directions that can be in use at once: each takes a buffer with its first send, until the pair
   * is closed at both ends. Two for each pair unless told, as far as 16 MiB go.
   */
  readonly buffers?: number
}

/** What another thread needs to open the zone; it can be cloned and posted. */
export interface SocketZoneHandle {
  readonly bufferBytes: number
  readonly pool: PoolHandle
  readonly buffers: PoolHandle
}

const MIN_BUFFER_BYTES = 64
const MAX_BUFFER_BYTES = 2 ** 28
/** What the buffers of a zone take in all unless it is told how many there are. */
const DEFAULT_BYTES = 16 << 20

const END: HandleKind = { of: 'an end', fields: { at: 'any', side: 'any', generation: 'any' } }

const HANDLE: HandleKind = {
  of: 'a zone of sockets',
  fields: { bufferBytes: 'count', pool: 'any', buffers: 'any' },
}

/** Where socket pairs come from, as one thread or CPU uses it. */
export class SocketZone implements PairHome {
  readonly memory: Memory
  readonly buffers: Buffers
  readonly #pool: Pool

  constructor(
    { memory }: Pick<Lot, 'memory'>,
    readonly handle: SocketZoneHandle,
  ) {
    expectHandle(HANDLE, handle, memory)
    this.memory = memory
    expectSame('a zone of sockets', [handle.buffers?.itemBytes], [handle.bufferBytes])
    this.#pool = Pool.open(memory, handle.pool)
    this.buffers = new Buffers(memory, handle.buffers, handle.bufferBytes)
  }

  /** Places a zone. Throws RangeError for a bad shape, OutOfMemory for too large a one. */
  static place(arena: Arena, shape: SocketZoneShape = {}): SocketZoneHandle {
    const { pairs, bufferBytes, buffers } = SocketZone.check(shape)
    expectMethods('where sockets are placed', arena, ['place'])
    return {
      bufferBytes,
      pool: Pool.create(arena, pairsOf(pairs)).handle,
      buffers: Pool.create(arena, ringsOf(buffers, bufferBytes)).handle,
    }
  }

  /** Bytes that `place` takes for such a zone, at most. */
  static bytes(shape: SocketZoneShape = {}): number {
    const { pairs, bufferBytes, buffers } = SocketZone.check(shape)
    return Pool.bytes(pairsOf(pairs)) + Pool.bytes(ringsOf(buffers, bufferBytes))
  }

  /** The whole shape, as `place` understands it. Throws a RangeError for figures that cannot be. */
  static check(shape: SocketZoneShape = {}): Required<SocketZoneShape> {
    expectOptions('a zone of sockets', shape)
    const { pairs = 16, bufferBytes = 256 << 10, buffers } = shape
    checkCount('socket pairs', pairs)
    checkBuffer(bufferBytes)
    const most = Math.max(2, Math.floor(DEFAULT_BYTES / bufferBytes))
    const whole = { pairs, bufferBytes, buffers: buffers ?? Math.min(2 * pairs, most) }
    checkCount('socket buffers', whole.buffers)
    return whole
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
    const { memory } = this
    clear(memory, at)
    const generation = this.#pool.useOf(at)
    memory.store(at + PAIR.offset.life, bornIn(generation))
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
    return new StreamSocket(this, handle)
  }

  /** Pairs that are open. Exact when nobody opens or closes one meanwhile. */
  open(): number {
    return this.#pool.inUse()
  }

  #check(handle: EndHandle): void {
    expectHandle(END, handle, this.memory)
    const { at, side, generation } = handle
    const isPair = this.#pool.isItem(at) && (side === 0 || side === 1)
    if (isPair && this.#pool.useOf(at) === generation) return
    throw new SocketMisuse(
      'a handle names an open pair of its zone: ' +
        `pair ${came(at)}, side ${came(side)}, use ${came(generation)} came`,
    )
  }

  /**
   * Frees a pair, both of whose ends are closed, and its buffers, if that use of it is not over.
   * Its rings are read before that is asked: then they are those of that use.
   */
  *free(pair: Address, generation: number): Waiting {
    for (const side of SIDES) {
      while (!this.memory.settled()) yield SETTLE
      const ring = this.#ringOf(pair, side)
      if (this.#pool.useOf(pair) !== generation) return
      if (ring !== NIL) yield* this.buffers.giveBack(ring)
    }
    yield* this.#pool.free(pair, generation)
  }

  /**
   * What the thread of that number, which has ended, took here and told nobody of: buffers that are
   * no direction's ring, pairs that nobody has opened, and locks. What may be open stays.
   */
  *bury(thread: number): Waiting {
    const pairs = this.#pool
    yield* this.buffers.bury(thread, (key) => this.#isRing(key))
    yield* pairs.bury(thread, (pair) => {
      return isBornIn(this.memory.load(pair + PAIR.offset.life), pairs.useOf(pair))
    })
  }

  /** The notes of all pairs whose poller is at `poller`. */
  *notesOf(poller: Address): Generator<Note, void> {
    for (const pair of this.#pool.items()) {
      for (const side of SIDES) {
        const note = new Note(this.memory, pair + noteOffset(side))
        if (note.poller() === poller) yield note
      }
    }
  }

  #isRing(key: number): boolean {
    for (const pair of this.#pool.items()) {
      if (SIDES.some((side) => this.#ringOf(pair, side) === key)) return true
    }
    return false
  }

  #ringOf(pair: Address, side: Side): number {
    return this.memory.load(pair + directionOffset(side) + DIRECTION.offset.ring)
  }
}

const SIDES: readonly Side[] = [0, 1]

function pairsOf(items: number): PoolShape {
  return { name: 'socket pairs', items, itemBytes: PAIR_BYTES }
}

function ringsOf(items: number, itemBytes: number): PoolShape {
  return { name: 'socket buffers', items, itemBytes }
}

function checkCount(what: string, count: number): void {
  if (Number.isInteger(count) && count >= 1) return
  throw new RangeError(`there is a whole number of ${what}, at least 1: ${came(count)} came`)
}

function checkBuffer(bytes: number): void {
  const isPower = Number.isInteger(bytes) && Number.isInteger(Math.log2(bytes))
  if (isPower && bytes >= MIN_BUFFER_BYTES && bytes <= MAX_BUFFER_BYTES) return
  throw new RangeError(
    `a socket buffer has a power of two of bytes, from ${MIN_BUFFER_BYTES} to ` +
      `${MAX_BUFFER_BYTES}: ${came(bytes)} came`,
  )
}
