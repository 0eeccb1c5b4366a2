import { type Address, Arena, LiveMemory } from '@smpnet/memory'
import { finish, Lot, NotifyWaker, type Waiter, type Waiting } from '@smpnet/park'
import { Mutex, type Section, Sx, watch, Witness } from '@smpnet/sync'
import {
  type KindName,
  LockedSockets,
  type LockedSocket,
  type LockType,
} from '../../src/locked/index.ts'

const WITNESSED = { names: 16, edges: 64 }

/** Locked sockets of a scheme in live memory, with a waiter and with locks that are watched. */
export function lockedWorld(
  locking: string,
  { receiveBytes = 64, looksFirst = false, names = 4 } = {},
) {
  const memory = new LiveMemory(new SharedArrayBuffer(1 << 17))
  const arena = Arena.create(memory)
  const lots = Lot.place(arena, { threads: 1, waiters: 4, buckets: 2 })
  const lot = new Lot(memory, lots, new NotifyWaker(memory), Lot.attach(memory, lots))
  const at = arena.place('witness', Witness.bytes(WITNESSED))
  const witness = Witness.over(memory, at, WITNESSED)
  const handle = LockedSockets.place(arena, { sockets: 16, receiveBytes, cpus: 2, names })
  const lock = (word: Address, { name, isSleepable }: LockType): Section => {
    const section = isSleepable ? new Sx(memory, word).exclusive : new Mutex(memory, word)
    return watch(section, { name, type: isSleepable ? 'sx' : 'sleep mutex', place: name, witness })
  }
  const sockets = new LockedSockets(lot, handle, { locking, lock, looksFirst })
  const tds = [lot.waiter(), lot.waiter(), lot.waiter()] as const
  return new LockedTestWorld(sockets, tds, witness, lock)
}

export class LockedTestWorld {
  constructor(
    readonly sockets: LockedSockets,
    readonly tds: readonly [Waiter, Waiter, Waiter],
    readonly witness: Witness,
    readonly lock: (word: Address, type: LockType) => Section,
  ) {}

  get td(): Waiter {
    return this.tds[0]
  }

  /** Does what needs no wait for another. */
  do<T>(call: (td: Waiter) => Waiting<T>, td = this.td): T {
    return finish(td, call(td))
  }

  create(kind?: KindName): LockedSocket {
    return this.do((td) => this.sockets.create(td, kind))
  }

  listener(backlog = 2, kind?: KindName): LockedSocket {
    const listener = this.create(kind)
    this.do((td) => listener.listen(td, backlog))
    return listener
  }

  /** Two ends that are connected, whose listener is closed. */
  pair(kind?: KindName): [client: LockedSocket, server: LockedSocket] {
    const listener = this.listener(2, kind)
    const client = this.create(kind)
    this.do((td) => client.connect(td, listener.handle))
    const server = this.do((td) => listener.accept(td, false))!
    this.do((td) => listener.close(td))
    return [client, server]
  }

  send(socket: LockedSocket, ...bytes: number[]): number {
    return this.do((td) => socket.send(td, Uint8Array.from(bytes), 0, bytes.length, false))
  }

  /** What is received without waiting: bytes, or the result of a call that has none. */
  receive(socket: LockedSocket, most = 16): number[] | number {
    const to = new Uint8Array(most)
    const got = this.do((td) => socket.receive(td, to, 0, most, false))
    return got > 0 ? [...to.subarray(0, got)] : got
  }

  close(...sockets: LockedSocket[]): void {
    for (const socket of sockets) this.do((td) => socket.close(td))
  }
}
