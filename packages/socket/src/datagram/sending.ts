import { type Address, NIL, work } from '@smpnet/memory'
import { SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import { WOULD_BLOCK } from '../errors.ts'
import type { DatagramHome } from './datagram-home.ts'
import type { Standing } from './standing.ts'
import type { Leftovers } from './leftovers.ts'
import { ERRNO, failed } from './results.ts'

const SEND = work('socket-send')

/** A socket as its senders use it. Sending takes no lock of the socket. */
export class Sending {
  constructor(
    readonly home: DatagramHome,
    readonly at: Address,
    readonly standing: Standing,
    readonly leftovers: Leftovers,
  ) {}

  /** One mbuf or more, the bytes copied in, and the protocol's `trySend`. Not in simulated time. */
  trySend(
    td: Waiter,
    bytes: Uint8Array,
    start: number,
    length: number,
    address: number,
    port: number,
  ): number {
    const { home, leftovers } = this
    if (home.memory.isSimulated || !leftovers.tryFree(td)) return WOULD_BLOCK
    const { mbufs, protocol } = home
    if (protocol.alwaysWaits === true) return WOULD_BLOCK
    const refusal = this.standing.refusal() || this.#refusal(length, address, port)
    if (refusal !== 0) return refusal
    const packet = mbufs.tryAlloc(td, length, home.owner)
    if (packet === NIL) return WOULD_BLOCK
    mbufs.copyIn(packet, 0, bytes, start, length)
    const errno = protocol.trySend(td, this.at, packet, address, port)
    if (errno === 0) return length
    if (errno !== WOULD_BLOCK) return failed(errno)
    leftovers.free(td, packet)
    return WOULD_BLOCK
  }

  *send(
    td: Waiter,
    bytes: Uint8Array,
    start: number,
    length: number,
    address: number,
    port: number,
  ): Waiting<number> {
    const { home } = this
    const { memory, mbufs, protocol } = home
    yield* this.leftovers.freeAll(td)
    const { standing } = this
    let refusal = memory.isSimulated ? yield* standing.refusalInTime() : standing.refusal()
    while (!memory.settled()) yield SETTLE
    if (refusal === 0) refusal = this.#refusal(length, address, port)
    if (refusal !== 0) return refusal
    let packet = mbufs.tryAlloc(td, length, home.owner)
    if (packet === NIL) packet = yield* mbufs.alloc(td, length, home.owner)
    if (packet === NIL) return failed(ERRNO.ENOBUFS)
    memory.charge(SEND, 1)
    mbufs.copyIn(packet, 0, bytes, start, length)
    const errno = yield* protocol.send(td, this.at, packet, address, port)
    return errno === 0 ? length : failed(errno)
  }

  #refusal(length: number, address: number, port: number): number {
    if (length > this.home.protocol.mostBytes) return failed(ERRNO.EMSGSIZE)
    if (address !== 0 || port !== 0 || this.standing.isConnected()) return 0
    return failed(ERRNO.EDESTADDRREQ)
  }
}
