import { completeCopy, PACKET_FLAG } from '@smpnet/inet'
import { type Address, Arena, Interrupt, LiveMemory } from '@smpnet/memory'
import { Mbufs } from '@smpnet/mbuf'
import { expect, it } from 'vitest'

const irq = new Interrupt(0)
const [UDP, TCP] = [17, 6]
const OWED = PACKET_FLAG.ipSumNeeded | PACKET_FLAG.sumNeeded

/** A generator of whole numbers below `end`, from a seed (xorshift32). */
function chanceOf(seed: number): (end: number) => number {
  let state = seed
  return (end) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % end
  }
}

/** RFC 1071, a pair of bytes at a time. */
function sumOf(bytes: Uint8Array): number {
  let sum = 0
  for (let i = 0; i < bytes.length; i += 2) sum += bytes[i]! * 256 + (bytes[i + 1] ?? 0)
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000)
  return ~sum & 0xffff
}

function put(bytes: Uint8Array, at: number, sum: number): void {
  if (at + 2 > bytes.length) return
  bytes[at] = sum >> 8
  bytes[at + 1] = sum & 255
}

function isSame(some: Uint8Array, other: Uint8Array): boolean {
  return some.length === other.length && some.every((byte, i) => byte === other[i])
}

/** What a host sends that leaves its sums to its link, and where that of its protocol is. */
function owing(chance: (end: number) => number) {
  const header = 20 + 4 * (chance(3) === 0 ? chance(11) : 0)
  const protocol = [UDP, TCP][chance(2)]!
  const least = header + (protocol === UDP ? 8 : 20)
  const length = least + (chance(2) === 0 ? chance(60) : chance(5_000))
  const bytes = Uint8Array.from({ length }, () => (chance(8) === 0 ? 0 : chance(256)))
  bytes[0] = 0x40 | (header / 4)
  bytes[9] = protocol
  put(bytes, 10, 0)
  return { bytes, header, at: header + (protocol === UDP ? 6 : 16), protocol }
}

/** What a reader of a capture is to see of it: each sum that it owes, if its field is captured. */
function completed({ bytes, header, at, protocol }: ReturnType<typeof owing>, flags: number) {
  return (captured: number): Uint8Array => {
    const seen = bytes.slice(0, captured)
    const sum = sumOf(bytes.subarray(header))
    if (flags & PACKET_FLAG.sumNeeded) put(seen, at, sum === 0 && protocol === UDP ? 0xffff : sum)
    // The header's own can be said by what has all of it.
    if (flags & PACKET_FLAG.ipSumNeeded && captured >= header) {
      put(seen, 10, sumOf(bytes.subarray(0, header)))
    }
    return seen
  }
}

/** The bytes as a chain of pieces, of any sizes, some of which others refer to as well. */
function chained(mbufs: Mbufs, bytes: Uint8Array, chance: (end: number) => number): Address[] {
  const others: Address[] = []
  const piece = (from: number, length: number): Address => {
    const made = mbufs.allocNow(irq, length)
    mbufs.copyIn(made, 0, bytes, from, length)
    if (chance(4) !== 0) return made
    const shared = mbufs.shareNow(irq, made, 0, length)
    others.push(made)
    return shared
  }
  const first = 1 + chance(Math.min(bytes.length, [4, 40, 5_000][chance(3)]!))
  const packet = piece(0, first)
  for (let from = first; from < bytes.length; ) {
    const length = Math.min(bytes.length - from, 1 + chance([9, 3_000][chance(2)]!))
    mbufs.concatenate(packet, piece(from, length))
    from += length
  }
  return [packet, ...others]
}

it('shows right sums of random packets, however they are chained and cut, and changes none', () => {
  const memory = LiveMemory.create(1 << 24)
  const arena = Arena.create(memory)
  const shape = { name: 'packets', cpus: 1, mbufs: 8_000, clusters: { of2k: 500, of4k: 50 } }
  const mbufs = Mbufs.create(arena, shape)
  const to = arena.place('copy', 1 << 14)
  for (let seed = 1; seed <= 2_000; seed++) {
    const chance = chanceOf(seed)
    const meant = owing(chance)
    const { length } = meant.bytes
    const [packet, ...others] = chained(mbufs, meant.bytes, chance) as [Address, ...Address[]]
    const flags = [OWED, PACKET_FLAG.ipSumNeeded, PACKET_FLAG.sumNeeded, 0][chance(4)]!
    mbufs.setFlags(packet, flags)
    const captured = Math.min(length, chance(3) === 0 ? 1 + chance(80) : length)
    mbufs.moveOut(packet, 0, to, captured)
    completeCopy(mbufs, packet, to, captured)
    const [seen, left] = [new Uint8Array(captured), new Uint8Array(length)]
    memory.copyOut(to, seen, 0, captured)
    mbufs.copyOut(packet, 0, left, 0, length)
    const found = [isSame(seen, completed(meant, flags)(captured)), isSame(left, meant.bytes)]
    expect([...found, mbufs.flags(packet)], `seed ${seed}`).toEqual([true, true, flags])
    for (const one of [packet, ...others]) mbufs.freeNow(irq, one)
  }
})
