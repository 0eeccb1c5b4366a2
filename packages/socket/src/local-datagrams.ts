import { type Address, NIL, SETTLE, SPIN, spin, unspin } from '@smpnet/memory'
import type { Waiter, Waiting } from '@smpnet/park'
import { BROKEN, ConnectionRefused, NoBuffers, WOULD_BLOCK, WrongKind } from './errors.ts'
import { bindLocal } from './local.ts'
import { lockOf } from './listen-queue.ts'
import { nameBytes } from './names.ts'
import { DIRECTION, directionOffset, PAIR } from './pair-layout.ts'
import type { SocketZone } from './socket-zone.ts'
import { StreamSocket } from './stream-socket.ts'

/**
 * Datagrams between threads that know each other's names. A socket that receives them is end 0 of
 * a pair, BOUND for as long as it lives; its other end is never born. All that send to it are in
 * turns the sender of one ring, by the spin lock of the pair, which a listener has for its queue.
 * Under it a sender looks whether the receiver is still there, copies, and publishes by one change:
 * one that ends there has sent the datagram or nothing, and leaves nothing but the lock, which its
 * undertaker lets go. A receiver that closes takes the lock once, after it says that it is closed,
 * so that no sender is in the ring when it is given back.
 *
 * A section under that lock does not wait. So the receiver takes its buffer when it is made, and a
 * datagram for which there is no space is refused and counted, as FreeBSD's local sockets refuse it
 * by ENOBUFS. For live memory alone: a copy has a price in simulated time, for which a sender would
 * have to settle with the lock held.
 */

/** Makes a socket that receives at a name. Throws NameInUse, NoNames, NoBuffers, OutOfMemory. */
export function* bindDatagrams(td: Waiter, zone: SocketZone, name: string): Waiting<StreamSocket> {
  const { at, generation } = yield* zone.create('dgram')
  const socket = new StreamSocket(zone, { at, side: 0, generation }, 'dgram')
  try {
    yield* takeBuffer(zone, at)
    yield* bindLocal(zone, socket, name)
  } catch (error) {
    yield* socket.close(td)
    throw error
  }
  return socket
}

/** Its ring, which a stream takes with its first send, before others can find the pair. */
function* takeBuffer({ memory, buffers }: SocketZone, pair: Address): Waiting {
  const buffer = yield* buffers.take()
  if (buffer === NIL) throw new NoBuffers(buffers.bytes, buffers.handle.items)
  while (!memory.settled()) yield SETTLE
  memory.store(pair + directionOffset(1) + DIRECTION.offset.ring, buffers.keyOf(buffer))
}

/**
 * Sends a datagram to the socket of a name, if there is space for it now: its length, or
 * WOULD_BLOCK, having done nothing. Throws ConnectionRefused when none receives there, WrongKind,
 * and PacketTooLong.
 */
export function* sendDatagram(
  td: Waiter,
  zone: SocketZone,
  name: string,
  from: Uint8Array,
): Waiting<number> {
  const target = yield* zone.names.find(nameBytes(name))
  if (target === undefined) throw new ConnectionRefused(name, false)
  const kind = zone.kindOf(target.at)
  if (kind !== 'dgram') throw new WrongKind(name, 'dgram', kind)
  const { sending } = new StreamSocket(zone, { ...target, side: 1 }, 'dgram')
  for (;;) {
    yield* spin(zone.memory, lockOf(target.at))
    let sent: number
    let hasSpace = false
    try {
      sent = sending.trySend(td, from, 0, from.length)
      hasSpace = sent === WOULD_BLOCK && sending.space() >= from.length
      if (sent === WOULD_BLOCK && !hasSpace) count(zone, target.at)
    } finally {
      unspin(zone.memory, lockOf(target.at))
    }
    if (sent === BROKEN) throw new ConnectionRefused(name, false)
    if (!hasSpace) return sent
    // Another holds the queue in which the receiver sleeps: it is tried again when that is let go.
    const queue = yield* td.lot.lockQueue(sending.wantData.at)
    td.lot.unlockQueue(queue)
    yield SPIN
  }
}

/** How many datagrams were refused since there was no space for them. */
export function refusedDatagrams(zone: SocketZone, { handle }: StreamSocket): number {
  return zone.memory.load(handle.at + PAIR.offset.refused)
}

/** For a holder of the lock. */
function count({ memory }: SocketZone, pair: number): void {
  const at = pair + PAIR.offset.refused
  memory.store(at, (memory.load(at) + 1) | 0)
}
