import { put16 } from './bytes.ts'
import type { Chance } from './chance.ts'
import { makeIcmp, makeIpv4, makeUdp, type MadeIpv4, sumIcmp, sumIpv4, sumUdp } from './made.ts'

/** Addresses of every kind; most packets are between the first two. */
const ADDRESSES = [
  [192, 0, 2, 1],
  [192, 0, 2, 2],
  [1, 0, 0, 0],
  [126, 255, 255, 255],
  [127, 0, 0, 1],
  [128, 0, 0, 1],
  [223, 255, 255, 255],
  [224, 0, 0, 1],
  [239, 1, 2, 3],
  [240, 0, 0, 1],
  [255, 255, 255, 254],
  [255, 255, 255, 255],
  [0, 0, 0, 0],
  [0, 0, 0, 1],
]
/** Nothing, a route to record, a time stamp, the end and rubbish, source routes, bad lengths. */
const OPTIONS = [
  [1, 1, 1, 0],
  [7, 7, 4, 0, 0, 0, 0, 1],
  [1, 68, 6, 5, 0, 0, 1, 1],
  [0, 131, 255, 0],
  [131, 7, 4, 0, 0, 0, 0, 0],
  [1, 137, 3, 4],
  [7, 1, 0, 0],
  [1, 1, 7, 3],
  [1, 1, 1, 7],
]
const FLAGS = [1, 2, 3, 16, 32, 64, 67]
const ICMP_TYPES = [0, 0, 8, 8, 8, 3, 3, 3, 3, 4, 5, 11, 11, 12, 13, 17, 1, 40, 255]

/** The bytes of a packet that is right, and of one that most often is not quite. */
export function randomPacket(chance: Chance): Uint8Array {
  if (chance.once(40)) return randomBytes(chance, chance.below(80))
  const bytes = validPacket(chance)
  return chance.once(3) ? bytes : spoiled(bytes, chance)
}

/** What a link says of it. */
export function randomFlags(chance: Chance): number {
  return chance.once(4) ? chance.one(FLAGS) : 0
}

export function validPacket(chance: Chance): Uint8Array {
  const ip = randomIpv4(chance)
  switch (chance.below(6)) {
    case 0:
      return makeIpv4({ ...ip, protocol: chance.below(256), payload: randomData(chance) })
    case 1:
    case 2:
      return makeIcmp({ ...ip, ...randomMessage(chance) })
    default:
      return makeUdp({ ...ip, ...randomDatagram(chance) })
  }
}

function randomIpv4(chance: Chance): MadeIpv4 {
  return {
    source: chance.once(4) ? chance.one(ADDRESSES) : ADDRESSES[0]!,
    destination: chance.once(4) ? chance.one(ADDRESSES) : ADDRESSES[1]!,
    ttl: chance.below(256),
    tos: chance.below(256),
    id: chance.below(65536),
    fragment: chance.once(8) ? chance.below(65536) : chance.one([0, 0x4000, 0x8000]),
    options: chance.once(5) ? chance.one(OPTIONS) : [],
    padding: chance.once(3) ? chance.below(20) : 0,
  }
}

function randomDatagram(chance: Chance) {
  return {
    sourcePort: chance.below(65536),
    destinationPort: chance.once(20) ? 0 : chance.below(65536),
    data: randomData(chance),
    hasSum: !chance.once(4),
    behind: chance.once(5) ? chance.below(9) : 0,
  }
}

function randomMessage(chance: Chance) {
  const type = chance.one(ICMP_TYPES)
  const isError = [3, 4, 5, 11, 12].includes(type)
  const code = isError ? chance.below(chance.once(2) ? 17 : 5) : chance.once(9) ? 1 : 0
  const zeros = chance.once(8)
  const word = zeros ? [0, 0, 0, 0] : [...randomBytes(chance, 4)]
  const data = isError ? quote(chance) : zeros ? new Uint8Array(7) : randomData(chance)
  return { type, code, word: chance.once(3) ? [0, 0, 0, 0] : word, data }
}

/** The beginning of a packet, most often its header and 8 bytes. */
function quote(chance: Chance): Uint8Array {
  const bytes = makeUdp({ ...randomIpv4(chance), ...randomDatagram(chance) })
  if (chance.once(4)) bytes[0] = chance.below(256)
  if (chance.once(4)) put16(bytes, 2, chance.one([68, 296, 508, 1492, chance.below(65536)]))
  const header = (bytes[0]! & 15) * 4
  return bytes.slice(0, chance.once(4) ? chance.below(70) : header + 8)
}

function randomData(chance: Chance): Uint8Array {
  return randomBytes(chance, chance.below(32))
}

function randomBytes(chance: Chance, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => chance.below(256))
}

/** Something is wrong with it, and half of the time its checksums are right all the same. */
function spoiled(bytes: Uint8Array, chance: Chance): Uint8Array {
  const other = changed(bytes, chance)
  if (other.length < 20) return other
  const protocol = other[9]
  if (chance.once(2) && protocol === 17) sumUdp(other)
  if (chance.once(2) && protocol === 1) sumIcmp(other)
  if (!chance.once(4)) sumIpv4(other)
  return other
}

function changed(bytes: Uint8Array, chance: Chance): Uint8Array {
  const header = (bytes[0]! & 15) * 4
  switch (chance.below(6)) {
    case 0:
      return bytes.slice(0, chance.below(bytes.length + 1))
    case 1:
      bytes[0] = chance.once(2) ? chance.below(256) : 0x40 | chance.below(16)
      return bytes
    case 2:
      put16(bytes, 2, chance.once(3) ? chance.below(65536) : chance.below(bytes.length + 12))
      return bytes
    case 3:
      if (header + 6 <= bytes.length) put16(bytes, header + 4, chance.below(48))
      return bytes
    default:
      for (let flips = 1 + chance.below(3); flips > 0; flips--) {
        const at = chance.below(bytes.length)
        bytes[at] = bytes[at]! ^ (1 << chance.below(8))
      }
      return bytes
  }
}
