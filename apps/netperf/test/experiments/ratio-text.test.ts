import { describe, expect, it } from 'vitest'
import { ratioText } from '../../src/model/results.ts'

const ratio = (median: number, low: number, high: number) =>
  ratioText({ median, low, high, confidence: 0.9, runs: 5 })

describe('a ratio in a sentence', () => {
  it('has its interval behind it, where that has a width', () => {
    expect(ratio(1.62, 1.62, 1.62)).toBe('1.62×')
    expect(ratio(1.41, 1.24, 1.49)).toBe('1.41× (1.24×–1.49×)')
  })

  it('is no measurement if the interval leaves open which is larger, and by how much', () => {
    expect(ratio(0.96, 0, 15.3)).toBe('no measurement (0×–15.3×)')
    expect(ratio(1.44, 0.203, 1.84)).toMatch(/^no measurement /)
  })

  it('is one if the interval leaves open only one of the two', () => {
    expect(ratio(9.16, 1.2, 14.7)).toMatch(/^9.16×/)
    expect(ratio(1, 0.885, 1.49)).toMatch(/^1/)
  })
})
