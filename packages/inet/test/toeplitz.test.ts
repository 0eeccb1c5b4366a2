import { describe, expect, it } from 'vitest'
import { parseAddress, Toeplitz } from '../src/index.ts'
import { hex } from './support/bytes.ts'

/** The key and the figures by which Microsoft has RSS verified, IPv4. */
const KEY = hex(`
  6d5a 56da 255b 0ec2 4167 253d 43a3 8fb0 d0ca 2bcb
  ae7b 30b4 77cb 2da3 8030 f20c 6a42 b73b beac 01fa`)
const VECTORS: readonly [string, number, string, number, number, number][] = [
  ['66.9.149.187', 2794, '161.142.100.80', 1766, 0x323e8fc2, 0x51ccc178],
  ['199.92.111.2', 14230, '65.69.140.83', 4739, 0xd718262a, 0xc626b0ea],
  ['24.19.198.95', 12898, '12.22.207.184', 38024, 0xd2d0a5de, 0x5c2b394a],
  ['38.27.205.30', 48228, '209.142.163.6', 2217, 0x82989176, 0xafc7327f],
  ['153.39.163.191', 44251, '202.188.127.2', 1303, 0x5d1809c5, 0x10e828a2],
]

describe('The Toeplitz hash', () => {
  const toeplitz = new Toeplitz(KEY)

  it.each(VECTORS)('is Microsoft’s for %s:%i to %s:%i', (from, port, to, toPort, two, four) => {
    const [source, destination] = [parseAddress(from), parseAddress(to)]
    expect(toeplitz.addresses(source, destination) >>> 0).toBe(two)
    expect(toeplitz.tuple(source, destination, port, toPort) >>> 0).toBe(four)
  })

  it('sends both directions of a connection to one CPU with a key that repeats itself', () => {
    const symmetric = new Toeplitz(
      Uint8Array.from({ length: 40 }, (_, i) => (i & 1 ? 0x5a : 0x6d)),
    )
    const [a, b] = [parseAddress('192.0.2.1'), parseAddress('198.51.100.7')]
    expect(symmetric.tuple(a, b, 5000, 80)).toBe(symmetric.tuple(b, a, 80, 5000))
    expect(toeplitz.tuple(a, b, 5000, 80)).not.toBe(toeplitz.tuple(b, a, 80, 5000))
  })

  it('has a key of 40 bytes', () => {
    expect(() => new Toeplitz(new Uint8Array(16))).toThrow('an RSS key has 40 bytes: 16 came')
  })
})
