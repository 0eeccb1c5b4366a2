import { type Address, layout, type Memory, word } from '@smpnet/memory'

/**
 * One direction of a pair: a ring of bytes with one sender and one receiver at a time. Positions
 * count bytes since the start and wrap at 32 bits; their difference is what the ring holds. Three
 * lines, so that sender and receiver each write their own, and look at `want` without a miss as
 * long as nobody waits.
 *
 * All that a sender has to know is in the sender's line, and nothing of it in JavaScript objects:
 * threads that have opened the same end can take turns. The receiver's line is its mirror image.
 */
export const DIRECTION = layout('direction', {
  /** (x) Bytes sent; the sender writes it. */
  sent: word('x', 'sender'),
  /** (o) of the sender: what `received` was when a sender looked last. */
  seenReceived: word('o', 'sender'),
  /** (x) The entry of a sender that is in the midst of a send, or NIL: the sender writes it. */
  sending: word('x', 'sender'),
  /**
   * (x) The key of its ring in `Buffers`, or NIL before the first send; the sender writes it, once.
   */
  ring: word('x', 'sender'),
  /** (x) Bytes received; the receiver writes it. */
  received: word('x', 'receiver'),
  /** (o) of the receiver: what `sent` was when a receiver looked last. */
  seenSent: word('o', 'receiver'),
  /** (x) The entry of a receiver that waits, or NIL: the receiver writes it. */
  receiving: word('x', 'receiver'),
  /** (x) What the receiver waits for: see below. It sets bits, the sender clears them. */
  wantData: word('x', 'want'),
  /** (x) What the sender waits for. It sets bits, the receiver clears them. */
  wantSpace: word('x', 'want'),
  /** (x) 1 when it has carried ends of sockets with its packets: the sender sets it. */
  carries: word('x', 'want'),
})

const { sent, seenReceived, sending } = DIRECTION.offset
/** In the line of a sender or a receiver: its position comes first, then these. */
export const SEEN = seenReceived - sent
export const BUSY = sending - sent

/** In a want word: a poller waits, and the end's note is to be posted. */
export const POLLED = 1 << 30
/** In a want word: a waiter is parked on it until there are as many bytes as the low bits say. */
export const BYTES_WANTED = POLLED - 1

/** The note of one end: how those at the other end tell the poller that watches it. */
export const NOTE = layout('note', {
  /** (x) The poller's address, or NIL; the end's owner writes it. */
  poller: word('x', 'note'),
  /**
   * (x) The holder (`Memory.holder`) that posted the note, while it is in the poller's stack, or on
   * its way: set by the poster, cleared by the poller.
   */
  posted: word('x', 'note'),
  /** (o) of the poster, then of the poller: the next note of the stack. */
  next: word('o', 'note'),
  /** (x) 1 when those that posted it have ended: set by their undertaker, for good. */
  lost: word('x', 'note'),
  /**
   * (x) Of the end: the holder that made it, accepted it or took it over, with which it is buried;
   * 0 for an end that is buried by itself, and what `rights.ts` says for one in flight.
   */
  owner: word('x', 'note'),
  /** (x) Of an end in flight: its sender's position before the packet that it goes with. */
  flight: word('x', 'note'),
  /** (x) The direction that carried it, when its owner is about to close it for that. */
  closing: word('x', 'note'),
  /** (x) Of the end: 1 when one of the options was set, which follow; else all are 0. */
  told: word('x', 'note'),
  /** (x) See `socket-options.ts`. */
  sendLow: word('x', 'note'),
  receiveLow: word('x', 'note'),
  sendMs: word('x', 'note'),
  receiveMs: word('x', 'note'),
  lingerMs: word('x', 'note'),
})

/** Zeroes the options of an end, if any was set: each connection asks, and few have any. */
function clearOptions(memory: Memory, note: Address): void {
  if (memory.read(note + OPTIONS.told) === 0) return
  for (const offset of Object.values(OPTIONS)) memory.store(note + offset, 0)
}

/** `told` last, so that a thread that dies while it clears them leaves it set for the next one. */
const OPTIONS = (({ told, sendLow, receiveLow, sendMs, receiveMs, lingerMs }) => {
  return { sendLow, receiveLow, sendMs, receiveMs, lingerMs, told }
})(NOTE.offset)

/**
 * A pair: its life, two directions and two notes. The rings are elsewhere: see `Buffers`.
 *
 * A pair whose end 0 listens has no peer, and uses no direction; as in FreeBSD's `struct socket`,
 * where the buffers and the queues of a listener are a union, its queue is here. Completed
 * connections are counted as bytes of direction 1 are, by `sent` and `received`, so that a poller
 * and a waiter are told of them as of bytes. Another pair, which connects, is linked into it here.
 */
export const PAIR = layout('pair', {
  /** (m) of the pool: links free pairs, so nothing else is here. */
  link: word('m', 'pair'),
  /** (x) Which use of the pair it is, and the states of both ends; `Life` alone writes it. */
  life: word('x', 'pair'),
  /** (m) of the names: the number of its name, from 1, or NIL. */
  name: word('m', 'pair'),
  /** (x) The listener in whose queue it is, or NIL; the holder of that queue's lock writes it. */
  listener: word('x', 'pair'),
  /** (m) of the queue, as all from here on. */
  next: word('m', 'pair'),
  /** When it came, counted by the listener: their order, should the list be lost. */
  ticket: word('m', 'pair'),
  /** (x) Of a listener: the spin lock of its queue. */
  lock: word('x', 'pair'),
  /** (m) First and last in the queue, and the first that is incomplete, or NIL. */
  head: word('m', 'pair'),
  tail: word('m', 'pair'),
  incomplete: word('m', 'pair'),
  /** (m) How many are in the queue, how many may be complete, and how many may be there at all. */
  queued: word('m', 'pair'),
  backlog: word('m', 'pair'),
  most: word('m', 'pair'),
  /** (m) How many have come. */
  tickets: word('m', 'pair'),
  /** (x) How many were refused since the queue was full; the holder of the lock writes it. */
  refused: word('x', 'pair'),
  /** (a) What goes through it, by the code of its kind: see `kinds.ts`. */
  kind: word('a', 'pair'),
})

/** Which of a pair's two ends. End 0 sends in direction 0 and receives in direction 1. */
export type Side = 0 | 1

/** Bytes from a pair's address to the direction in which `side` sends. */
export function directionOffset(side: Side): number {
  return PAIR.size + side * DIRECTION.size
}

/** Bytes from a pair's address to the note of `side`. */
export function noteOffset(side: Side): number {
  return PAIR.size + 2 * DIRECTION.size + side * NOTE.size
}

/**
 * Zeroes a pair that is given out again, but for its life. Word by word, and
 * atomically: a thread that closes an end too late looks at some of them before it finds that out.
 * Most words of a pair that was closed are zero, and to see that costs a tenth of a store.
 */
export function clear(memory: Memory, pair: Address): void {
  for (const offset of CLEARED)
    if (memory.read(pair + offset) !== 0) memory.store(pair + offset, 0)
  clearOptions(memory, pair + noteOffset(0))
  clearOptions(memory, pair + noteOffset(1))
}

/**
 * The lock is let go by its holder alone: one that found the pair by a name may be in it still,
 * when the pair is given out again, and leaves when it sees that.
 */
const KEPT = ['link', 'life', 'lock']

/** Words of a pair that a new one finds at zero. */
const CLEARED: readonly number[] = [
  ...([0, 1] as const).flatMap((side) => [
    ...Object.values(DIRECTION.offset).map((offset) => directionOffset(side) + offset),
    ...Object.entries(NOTE.offset).flatMap(([name, offset]) => {
      return name in OPTIONS || name === 'flight' ? [] : [noteOffset(side) + offset]
    }),
  ]),
  ...Object.entries(PAIR.offset).flatMap(([name, offset]) => {
    return KEPT.includes(name) ? [] : [offset]
  }),
]

/** Bytes of a pair without its rings. */
export const PAIR_BYTES = PAIR.size + 2 * DIRECTION.size + 2 * NOTE.size
