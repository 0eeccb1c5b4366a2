import { describe, expect, it } from 'vitest'
import { portHash, tupleHash } from '../../src/index.ts'
import { Chance } from '../support/chance.ts'

const SAMPLES = 2000
const chance = new Chance(9)
const word = () => chance.below(2 ** 32) | 0

type Tuple = [number, number, number, number, number]
const tuple = (): Tuple => [word(), word() & 0xffff, word(), word() & 0xffff, word()]

/** The bits of the input: two addresses, two ports, the seed. */
const BITS = [32, 16, 32, 16, 32].flatMap((bits, field) =>
  Array.from({ length: bits }, (_, bit) => [field, bit] as const),
)

describe('The hash of a connection', () => {
  it('turns about half of its bits when any one of its input’s is turned', () => {
    for (const [field, bit] of BITS) {
      let turned = 0
      for (let i = 0; i < SAMPLES; i++) {
        const one = tuple()
        const other: Tuple = [...one]
        other[field] = other[field]! ^ (1 << bit)
        turned += ones(tupleHash(...one) ^ tupleHash(...other))
      }
      expect(turned / SAMPLES, `bit ${bit} of field ${field}`).toBeGreaterThan(12)
      expect(turned / SAMPLES, `bit ${bit} of field ${field}`).toBeLessThan(20)
    }
  })

  it('spreads the ports of one client over all chains', () => {
    const chains = new Int32Array(256)
    for (let port = 0; port < 65536; port++) chains[tupleHash(1, 80, 2, port, 5) & 255]!++
    expect(Math.max(...chains)).toBeLessThan(256 + 80)
    expect(Math.min(...chains)).toBeGreaterThan(256 - 80)
  })

  it('is a number from 0 to 2^32 - 1, the same each time', () => {
    for (let i = 0; i < 100; i++) {
      const one = tuple()
      const hash = tupleHash(...one)
      expect([hash >>> 0, tupleHash(...one)]).toEqual([hash, hash])
    }
    expect(portHash(7, 1)).toBe(portHash(7, 1))
    expect(portHash(7, 1)).not.toBe(portHash(8, 1))
  })
})

function ones(bits: number): number {
  let count = 0
  for (let left = bits; left !== 0; left &= left - 1) count++
  return count
}
