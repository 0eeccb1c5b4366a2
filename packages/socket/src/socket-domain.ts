import { Arena, LiveMemory } from '@smpnet/memory'
import { SyncDomain } from '@smpnet/sync'
import { pairBytes } from './pair-layout.ts'
import { SocketZone, type SocketZoneShape } from './socket-zone.ts'
import type { EndHandle } from './stream-socket.ts'
import { type SocketHandle, ThreadSocket } from './thread-socket.ts'

/** Room for the threads and tasks that use a domain's sockets: its parking lot. */
const LOT_BYTES = 128 << 10
/** Room for what is placed beside the pairs. */
const SLACK_BYTES = 4 << 10

/**
 * Sockets for threads that have nothing else in common: one SharedArrayBuffer with a parking lot
 * and a number of pairs. One thread creates it; others open the ends that they are given.
 */
export class SocketDomain {
  private constructor(
    readonly sync: SyncDomain,
    readonly zone: SocketZone,
  ) {}

  /** Makes a domain for `pairs` pairs. Throws a RangeError for figures that it cannot have. */
  static create(shape: SocketZoneShape = {}): SocketDomain {
    const { pairs, bufferBytes } = SocketZone.check(shape)
    const bytes = LOT_BYTES + SLACK_BYTES + pairs * pairBytes(bufferBytes)
    const { buffer } = LiveMemory.create(bytes)
    const arena = Arena.create(new LiveMemory(buffer))
    const at = arena.place('sync domain', LOT_BYTES)
    const sync = SyncDomain.create({ buffer, at, bytes: LOT_BYTES })
    return new SocketDomain(sync, new SocketZone(sync.lot, SocketZone.place(arena, shape)))
  }

  /** Opens, in any thread, the end that a handle names. Throws BadHandle for what is none. */
  static open({ domain, zone, end }: SocketHandle): ThreadSocket {
    const sync = SyncDomain.open(domain)
    return new SocketDomain(sync, new SocketZone(sync.lot, zone)).#end(end)
  }

  /** Two connected ends. Throws OutOfMemory when as many pairs are open as there can be. */
  pair(): [ThreadSocket, ThreadSocket] {
    const [one, other] = this.zone.pairSync(this.sync.here)
    return [this.#end(one.handle), this.#end(other.handle)]
  }

  #end(end: EndHandle): ThreadSocket {
    const handle = { domain: this.sync.handle, zone: this.zone.handle, end }
    return new ThreadSocket(this.zone.end(end), this.sync, handle)
  }
}

/** Two connected ends in a domain of their own: post the `handle` of one to another thread. */
export function socketPair(
  shape: Omit<SocketZoneShape, 'pairs'> = {},
): [ThreadSocket, ThreadSocket] {
  return SocketDomain.create({ ...shape, pairs: 1 }).pair()
}

/** Opens the end whose handle another thread has posted. Throws BadHandle for anything else. */
export function openSocket(handle: SocketHandle): ThreadSocket {
  return SocketDomain.open(handle)
}
