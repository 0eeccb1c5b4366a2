import { describe, expect, it } from 'vitest'
import * as inet from '../src/index.ts'
import { checkSums } from './support/check-sums.ts'

const { carried, complement, halves, pseudoSum, updated } = inet

describe('A checksum', () => {
  it('is the complement of the sum that RFC 1071 section 3 has for an example', () => {
    expect(carried(0x0001 + 0xf203 + 0xf4f5 + 0xf6f7)).toBe(0xddf2)
    expect(complement(0x0001 + 0xf203 + 0xf4f5 + 0xf6f7)).toBe(0x220d)
  })

  it('of 0x0000 and of 0xffff stays what it is in the example of RFC 1624 section 4', () => {
    // A header whose other words sum up to 0xcd7a; 0x5555 of it becomes 0x3285.
    expect(updated(0xdd2f, 0x5555, 0x3285)).toBe(0)
  })

  it('is right after any word has changed, and so is any sum carried', () => {
    expect(checkSums(inet, 2, 50_000)).toBe(50_000)
  })

  it('begins with the pseudo header of RFC 768', () => {
    const [source, destination] = [0xc0000201 | 0, 0xc0000202 | 0]
    expect(halves(source)).toBe(0xc000 + 0x0201)
    expect(pseudoSum(source, destination, 17, 13)).toBe(
      0xc000 + 0x0201 + 0xc000 + 0x0202 + 17 + 13,
    )
  })
})
