import { type Address, Arena, LiveMemory, type Memory } from '@smpnet/memory'
import { CheckedMbufs, type MbufShape } from '@smpnet/mbuf'
import { Lot, NotifyWaker } from '@smpnet/park'
import { Mutex } from '@smpnet/sync'
import {
  DatagramSockets,
  type DatagramSocketsShape,
  type LockSchemeName,
  type SocketLock,
} from '../../src/index.ts'
import { LoopProtocol, type LoopTable } from './loop-protocol.ts'

export const SCHEMES: readonly LockSchemeName[] = ['split', 'single']

/** A lock that says how often it was entered, and can be held against all. */
export class Counted implements SocketLock {
  entries = 0

  constructor(
    readonly mutex: Mutex,
    readonly name: string,
  ) {}

  tryEnter(td: Parameters<Mutex['tryEnter']>[0]): boolean {
    this.entries++
    return this.mutex.tryEnter(td)
  }
  enter(td: Parameters<Mutex['tryEnter']>[0]): ReturnType<Mutex['enter']> {
    return this.mutex.enter(td)
  }
  tryExit(td: Parameters<Mutex['tryEnter']>[0]): boolean {
    return this.mutex.tryExit(td)
  }
  exit(td: Parameters<Mutex['tryEnter']>[0]): ReturnType<Mutex['exit']> {
    return this.mutex.exit(td)
  }
}

export interface Shape extends DatagramSocketsShape {
  readonly locking?: LockSchemeName
  readonly mbufs?: Partial<MbufShape>
}

/** Sockets in a memory of their own, with mbufs that are checked at each call. */
export function makeSockets({ locking = 'split', mbufs: more = {}, ...shape }: Shape = {}) {
  const memory: Memory = LiveMemory.create(1 << 22)
  const arena = Arena.create(memory as LiveMemory)
  const handle = Lot.place(arena, { threads: 4 })
  const lot = new Lot(
    memory,
    handle,
    new NotifyWaker(memory as LiveMemory),
    Lot.attach(memory, handle),
  )
  const buffers = { name: 'test', cpus: 4, mbufs: 256, clusters: { of2k: 32, of9k: 8 }, ...more }
  const mbufs = CheckedMbufs.create(arena, buffers)
  const placed = DatagramSockets.place(arena, { sockets: 8, ...shape })
  const locks = new Map<Address, Counted>()
  const sockets = new DatagramSockets(lot, placed, mbufs, {
    locking,
    lock: (at, name) => {
      const lock = new Counted(new Mutex(memory, at), name)
      locks.set(at, lock)
      return lock
    },
  })
  const table: LoopTable = { at: arena.place('pcbs', LoopProtocol.bytes(16)), blocks: 16 }
  const protocol = new LoopProtocol(memory, mbufs, sockets, table)
  sockets.use(protocol)
  return { memory, arena, lot, mbufs, sockets, protocol, locks, td: lot.waiter() }
}
