import { layout, word } from '@smpnet/memory'

/**
 * One direction of a pair: a ring of bytes with one sender and one receiver. Positions count bytes
 * since the start and wrap at 32 bits; their difference is what the ring holds. Three lines, so
 * that sender and receiver each write their own, and look at `want` without a miss as long as
 * nobody waits.
 */
export const DIRECTION = layout('direction', {
  /** (x) Bytes sent; the sender writes it. */
  sent: word('x', 'sender'),
  /** (x) Not 0 when no more will be sent; the sender writes it, after its last `sent`. */
  finished: word('x', 'sender'),
  /** (x) Bytes received; the receiver writes it. */
  received: word('x', 'receiver'),
  /** (x) What the receiver waits for: see below. It sets bits, the sender clears them. */
  wantData: word('x', 'want'),
  /** (x) What the sender waits for. It sets bits, the receiver clears them. */
  wantSpace: word('x', 'want'),
  /** (x) Not 0 when nothing more will be received; the receiver writes it, once. */
  abandoned: word('x', 'want'),
})

/** In a want word: whoever waits does so by a poller, whose note is to be posted. */
export const POLLED = 1 << 30
/** In a want word: one is parked on the word until there are as many bytes as the low bits say. */
export const BYTES_WANTED = POLLED - 1

/** The note of one end: how those at the other end tell the poller that watches it. */
export const NOTE = layout('note', {
  /** (x) The poller's address, or NIL; the end's owner writes it. */
  poller: word('x', 'note'),
  /** (x) 1 while the note is in the poller's stack: set by the poster, cleared by the poller. */
  posted: word('x', 'note'),
  /** (o) of the poster, then of the poller: the next note of the stack. */
  next: word('o', 'note'),
})

/** A pair: two directions, two notes, who has closed, and behind them the two rings of bytes. */
export const PAIR = layout('pair', {
  /** (m) of the pool: links free pairs, so nothing else is here. */
  link: word('m', 'pair'),
  /** (x) How often the pair was given out: a handle of an earlier time is known by it. */
  generation: word('x', 'pair'),
  /**
   * (x) As `closedOf`: the use that it speaks of, one bit for each end that somebody has begun to
   * close, who alone writes there from then on, and one for each that is closed; whoever sets the
   * second of those frees the pair.
   */
  closed: word('x', 'pair'),
})

/** Bits of the word `closed`. */
const CLOSING = 1
const CLOSED = 4
/** Both ends are closed when both bits are set. */
export const BOTH_CLOSED = 3 * CLOSED
const USE_SHIFT = 4

/** The word `closed` of a pair of which nobody has closed an end in that use. */
export function closedOf(generation: number): number {
  return generation << USE_SHIFT
}

/** In `closed`: somebody closes the end of that side, or has. */
export function closingBit(side: Side): number {
  return CLOSING << side
}

/** In `closed`: the end of that side is closed. */
export function closedBit(side: Side): number {
  return CLOSED << side
}

/** Whether a word `closed` speaks of that use of the pair. */
export function isOfUse(closed: number, generation: number): boolean {
  return closed >> USE_SHIFT === closedOf(generation) >> USE_SHIFT
}

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

/** Bytes from a pair's address to the ring in which `side` sends. */
export function ringOffset(side: Side, bufferBytes: number): number {
  return PAIR.size + 2 * DIRECTION.size + 2 * NOTE.size + side * bufferBytes
}

/** Bytes of a whole pair with rings of `bufferBytes`. */
export function pairBytes(bufferBytes: number): number {
  return ringOffset(0, bufferBytes) + 2 * bufferBytes
}
