import {
  type Address,
  type Arena,
  came,
  expectHandle,
  expectMethods,
  type HandleKind,
  type Interrupt,
  layout,
  type Memory,
  NIL,
  Pool,
  type PoolHandle,
  word,
} from '@smpnet/memory'
import type { Mbufs } from '@smpnet/mbuf'
import { block, type Lot, SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { SocketMisuse } from '../errors.ts'
import type { DatagramHandle, DatagramHome, DatagramParts } from './datagram-home.ts'
import { DatagramSocket } from './datagram-socket.ts'
import { expectTold } from '../expect-told.ts'
import { DATAGRAM, DATAGRAM_BYTES, SOCKET_LOCK_BYTES } from './layout.ts'
import { bornAs, isOver, useIn } from './life.ts'
import { enterMending, LOCK_SCHEMES, type LockSchemeName, type MakeLock } from './lock-schemes.ts'
import { NoSockets } from './no-sockets.ts'
import type { DatagramProtocol } from './protocol.ts'
import { ReceiveBuffer, WAIT } from './receive-buffer.ts'

const COUNTS = layout('datagram sockets', {
  /** (x) Sockets that were asked for when all were in use. */
  refused: word('x', 'counts'),
})

/** How many sockets there are to be, and how much each may hold. */
export interface DatagramSocketsShape {
  /** Sockets that can be open at once; 64 unless told. */
  readonly sockets?: number
  /** Bytes of datagrams and their addresses that wait at each; 41600 unless told, as in FreeBSD. */
  readonly receiveBytes?: number
}

/** What another thread needs to open them in the same memory; it can be cloned and posted. */
export interface DatagramSocketsHandle {
  readonly pool: PoolHandle
  readonly counts: Address
  readonly receiveBytes: number
}

export interface DatagramSocketsOptions {
  /** Which locks the parts of a socket have; the same in each thread. */
  readonly locking: LockSchemeName
  /** Makes this thread's view of a lock, by its words. */
  readonly lock: MakeLock
  /** What carries the datagrams, unless `use` tells later. */
  readonly protocol?: DatagramProtocol
  /** The owner of what is sent, by `Mbufs.ownerNumber`; none unless told. */
  readonly owner?: number
}

const DEFAULT_SOCKETS = 64
const DEFAULT_RECEIVE_BYTES = 41_600

const HANDLE: HandleKind = {
  of: 'datagram sockets',
  fields: { pool: 'any', counts: 'address', receiveBytes: 'count' },
}

/**
 * Where datagram sockets come from, as one thread or CPU uses them, and what their protocol calls:
 * the lower half. A protocol may hold locks of its own when it calls; a socket holds none when it
 * calls the protocol. To deliver and to wake are two calls, so that a protocol may wake after it
 * has let go of its locks.
 */
export class DatagramSockets implements DatagramHome {
  readonly memory: Memory
  readonly owner: number
  readonly #pool: Pool
  readonly #parts: (DatagramParts | undefined)[]
  #protocol: DatagramProtocol | undefined

  constructor(
    { memory }: Pick<Lot, 'memory'>,
    readonly handle: DatagramSocketsHandle,
    readonly mbufs: Mbufs,
    readonly options: DatagramSocketsOptions,
  ) {
    expectHandle(HANDLE, handle, memory)
    this.memory = memory
    this.owner = options.owner ?? 0
    this.#pool = Pool.open(memory, handle.pool)
    this.#parts = Array.from({ length: handle.pool.items })
    this.#protocol = options.protocol
  }

  /** Places sockets. Throws RangeError for a bad shape, OutOfMemory if they are too many. */
  static place(arena: Arena, shape: DatagramSocketsShape = {}): DatagramSocketsHandle {
    expectMethods('where sockets are placed', arena, ['place'])
    expectTold('datagram sockets', shape, ['sockets', 'receiveBytes'])
    const { sockets = DEFAULT_SOCKETS, receiveBytes = DEFAULT_RECEIVE_BYTES } = shape
    if (!Number.isInteger(receiveBytes) || receiveBytes < 1) {
      throw new RangeError(
        `a receive buffer holds a whole number of bytes, at least 1: ${came(receiveBytes)} came`,
      )
    }
    const pool = { name: 'datagram sockets', items: sockets, itemBytes: DATAGRAM_BYTES }
    const counts = arena.place('datagram socket counts', COUNTS.size)
    return { pool: Pool.create(arena, pool).handle, counts, receiveBytes }
  }

  get protocol(): DatagramProtocol {
    if (this.#protocol !== undefined) return this.#protocol
    throw new SocketMisuse('datagram sockets are used when they have a protocol: none came')
  }

  /** Says what carries the datagrams, for a protocol that was made after its sockets. */
  use(protocol: DatagramProtocol): void {
    this.#protocol = protocol
  }

  /**
   * A new socket, unbound. Throws NoSockets when all are in use, which is counted, or when the
   * protocol has no room for another.
   */
  *create(td: Waiter): Waiting<DatagramSocket> {
    const at = yield* this.#pool.alloc()
    while (!this.memory.settled()) yield SETTLE
    if (at === NIL) {
      this.memory.add(this.handle.counts + COUNTS.offset.refused, 1)
      throw NoSockets.allInUse(this.handle.pool.items)
    }
    yield* this.partsOf(at).buffer.reset(td, { high: this.handle.receiveBytes })
    while (!this.memory.settled()) yield SETTLE
    const { error, life } = DATAGRAM.offset
    this.memory.store(at + error, 0)
    this.setPcb(at, NIL)
    const word = bornAs(this.#pool.useOf(at))
    this.memory.store(at + life, word)
    const errno = yield* this.protocol.attach(td, at)
    if (errno === 0) return new DatagramSocket(this, { at, use: useIn(word) })
    const socket = new DatagramSocket(this, { at, use: useIn(word) })
    yield* socket.life.step(td, 'close')
    yield* socket.life.step(td, 'closed')
    yield* this.#pool.free(at)
    throw NoSockets.refusedBy(this.protocol.name, errno)
  }

  /** `create`, for a thread that may block. */
  createSync(td: Waiter): DatagramSocket {
    return block(td, this.create(td))
  }

  /**
   * The socket at an address, which another thread or CPU has made, or of its handle. Throws
   * SocketMisuse for what is no open socket here. It looks at the socket: a simulated CPU settles
   * before.
   */
  open(socket: Address | DatagramHandle): DatagramSocket {
    const at = typeof socket === 'number' ? socket : socket.at
    const word = this.#pool.isItem(at) ? this.memory.load(at + DATAGRAM.offset.life) : NIL
    const isMeant = typeof socket === 'number' || socket.use === useIn(word)
    if (useIn(word) !== 0 && isMeant && !isOver(word)) {
      return new DatagramSocket(this, { at, use: useIn(word) })
    }
    throw new SocketMisuse(`an open datagram socket is opened: none is at ${at}, or it was closed`)
  }

  /**
   * Puts a datagram, and who sent it, at the end of what a socket has not received: DELIVERED,
   * DELIVERED_TO_WAITER, after which the caller is to wake, or FULL or GONE, with which the packet
   * is still the caller's, as it was. Or WAIT, having done nothing: then `yield* deliver(…)`. In
   * simulated time it is always WAIT. Takes the receive lock. The protocol calls it of sockets that
   * are attached.
   */
  tryDeliver(td: Waiter, socket: Address, packet: Address, address: number, port: number): number {
    if (this.memory.isSimulated) return WAIT
    return this.partsOf(socket).buffer.tryDeliver(td, packet, address, port)
  }

  /** The same, waiting for the lock. FULL, too, when an mbuf is needed for the address: counted. */
  deliver(
    td: Waiter,
    socket: Address,
    packet: Address,
    address: number,
    port: number,
  ): Waiting<number> {
    return this.partsOf(socket).buffer.deliver(td, packet, address, port)
  }

  /** A word that changes when a receiver takes a datagram: for a deliverer that finds FULL. */
  progressOf(socket: Address): Address {
    return this.partsOf(socket).buffer.queue.firstAt
  }

  /** Wakes receivers that sleep: sorwakeup. False, having done nothing: then `yield* wake(…)`. */
  tryWake(td: Waiter, socket: Address): boolean {
    return this.partsOf(socket).buffer.arrivals.tryWake(td)
  }

  /** The same, waiting for the parking lot's queue for a moment. Never parks. */
  wake(td: Waiter, socket: Address): Waiting {
    return this.partsOf(socket).buffer.arrivals.wake(td)
  }

  /** The same in the handler of an interrupt, by its CPU's lot. */
  wakeNow(irq: Interrupt, lot: Waiter['lot'], socket: Address): void {
    this.partsOf(socket).buffer.arrivals.wakeNow(irq, lot)
  }

  /** Has the next call on a socket report an errno, once, and wakes receivers: so_error. */
  *fail(td: Waiter, socket: Address, errno: number): Waiting {
    while (!this.memory.settled()) yield SETTLE
    this.memory.store(socket + DATAGRAM.offset.error, errno)
    yield* this.stir(td, socket)
  }

  /** The same for plain code. False, having done nothing: then `yield* fail(…)`. */
  tryFail(td: Waiter, socket: Address, errno: number): boolean {
    const { arrivals } = this.partsOf(socket).buffer
    return arrivals.tryBring(td, socket + DATAGRAM.offset.error, errno)
  }

  *stir(td: Waiter, socket: Address): Waiting {
    const { arrivals } = this.partsOf(socket).buffer
    while (!this.memory.settled()) yield SETTLE
    arrivals.announce()
    yield* arrivals.wake(td)
  }

  /** Frees a socket, if that use of it, as its handle has it, is not over. */
  *free(socket: Address, use: number): Waiting {
    const current = this.#pool.useOf(socket)
    if (current !== 0 && useIn(bornAs(current)) === use) yield* this.#pool.free(socket, current)
  }

  /**
   * What the thread of that number, which has died, took here and told nobody of: places in which
   * no socket was born yet, and the lock. Its sockets are closed by `DatagramSocket.bury`.
   */
  bury(thread: number): Waiting {
    return this.#pool.bury(thread, (at) => {
      const word = this.memory.load(at + DATAGRAM.offset.life)
      return useIn(word) === useIn(bornAs(this.#pool.useOf(at)))
    })
  }

  /**
   * The rest of that burial, by a thread that may wait: no lock of a socket is the dead's any more,
   * the sockets that it had made are closed, whoever else has them, and receivers are woken that it
   * may have told nothing of what it brought.
   */
  *buryAll(td: Waiter, thread: number): Waiting {
    yield* this.bury(thread)
    for (const socket of this.#pool.items()) {
      const { locks, buffer } = this.partsOf(socket)
      const { state, receive } = locks
      if (!receive.tryEnter(td)) yield* buffer.enter(td)
      if (!receive.tryExit(td)) yield* receive.exit(td)
      // A state is one word, which is whole.
      if (!state.tryEnter(td)) yield* enterMending(td, state, () => {})
      if (!state.tryExit(td)) yield* state.exit(td)
    }
    for (const [at, use] of this.#pool.takenBy(thread)) {
      yield* new DatagramSocket(this, { at, use: useIn(bornAs(use)) }).bury(td)
    }
    for (const socket of this.inPlace()) {
      const { arrivals } = this.partsOf(socket).buffer
      arrivals.announce()
      yield* arrivals.wakeSurely(td)
    }
  }

  /** The addresses of the sockets that are open, in any thread. */
  *inPlace(): Generator<Address, void> {
    for (const socket of this.#pool.items()) if (this.#pool.useOf(socket) !== 0) yield socket
  }

  /** Whether the lock of a socket has a word that `isSo`. */
  someLock(isSo: (at: Address, bytes: number) => boolean): boolean {
    const { stateLock, receiveLock } = DATAGRAM.offset
    for (const socket of this.#pool.items()) {
      if (isSo(socket + stateLock, SOCKET_LOCK_BYTES)) return true
      if (isSo(socket + receiveLock, SOCKET_LOCK_BYTES)) return true
    }
    return false
  }

  /**
   * The protocol's word of a socket: its control block, or NIL. It is read plainly: a socket that
   * is being closed may give a block that is no longer its own, as the block says under its lock.
   */
  pcb(socket: Address): Address {
    return this.memory.read(socket + DATAGRAM.offset.pcb)
  }
  setPcb(socket: Address, pcb: Address): void {
    this.memory.store(socket + DATAGRAM.offset.pcb, pcb)
  }

  /** Sockets that are open. Exact when nobody opens or closes one meanwhile. */
  inUse(): number {
    return this.#pool.inUse()
  }

  /** Sockets that were asked for when all were in use. */
  refused(): number {
    return this.memory.load(this.handle.counts + COUNTS.offset.refused)
  }

  /** Datagrams for which a socket had no space since it was made. Exact while none is delivered. */
  drops(socket: Address): number {
    return this.partsOf(socket).buffer.queue.drops()
  }

  /** This thread's views of a socket's parts, which are made with the first call. */
  partsOf(socket: Address): DatagramParts {
    const index = this.#pool.indexOf(socket) | 0
    return (this.#parts[index] ??= this.#makeParts(socket))
  }

  #makeParts(socket: Address): DatagramParts {
    const { locking, lock } = this.options
    if (!this.#pool.isItem(socket)) {
      throw new SocketMisuse(`a datagram socket is one of its zone: ${came(socket)} came`)
    }
    const locks = LOCK_SCHEMES[locking].locksOf(socket, lock)
    return { locks, buffer: new ReceiveBuffer(this.memory, this.mbufs, socket, locks.receive) }
  }
}
