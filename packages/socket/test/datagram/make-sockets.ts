import { type Address, Arena, LiveMemory } from '@smpnet/memory'
import { CheckedMbufs, type MbufShape } from '@smpnet/mbuf'
import { block, Lot, NotifyWaker, type Waiter } from '@smpnet/park'
import { Mutex } from '@smpnet/sync'
import {
  type DatagramSocket,
  DatagramSockets,
  type DatagramSocketsShape,
  type LockSchemeName,
  type SocketLock,
} from '../../src/index.ts'
import { LoopProtocol } from '../fixtures/loop-protocol.mjs'

export const SCHEMES: readonly LockSchemeName[] = ['split', 'single']

/** A mutex that counts how often it was tried and entered. */
export class CountedLock extends Mutex implements SocketLock {
  entries = 0

  constructor(
    memory: LiveMemory,
    at: Address,
    readonly label: string,
  ) {
    super(memory, at)
  }

  override tryEnter(td: Waiter): boolean {
    this.entries++
    return super.tryEnter(td)
  }
}

export interface Shape extends DatagramSocketsShape {
  readonly locking?: LockSchemeName
  readonly mbufs?: Partial<MbufShape>
}

/** Sockets in a memory of their own, with mbufs that are checked at each call. */
export function makeSockets({ locking = 'split', mbufs: more = {}, ...shape }: Shape = {}) {
  const memory = LiveMemory.create(1 << 22)
  const arena = Arena.create(memory)
  const handle = Lot.place(arena, { threads: 4 })
  const lot = new Lot(memory, handle, new NotifyWaker(memory), Lot.attach(memory, handle))
  const buffers = {
    name: 'test',
    cpus: 4,
    mbufs: 256,
    clusters: { of2k: 32, of9k: 8 },
    owners: ['socket'],
    ...more,
  }
  const mbufs = CheckedMbufs.create(arena, buffers)
  const locks: CountedLock[] = []
  const lock = (at: Address, name: string): CountedLock => {
    const made = new CountedLock(memory, at, name)
    locks.push(made)
    return made
  }
  const owner = mbufs.ownerNumber('socket')
  const placed = DatagramSockets.place(arena, { sockets: 8, ...shape })
  const sockets = new DatagramSockets(lot, placed, mbufs, { locking, lock, owner })
  const protocol = new LoopProtocol(sockets, LoopProtocol.place(arena, 16))
  sockets.use(protocol)
  return { memory, arena, lot, mbufs, sockets, protocol, locks, td: lot.waiter() }
}

export type Made = ReturnType<typeof makeSockets>

/** A socket that is bound to a port of address 7. */
export function boundTo({ sockets, td }: Pick<Made, 'sockets' | 'td'>, port: number) {
  const socket = block(td, sockets.create(td))
  if (socket.bindSync(td, HERE, port) !== 0) throw new Error(`port ${port} is to be had`)
  return socket
}

export const HERE = 7

/** Two sockets, bound to ports 1 and 2, and connected to each other. */
export function makePair(shape: Shape = {}) {
  const made = makeSockets(shape)
  const [a, b] = [boundTo(made, 1), boundTo(made, 2)]
  a.connectSync(made.td, HERE, 2)
  b.connectSync(made.td, HERE, 1)
  return { ...made, a, b }
}

/** What is there to be received, as an array; undefined when nothing is. */
export function received(td: Waiter, socket: DatagramSocket, atMost = 100): number[] | undefined {
  const to = new Uint8Array(atMost)
  const taken = socket.tryReceive(td, to)
  return taken < 0 ? undefined : [...to.subarray(0, taken)]
}
