import { LiveMemory, newShared } from '@smpnet/memory'
import { SimRandom } from '@smpnet/machine/sim'
import { expectSame, hex } from '../support/expected.ts'
import type * as parts from '../support/parts.ts'

type Parts = typeof parts

/** [source, its port, destination, its port, hash of addresses, hash with ports]: Microsoft's. */
type Vector = readonly [string, number, string, number, number, number]

const IPV4: readonly Vector[] = [
  ['66.9.149.187', 2794, '161.142.100.80', 1766, 0x323e8fc2, 0x51ccc178],
  ['199.92.111.2', 14230, '65.69.140.83', 4739, 0xd718262a, 0xc626b0ea],
  ['24.19.198.95', 12898, '12.22.207.184', 38024, 0xd2d0a5de, 0x5c2b394a],
  ['38.27.205.30', 48228, '209.142.163.6', 2217, 0x82989176, 0xafc7327f],
  ['153.39.163.191', 44251, '202.188.127.2', 1303, 0x5d1809c5, 0x10e828a2],
]
/** Beginnings and ends of the addresses of IPv6 below. */
const [NET, HOST] = ['3ffe 2501 0200', '0000 0000 0000']
const IPV6: readonly Vector[] = [
  [`${NET} 1fff ${HOST} 0007`, 2794, `${NET} 0003 ${HOST} 0001`, 1766, 0x2cc18cd5, 0x40207d3d],
  [
    '3ffe 0501 0008 0000 0260 97ff fe40 efab',
    14230,
    `ff02 ${HOST} ${HOST} 0001`,
    4739,
    0x0f0c461c,
    0xdde51bbf,
  ],
  [
    '3ffe 1900 4545 0003 0200 f8ff fe21 67cf',
    44251,
    `fe80 ${HOST} 0200 f8ff fe21 67cf`,
    38024,
    0x4b61e985,
    0x02d1feef,
  ],
]

/** MurmurHash3, 32 bits for x86, of whole words: bytes, seed, hash. */
const MURMUR: readonly (readonly [string, number, number])[] = [
  ['', 0, 0],
  ['', 1, 0x514e28b7],
  ['', 0xffffffff, 0x81f16f39],
  ['ffffffff', 0, 0x76293b50],
  ['21436587', 0, 0xf55b516b],
  ['21436587', 0x5082edee, 0x2362f9de],
  ['00000000', 0, 0x2362f9de],
]

/** All that is promised of hashes; throws at the first broken promise. */
export function checkHashes(parts: Parts): number {
  for (const vector of IPV4) checkVector(parts, vector, 4)
  for (const vector of IPV6) checkVector(parts, vector, 6)
  checkAgainstBits(parts)
  checkSymmetry(parts)
  checkWords(parts)
  checkNumbers(parts)
  return IPV4.length + IPV6.length
}

function checkVector(
  parts: Parts,
  [from, port, to, toPort, two, four]: Vector,
  version: 4 | 6,
): void {
  const toeplitz = new parts.Toeplitz(parts.standardKey())
  const parse =
    version === 6 ? hex : (text: string) => Uint8Array.from(text.split('.').map(Number))
  const addresses = Uint8Array.of(...parse(from), ...parse(to))
  const ports = Uint8Array.of(port >> 8, port & 255, toPort >> 8, toPort & 255)
  const all = Uint8Array.of(...addresses, ...ports)
  expectSame(`${from} to ${to}`, toeplitz.hash(addresses) >>> 0, two)
  expectSame(`${from}:${port} to ${to}:${toPort}`, toeplitz.hash(all) >>> 0, four)
  const apart = toeplitz.hash(addresses) ^ toeplitz.hash(ports, 0, 4, addresses.length)
  expectSame('the same in two parts', apart >>> 0, four)
  const memory = new LiveMemory(newShared(256))
  for (const at of [64, 65, 66, 67]) {
    memory.copyIn(at, all, 0, all.length)
    expectSame(`the same at ${at}`, toeplitz.hashAt(memory, at, all.length) >>> 0, four)
  }
  if (version === 6) return
  const [source, destination] = [memory.read32be(67), memory.read32be(71)]
  expectSame('of words', toeplitz.addresses(source, destination) >>> 0, two)
  expectSame('of words', toeplitz.tuple(source, destination, port, toPort) >>> 0, four)
}

/** The definition: for each bit that is set, the key's 32 bits from there on. */
function byBits(key: Uint8Array, input: Uint8Array): number {
  let window = BigInt(0)
  for (const byte of key) window = (window << 8n) | BigInt(byte)
  let hash = 0n
  for (let bit = 0; bit < input.length * 8; bit++) {
    const isSet = (input[bit >> 3]! >> (7 - (bit & 7))) & 1
    if (isSet) hash ^= (window >> BigInt(key.length * 8 - 32 - bit)) & 0xffffffffn
  }
  return Number(hash)
}

function checkAgainstBits({ Toeplitz }: Parts): void {
  const random = new SimRandom(1)
  const bytes = (n: number) => Uint8Array.from({ length: n }, () => random.below(256))
  const memory = new LiveMemory(newShared(256))
  for (let i = 0; i < 200; i++) {
    const [key, input] = [bytes(40), bytes(random.below(37))]
    const toeplitz = new Toeplitz(key)
    expectSame(`input ${input}`, toeplitz.hash(input) >>> 0, byBits(key, input))
    const at = 64 + random.below(4)
    memory.copyIn(at, input, 0, input.length)
    const cut = random.below(input.length + 1)
    const [one, two] = [
      [0, cut],
      [cut, input.length - cut],
    ] as const
    const parts = [one, two].map(([first, length]) => {
      return toeplitz.hashAt(memory, at + first, length, first)
    }) as [number, number]
    const came = (parts[0] ^ parts[1]) >>> 0
    expectSame(`input ${input} at ${at} in two parts`, came, byBits(key, input))
  }
}

function checkSymmetry(parts: Parts): void {
  const [symmetric, standard] = [parts.symmetricKey(), parts.standardKey()]
  const random = new SimRandom(2)
  const one = new parts.Toeplitz(symmetric)
  const other = new parts.Toeplitz(standard)
  for (let i = 0; i < 100; i++) {
    const [a, b, p, q] = [random.next(), random.next(), random.below(65536), random.below(65536)]
    expectSame('both directions', one.tuple(a, b, p, q), one.tuple(b, a, q, p))
    if (other.tuple(a, b, p, q) === other.tuple(b, a, q, p)) {
      throw new Error('expected the standard key to tell directions apart, it came out the same')
    }
  }
}

function checkWords(parts: Parts): void {
  const memory = new LiveMemory(newShared(256))
  for (const [text, seed, expected] of MURMUR) {
    const bytes = hex(text)
    const words = [...new Int32Array(bytes.buffer)]
    expectSame(`words ${text} with ${seed}`, parts.wordsHash(words, seed) >>> 0, expected)
    memory.copyIn(64, bytes, 0, bytes.length)
    const came = parts.wordsHashAt(memory, 64, words.length, seed) >>> 0
    expectSame(`words ${text} in memory`, came, expected)
  }
  for (let i = 0; i < 8; i++) memory.write(64 + 4 * i, i * 77)
  const eight = [...Array(8).keys()].map((i) => i * 77)
  expectSame('eight words', parts.wordsHashAt(memory, 64, 8, 1), parts.wordsHash(eight, 1))
  const two = parts.wordsHash([1, 2]) === parts.wordsHash([2, 1])
  if (two) throw new Error('expected the order of words to count, it came out the same')
}

function checkNumbers(parts: Parts): void {
  for (const [hash, flow] of [
    [0, 1],
    [-0x80000000, 1],
    [-1, 0x7fffffff],
    [2, 2],
    [0x7ffffffe, 0x7ffffffe],
  ] as const) {
    expectSame(`the flow of ${hash}`, parts.flowNumber(hash), flow)
  }
}
