import type { Address, Memory } from '@smpnet/memory'
import type { Until, Waiter } from '@smpnet/park'
import { optionWord } from './option-words.ts'
import type { SockParts } from './sock-parts.ts'

/**
 * The marks of a direction, from a sender's block to a receiver's: how many bytes may wait, and
 * from how many on it is worth while to send and to receive. All of them are as in a new socket
 * unless an option was set, and are then found by a look at the state's line.
 */

/** The most bytes that wait: the high mark of the sender or of the receiver, the smaller one. */
export function highMark(memory: Memory, sender: Address, { at, ring }: SockParts): number {
  const { bytes } = ring
  const sent = optionWord(memory, sender, 'sndHigh') || bytes
  return Math.min(sent, optionWord(memory, at, 'rcvHigh') || bytes)
}

/** The bytes for which a receiver waits, no more than may wait there. */
export function lowToReceive(memory: Memory, sender: Address, receiver: SockParts): number {
  const low = optionWord(memory, receiver.at, 'rcvLow') || 1
  return low === 1 ? 1 : Math.min(low, highMark(memory, sender, receiver))
}

/**
 * The space for which a sender waits. It is there when there are too few bytes for the receiver:
 * else both could wait for each other, as they can in FreeBSD.
 */
export function lowToSend(memory: Memory, sender: Address, receiver: SockParts): number {
  const low = optionWord(memory, sender, 'sndLow') || 1
  if (low === 1) return 1
  const most = highMark(memory, sender, receiver)
  return Math.min(low, most - lowToReceive(memory, sender, receiver) + 1)
}

/** The limit of a sleep that begins now, and which an option limits, too. */
export function limitedBy(
  td: Waiter,
  socket: Address,
  field: 'sndTimeo' | 'rcvTimeo',
  until: Until,
): Until {
  const timeoutMs = optionWord(td.lot.memory, socket, field)
  if (timeoutMs === 0) return until
  const deadlineMs = td.now() + timeoutMs
  return deadlineMs < until.deadlineMs ? { deadlineMs, signal: until.signal } : until
}
