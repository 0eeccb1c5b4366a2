import { awaitExchange, awaitValue } from '@smpnet/interleave'
import { type Address, Arena } from '@smpnet/memory'
import { Mbufs } from '@smpnet/mbuf'
import { BUCKET, Lot, PARK, Seats, type Waiter, type Waiting } from '@smpnet/park'
import { CalmMemory, CalmWaker, ImmortalLot, untilPosted } from '@smpnet/park/model'
import { DatagramSockets, type LockSchemeName, type SocketLock } from '../../src/index.ts'

/** A lock whose own models are others: entered in one step, when it is free. */
class StepLock implements SocketLock {
  constructor(
    readonly memory: CalmMemory,
    readonly at: Address,
  ) {}

  tryEnter(td: Waiter): boolean {
    this.memory.checker.awaitExchange(this.memory.words, this.at >> 2, 0, td.at)
    return true
  }
  *enter(): Waiting {}
  tryExit(): boolean {
    this.memory.store(this.at, 0)
    return true
  }
  *exit(): Waiting {}
}

export interface WorldOptions {
  readonly threads: number
  readonly locking: LockSchemeName
  readonly Sockets?: typeof DatagramSockets
  readonly KindOfLot?: typeof Lot
}

/** A machine of as many CPUs as threads, each with its own views of two sockets in one memory. */
export function modelWorld({ threads, locking, Sockets, KindOfLot }: WorldOptions) {
  const memory = new CalmMemory(new SharedArrayBuffer(1 << 15), { awaitExchange, awaitValue })
  const arena = Arena.create(memory)
  const shape = { buckets: 1, cpus: threads, threads: 1, waiters: threads }
  const handle = Lot.place(arena, shape)
  const placed = (Sockets ?? DatagramSockets).place(arena, { sockets: 2 })
  const buffers = Mbufs.create(arena, { name: 'model', cpus: threads, mbufs: 8 }).handle
  const waker = new CalmWaker(memory)
  const all = Array.from({ length: threads }, (_, cpu) => {
    const lot = new (KindOfLot ?? ImmortalLot)(memory, handle, waker, cpu)
    const mbufs = new Mbufs(memory, buffers)
    const lock = (at: Address): SocketLock => new StepLock(memory, at)
    const protocol = STILL
    const sockets = new (Sockets ?? DatagramSockets)(lot, placed, mbufs, {
      locking,
      lock,
      protocol,
    })
    return { td: lot.waiter(), mbufs, sockets }
  })
  const [{ td, sockets }] = all as [Thread]
  const socket = untilPosted(td, sockets.create(td))
  memory.locks.push(handle.at + handle.threads * Seats.bytes + BUCKET.offset.lock)
  memory.locks.push(placed.pool.at)
  return { memory, all, at: socket.at }
}

export interface Thread {
  readonly td: Waiter
  readonly mbufs: Mbufs
  readonly sockets: DatagramSockets
}

/** A packet of one byte, made before the threads begin. */
export function packetOf({ td, mbufs }: Thread, byte: number): Address {
  const packet = mbufs.tryAlloc(td, 1)
  mbufs.copyIn(packet, 0, Uint8Array.of(byte), 0, 1)
  return packet
}

/** Drives a generator until it would sleep, and never again: its thread has ended there. */
export function untilAsleep(waiting: Waiting<unknown>): void {
  for (let step = waiting.next(0); !step.done; step = waiting.next(0)) {
    if (step.value === PARK) return
  }
}

/** A protocol that does nothing: the models deliver by themselves. */
const STILL = {
  name: 'still',
  mostBytes: 100,
  *attach(): Waiting<number> {
    return 0
  },
  *bind(): Waiting<number> {
    return 0
  },
  *connect(): Waiting<number> {
    return 0
  },
  *disconnect(): Waiting<number> {
    return 0
  },
  trySend: () => 0,
  *send(): Waiting<number> {
    return 0
  },
  *detach(): Waiting {},
  localName: () => ({ address: 0, port: 0 }),
  peerName: () => undefined,
}
