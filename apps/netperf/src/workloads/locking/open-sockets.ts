import type { Arena, Address } from '@smpnet/memory'
import { finish, type Lot } from '@smpnet/park'
import {
  LockedSockets,
  type LockedSocketsHandle,
  type LockType,
  type SockHandle,
} from '@smpnet/socket/locked'
import { bareLock, hostLock } from '../../locks/host-lock.ts'
import type { KernelHost } from '../../model/kernel-program.ts'
import type { CallMeter } from './call-meter.ts'
import { type LockedSettings, RECEIVE_BYTES } from './locked-settings.ts'

/** The sockets that all CPUs share, and of each pair the ends that there are from the start. */
export interface SharedSockets {
  readonly sockets: LockedSocketsHandle
  readonly pairs: readonly SharedPair[]
  /** The number of the thread that calls now, of two that call in turns. */
  readonly turn: Address
}

export interface SharedPair {
  readonly listener: SockHandle
  /** Connected, where connections last. */
  readonly client: SockHandle | undefined
  readonly server: SockHandle | undefined
}

/** Blocks for each pair: a listener, two ends, and as many that are being closed. */
const EACH = 6

/** Bytes of everything for so many pairs on so many CPUs, with what the zone keeps in hand. */
export function socketsBytes(cpus: number): number {
  return 4096 + (cpus + 1) * (EACH + IDLE) * (RECEIVE_BYTES + 1024)
}
/** Blocks that lie in the magazines of a CPU. */
const IDLE = 32

export function placeSockets(
  { locking, traffic }: LockedSettings,
  { arena, lot, cpus }: { arena: Arena; lot: Lot; cpus: number },
): SharedSockets {
  // The thread that places them has a number behind those of the CPUs.
  const sizes = { sockets: EACH * cpus, receiveBytes: RECEIVE_BYTES, cpus: cpus + 1 }
  const shape = { ...sizes, blocks: 'zone' } as const
  const handle = LockedSockets.place(arena, shape)
  const { memory } = lot
  const lock = (at: Address, type: LockType) => bareLock(memory, cpus, at, kindOf(type)).write
  const sockets = new LockedSockets({ memory }, handle, { locking, lock })
  const td = lot.waiter()
  const isLasting = traffic === 'rr' || traffic === 'stream'
  const pairs = Array.from({ length: cpus }, (): SharedPair => {
    const listener = finish(td, sockets.create(td))
    finish(td, listener.listen(td, cpus + 1))
    if (!isLasting) return { listener: listener.handle, client: undefined, server: undefined }
    const client = finish(td, sockets.create(td))
    finish(td, client.connect(td, listener.handle))
    const server = finish(td, listener.accept(td))!
    return { listener: listener.handle, client: client.handle, server: server.handle }
  })
  const [first] = pairs
  const shared = traffic === 'crr-one' ? pairs.map(() => first!) : pairs
  return { sockets: handle, pairs: shared, turn: arena.place('turn', 64) }
}

/** The sockets as one CPU's threads use them; a meter counts the locks that it is to measure. */
export function openSockets(
  { locking, looksFirst }: LockedSettings,
  { sockets }: SharedSockets,
  host: KernelHost,
  meter?: CallMeter,
): LockedSockets {
  const lock = (at: Address, type: LockType) => {
    const { name, isSleepable } = type
    const kind = kindOf(type)
    const named = { kind, name, type: isSleepable ? 'sx' : 'sleep mutex', place: 'socket' }
    const made = hostLock(host, at, named)
    return meter === undefined ? made : meter.counted(made)
  }
  const { memory } = host.cpu
  return new LockedSockets({ memory }, sockets, { locking, lock, looksFirst })
}

function kindOf({ isSleepable }: LockType): string {
  return isSleepable ? 'sx' : 'mutex'
}
