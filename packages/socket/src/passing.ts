import { type Until, type Waiter, type Waiting } from '@smpnet/park'
import { came } from '@smpnet/memory'
import { SocketMisuse } from './errors.ts'
import { expectBytes, lengthOf } from './expect-bytes.ts'
import {
  carry,
  claim,
  MOST_RIGHTS,
  ownerAt,
  packed,
  PacketWithRights,
  RIGHT_BYTES,
  rightsIn,
} from './rights.ts'
import type { StreamSocket } from './stream-socket.ts'

/** A packet, and the ends that came with it. */
export interface Passed {
  readonly length: number
  readonly ends: readonly StreamSocket[]
}

/**
 * Sends a packet with ends, which are its receiver's from then on: its length, or WOULD_BLOCK,
 * having done nothing, when `wait` is false or the time is over. `wait` is undefined for a try.
 * Throws as `PacketSendingHalf.send`, and SocketMisuse for ends that cannot be sent.
 */
export function* sendRights(
  td: Waiter,
  socket: StreamSocket,
  bytes: Uint8Array,
  ends: readonly StreamSocket[],
  wait = true,
  until?: Until,
): Waiting<number> {
  expectPackets(socket)
  lengthOf(bytes)
  expectRights(socket, ends)
  const { memory, sending } = socket
  const packet = packed(
    ends.map(({ handle }) => handle),
    bytes,
  )
  const owners: number[] = []
  for (const { handle } of ends) owners.push(carry(memory, sending.at, handle))
  let sent = 0
  try {
    sent = yield* socket.send(td, packet, 0, packet.length, wait, until)
  } finally {
    if (sent <= 0) {
      for (const [i, { handle }] of ends.entries()) claim(memory, sending.at, handle, owners[i]!)
    }
  }
  if (sent > 0) yield* socket.closeUnreceivable(td)
  return sent > 0 ? bytes.length : sent
}

/**
 * Receives a packet and the ends that came with it, which are this thread's from now on, and those
 * that were closed meanwhile are not among them. Its length as by `PacketReceivingHalf.receive`.
 */
export function* receiveRights(
  td: Waiter,
  socket: StreamSocket,
  to: Uint8Array,
  open: (handle: StreamSocket['handle']) => StreamSocket,
  wait = true,
  until?: Until,
): Waiting<Passed> {
  expectPackets(socket)
  expectBytes(to, 0, lengthOf(to), 1)
  const room = new PacketWithRights(MOST_RIGHTS * RIGHT_BYTES + to.length)
  const taken = yield* socket.receive(td, room, 0, room.length, wait, until)
  if (taken <= 0) return { length: taken, ends: [] }
  const { memory, receiving } = socket
  const ends: StreamSocket[] = []
  for (const right of rightsIn(room)) {
    if (claim(memory, receiving.at, right, memory.holder)) ends.push(open(right))
  }
  const start = room.rights * RIGHT_BYTES
  to.set(room.subarray(start, taken))
  return { length: taken - start, ends }
}

function expectPackets({ kind }: StreamSocket): void {
  if (kind === 'seqpacket') return
  throw new SocketMisuse(`rights go over a socket of kind 'seqpacket': '${kind}' came`)
}

function expectRights(carrier: StreamSocket, ends: readonly StreamSocket[]): void {
  if (!Array.isArray(ends) || ends.length > MOST_RIGHTS) {
    throw new SocketMisuse(
      `at most ${MOST_RIGHTS} ends go with a packet, as a list: ${came(ends)} came`,
    )
  }
  const seen = new Set<string>()
  for (const { handle, life, note, memory } of ends) {
    const name = `${handle.at} ${handle.side}`
    if (!life.isOpen()) throw new SocketMisuse('an end is sent until it is closed: it is')
    if (seen.has(name)) throw new SocketMisuse('an end is sent once: it came twice')
    if (handle.at === carrier.handle.at) {
      throw new SocketMisuse('an end is sent over another pair than its own: its own came')
    }
    if (note.isAssigned()) {
      throw new SocketMisuse('a poller watches this end: remove it there before it is sent')
    }
    if (memory.load(ownerAt(handle)) < -1) {
      throw new SocketMisuse('an end is sent once: it is under way already')
    }
    seen.add(name)
  }
}
