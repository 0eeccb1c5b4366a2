import { type Address, type Arena, layout, word, words } from '@smpnet/memory'
import { NS_WORDS } from '../ns-words.ts'

/** An end of a wire: an interface of the kernel. */
export interface WireEnd {
  /** As ifconfig has it. */
  readonly name: string
  /** The number of the link, by which the protocols know what came in here. */
  readonly index: number
  /** The CPU that is interrupted by what arrives here. */
  readonly cpu: number
}

export interface WireShape {
  /** As fast as bits go out at either end, and how long each takes to the other. */
  readonly bitsPerSecond: number
  readonly delayNs: number
  /** Bytes of the greatest packet, headers among them. */
  readonly mtu: number
  /** Packets that wait at an end until those before them are out: FreeBSD's ifq_maxlen. */
  readonly queue: number
  /** Packets that an end has taken and that have not arrived yet, waiting ones among them. */
  readonly inFlight: number
  /** A vector from `VECTOR.device` on, which nothing else uses. */
  readonly vector: number
  readonly ends: readonly [WireEnd, WireEnd]
}

/** Where a wire is in memory; it can be cloned and posted. */
export interface WireHandle extends WireShape {
  readonly at: Address
}

/** One way of a wire; the slots of its packets follow. Its spin lock protects all but `counts`. */
export const WAY = layout('wire way', {
  lock: word('x', 'lock'),
  /** (m) How many packets were taken, began to go out, and arrived; wrapping. */
  taken: word('m', 'lock'),
  begun: word('m', 'lock'),
  arrived: word('m', 'lock'),
  /** (m) Of `ALARM`: whether the CPU of the far end has an alarm for the next arrival. */
  alarm: word('m', 'lock'),
  /** (m) When the last bit of what was taken will be out: ns, and thousandths of one. */
  free: words(NS_WORDS, 'm', 'lock'),
  freePs: word('m', 'lock'),
  /** (m) Packets for which the queue, or the wire, had no room. */
  queueDrops: word('m', 'lock'),
  flightDrops: word('m', 'lock'),
  /** (x) Packets above the MTU, packets whose checksums could not be filled in, and packets. */
  tooLong: word('x', 'counts'),
  unsummed: word('x', 'counts'),
  /** (x) that arrived and that netisr had no room for. */
  inputDrops: word('x', 'counts'),
})

/** Nothing is under way; a sender has asked for an alarm; it is set. */
export const ALARM = { none: 0, asked: 1, set: 2 } as const

/** A packet under way. (m) Under the way's lock. */
export const SLOT = layout('wire slot', {
  packet: word('m'),
  /** When its first bit goes out, and when its last is at the other end. */
  begins: words(NS_WORDS, 'm'),
  arrives: words(NS_WORDS, 'm'),
  unused: words(3, 'a'),
})

const MOST_SLOTS = 1 << 20
const MOST_DELAY_NS = 1e12
const MOST_BITS_PER_SECOND = 1e13

/** Places a wire. Throws a RangeError for figures that cannot be, and OutOfMemory. */
export function placeWire(arena: Arena, shape: WireShape): WireHandle {
  const { bitsPerSecond, delayNs, mtu, queue, inFlight } = shape
  expect('bitsPerSecond', bitsPerSecond, 1, MOST_BITS_PER_SECOND)
  expect('delayNs', delayNs, 0, MOST_DELAY_NS)
  expect('mtu', mtu, 68, 0xffff)
  expect('queue', queue, 1, MOST_SLOTS)
  expect('inFlight', inFlight, 1, MOST_SLOTS)
  return { ...shape, at: arena.place('wire', wireBytes(shape)) }
}

/** Bytes that `placeWire` takes. */
export function wireBytes(shape: Pick<WireShape, 'inFlight'>): number {
  return 2 * wayBytes(shape)
}

/** Bytes of one way. */
export function wayBytes({ inFlight }: Pick<WireShape, 'inFlight'>): number {
  return WAY.size + slotsFor(inFlight) * SLOT.size
}

/** A power of two of slots, so that counts that wrap find them. */
export function slotsFor(inFlight: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(2, inFlight)))
}

function expect(what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return
  throw new RangeError(`${what}: expected a whole number from ${least} to ${most}, came ${value}`)
}
