import { describe, expect, it } from 'vitest'
import * as parts from '../support/parts.ts'
import { checkHashes } from './check-hashes.ts'

describe('Hashes', () => {
  it('are those that are published, of bytes, of memory at any address and of words', () => {
    expect(checkHashes(parts)).toBe(8)
  })

  it('spread flows that differ in one port alone over CPUs as evenly as chance', () => {
    const toeplitz = new parts.Toeplitz(parts.standardKey())
    const counts = Array.from({ length: 8 }, () => 0)
    for (let flow = 0; flow < 8000; flow++) {
      counts[parts.syntheticFlowNumber(toeplitz, flow) % 8]! += 1
    }
    // Five standard deviations of a binomial of 8000 at 1/8 are 148.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(148)
  })

  it('say what they cannot be of', () => {
    const toeplitz = new parts.Toeplitz(parts.standardKey())
    expect(() => new parts.Toeplitz(new Uint8Array(16))).toThrow(
      'an RSS key has 40 bytes: 16 came',
    )
    expect(() => new parts.Toeplitz([1, 2] as unknown as Uint8Array)).toThrow(
      'an RSS key is a Uint8Array:',
    )
    expect(() => toeplitz.hash(new Uint8Array(37))).toThrow(
      'an input of RSS has 36 bytes at most: 37 from byte 0 on came',
    )
  })
})
