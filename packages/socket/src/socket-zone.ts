import {
  type Address,
  type Arena,
  came,
  expectHandle,
  expectMethods,
  expectOptions,
  expectSame,
  type HandleKind,
  holderOf,
  type Memory,
  NIL,
  OutOfMemory,
  Pool,
  type PoolHandle,
  type PoolShape,
} from '@smpnet/memory'
import { finish, type Lot, SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { SocketMisuse } from './errors.ts'
import { expectTold } from './expect-told.ts'
import { codeOf, kindOf, type SocketKind } from './kinds.ts'
import {
  clear,
  DIRECTION,
  directionOffset,
  NOTE,
  noteOffset,
  PAIR,
  PAIR_BYTES,
  type Side,
} from './pair-layout.ts'
import { Note } from './note.ts'
import { type EndHandle, type PairHome, StreamSocket, type WhichRights } from './stream-socket.ts'
import { Buffers } from './buffers.ts'
import { bornIn, createdIn, isBornIn } from './life.ts'
import { END as LIFE } from './life-table.ts'
import { carrierOf, claim, isPublished } from './rights.ts'
import { ListenQueues } from './listen-queue.ts'
import { Names, type NamesHandle } from './names.ts'
import { Want } from './want.ts'

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
  /** Names at which sockets can listen at once; one for each pair unless told, up to 1024. */
  readonly names?: number
}

const NAMES = ['pairs', 'bufferBytes', 'buffers', 'names']

/** What another thread needs to open the zone; it can be cloned and posted. */
export interface SocketZoneHandle {
  readonly bufferBytes: number
  readonly pool: PoolHandle
  readonly buffers: PoolHandle
  readonly names: NamesHandle
}

const MIN_BUFFER_BYTES = 64
const MAX_BUFFER_BYTES = 2 ** 28
/** What the buffers of a zone take in all unless it is told how many there are. */
const DEFAULT_BYTES = 16 << 20

/**
 * Names of a zone with many pairs, unless told: they take 128 bytes each, and looking through all.
 */
const MOST_DEFAULT_NAMES = 1024

const END: HandleKind = { of: 'an end', fields: { at: 'any', side: 'any', generation: 'any' } }

const HANDLE: HandleKind = {
  of: 'a zone of sockets',
  fields: { bufferBytes: 'count', pool: 'any', buffers: 'any', names: 'any' },
}

/** Where socket pairs come from, as one thread or CPU uses it. */
export class SocketZone implements PairHome {
  readonly memory: Memory
  readonly buffers: Buffers
  readonly names: Names
  readonly queues: ListenQueues
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
    this.names = new Names(memory, handle.names, (pair) => this.useOf(pair))
    this.queues = new ListenQueues(memory, this.#pool)
  }

  /** Places a zone. Throws RangeError for a bad shape, OutOfMemory for too large a one. */
  static place(arena: Arena, shape: SocketZoneShape = {}): SocketZoneHandle {
    expectTold('a zone of sockets', shape, NAMES)
    const { pairs, bufferBytes, buffers, names } = SocketZone.check(shape)
    expectMethods('where sockets are placed', arena, ['place'])
    return {
      bufferBytes,
      pool: Pool.create(arena, pairsOf(pairs)).handle,
      buffers: Pool.create(arena, ringsOf(buffers, bufferBytes)).handle,
      names: Names.place(arena, names),
    }
  }

  /** Bytes that `place` takes for such a zone, at most. */
  static bytes(shape: SocketZoneShape = {}): number {
    expectTold('a zone of sockets', shape, NAMES)
    const { pairs, bufferBytes, buffers, names } = SocketZone.check(shape)
    const pools = Pool.bytes(pairsOf(pairs)) + Pool.bytes(ringsOf(buffers, bufferBytes))
    return pools + Names.bytes(names)
  }

  /** The whole shape, as `place` understands it. Throws a RangeError for figures that cannot be. */
  static check(shape: SocketZoneShape = {}): Required<SocketZoneShape> {
    expectOptions('a zone of sockets', shape)
    const { pairs = 16, bufferBytes = 256 << 10, buffers, names } = shape
    checkCount('socket pairs', pairs)
    checkBuffer(bufferBytes)
    const most = Math.max(2, Math.floor(DEFAULT_BYTES / bufferBytes))
    const whole = {
      pairs,
      bufferBytes,
      buffers: buffers ?? Math.min(2 * pairs, most),
      names: names ?? Math.min(pairs, MOST_DEFAULT_NAMES),
    }
    checkCount('socket buffers', whole.buffers)
    checkCount('names', whole.names)
    return whole
  }

  /** Two connected ends. Throws OutOfMemory when as many pairs are open as there can be. */
  *pair(kind: SocketKind = 'stream'): Waiting<[StreamSocket, StreamSocket]> {
    const use = yield* this.use(kind)
    return [this.end({ ...use, side: 0 }), this.end({ ...use, side: 1 })]
  }

  /** A pair of which nobody has opened an end yet. Throws OutOfMemory. */
  use(kind: SocketKind = 'stream'): Waiting<Omit<EndHandle, 'side'>> {
    return this.#use(bornIn, kind)
  }

  /** A pair whose end 0 is a new socket of this thread's, and whose other end is not born yet. */
  create(kind: SocketKind = 'stream'): Waiting<Omit<EndHandle, 'side'>> {
    return this.#use((generation, at) => {
      this.memory.store(at + noteOffset(0) + NOTE.offset.owner, this.memory.holder)
      return createdIn(generation)
    }, kind)
  }

  *#use(
    birth: (generation: number, at: Address) => number,
    kind: SocketKind,
  ): Waiting<Omit<EndHandle, 'side'>> {
    let at = this.memory.isSimulated ? Pool.HELD : this.#pool.tryAlloc()
    if (at === Pool.HELD) at = yield* this.#pool.alloc()
    const { items, itemBytes } = this.handle.pool
    if (at === NIL) throw new OutOfMemory('another socket pair', itemBytes, 0, items * itemBytes)
    const { memory } = this
    clear(memory, at)
    if (kind !== 'stream') memory.store(at + PAIR.offset.kind, codeOf(kind))
    const generation = this.#pool.useOf(at)
    memory.store(at + PAIR.offset.life, birth(generation, at))
    return { at, generation }
  }

  /** `pair` for a thread outside kernels. */
  pairSync(td: Waiter, kind?: SocketKind): [StreamSocket, StreamSocket] {
    return finish(td, this.pair(kind))
  }

  /**
   * The end that a handle names, which another thread or CPU has made. Throws SocketMisuse for a
   * handle of no pair of this zone, or of one that was closed at both ends.
   */
  end(handle: EndHandle): StreamSocket {
    this.#check(handle)
    return new StreamSocket(this, handle, this.kindOf(handle.at))
  }

  /** What goes through a pair, or is to go through those that connect to it. */
  kindOf(pair: Address): SocketKind {
    return kindOf(this.memory, pair)
  }

  /** Which use of a pair is under way, or 0: see `Pool.useOf`. */
  useOf(pair: Address): number {
    return this.#pool.useOf(pair)
  }

  /** How those that accept wait for connections of the socket that listens there. */
  acceptorsOf(listener: Address): Want {
    const note = new Note(this.memory, listener + noteOffset(0))
    return new Want(this.memory, listener + directionOffset(1) + DIRECTION.offset.wantData, note)
  }

  /** An end is this thread's from now on, and is closed when this thread is buried. */
  own({ handle }: StreamSocket): void {
    const owner = handle.at + noteOffset(handle.side) + NOTE.offset.owner
    this.memory.store(owner, this.memory.holder)
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
    const { memory, buffers } = this
    while (!memory.settled()) yield SETTLE
    const name = this.#nameOf(pair)
    if (name !== NIL) yield* this.names.forget(name, { at: pair, generation })
    for (const side of SIDES) {
      while (!memory.settled()) yield SETTLE
      const ring = this.#ringOf(pair, side)
      if (this.#pool.useOf(pair) !== generation) return
      if (ring !== NIL && !buffers.tryGiveBack(ring)) yield* buffers.giveBack(ring)
    }
    if (memory.isSimulated || !this.#pool.tryFree(pair, generation))
      yield* this.#pool.free(pair, generation)
  }

  /**
   * What the thread of that number, which has ended, took here and told nobody of: buffers that are
   * no direction's ring, pairs that nobody has opened, and locks. What may be open stays.
   */
  *bury(thread: number): Waiting {
    const pairs = this.#pool
    this.names.recover(holderOf(thread))
    for (const pair of pairs.items()) this.queues.recover(pair, holderOf(thread))
    yield* this.buffers.bury(thread, (key) => this.#isRing(key))
    yield* pairs.bury(thread, (pair) => {
      return isBornIn(this.memory.load(pair + PAIR.offset.life), pairs.useOf(pair))
    })
  }

  /** See `PairHome.unlink`. */
  *unlink(td: Waiter, pair: Address, generation: number): Waiting {
    yield* this.queues.leave(pair)
    while (!this.memory.settled()) yield SETTLE
    const name = this.#nameOf(pair)
    if (name !== NIL) yield* this.names.forget(name, { at: pair, generation })
    for (;;) {
      const queued = yield* this.queues.takeAny(pair)
      if (queued === NIL) return
      yield* this.#reset(td, queued)
    }
  }

  /** See `PairHome.closeRights`. */
  *closeRights(td: Waiter, direction: Address, which: WhichRights): Waiting {
    const { memory } = this
    for (const { end, owner } of this.#ends()) {
      const closing = end.note.at + NOTE.offset.closing
      const isBegun = owner === memory.holder && memory.load(closing) === direction
      // A burial that was given up, since another had ended in what it needed, is begun again.
      if (isBegun) yield* end.bury(td)
      if (owner !== carrierOf(direction)) continue
      while (!memory.settled()) yield SETTLE
      const is = isPublished(memory, direction, end.handle) ? 'published' : 'unpublished'
      if (which !== 'all' && which !== is) continue
      memory.store(closing, direction)
      if (claim(memory, direction, end.handle, memory.holder)) yield* end.bury(td)
      else memory.store(closing, NIL)
    }
  }

  #nameOf(pair: Address): number {
    return this.memory.load(pair + PAIR.offset.name)
  }

  /** Ends a connection that was in the queue of a listener that closes. */
  *#reset(td: Waiter, pair: Address): Waiting {
    const generation = this.useOf(pair)
    const [connects, accepts] = SIDES.map((side) => {
      return new StreamSocket(this, { at: pair, side, generation })
    }) as [StreamSocket, StreamSocket]
    while (!this.memory.settled()) yield SETTLE
    const { life } = accepts
    if (life.stateIn(life.load()) !== LIFE.state.CREATED) return yield* accepts.abort(td)
    yield* connects.life.step('reset')
    yield* accepts.sending.wantData.tellAll(td)
  }

  /**
   * Closes what belonged to the thread of that number, which has ended, so that its peers hear of a
   * reset, and tells all that wait for what it may have done without telling them. To be done
   * after `bury`, and again if an undertaker has ended in it.
   */
  *buryEnds(td: Waiter, thread: number): Waiting {
    for (const { end, owner } of this.#ends()) {
      if (owner === holderOf(thread)) yield* this.#buryEnd(td, end, thread)
      else yield* end.receiving.wantData.stir(td)
    }
  }

  *#buryEnd(td: Waiter, end: StreamSocket, thread: number): Waiting {
    const { life, handle } = end
    const isUnborn = handle.side === 1 && life.stateIn(life.load()) === LIFE.state.CREATED
    if (isUnborn) yield* this.#reset(td, handle.at)
    else yield* end.bury(td, thread)
  }

  *#ends(): Generator<{ readonly end: StreamSocket; readonly owner: number }, void> {
    for (const at of this.#pool.items()) {
      for (const side of SIDES) {
        const generation = this.useOf(at)
        const owner = this.memory.load(at + noteOffset(side) + NOTE.offset.owner)
        if (generation !== 0)
          yield {
            end: new StreamSocket(this, { at, side, generation }, this.kindOf(at)),
            owner,
          }
      }
    }
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
