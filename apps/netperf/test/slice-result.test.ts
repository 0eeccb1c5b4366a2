import { describe, expect, it } from 'vitest'
import type { ClientReport } from '../src/kernel/kernel-args.ts'
import { sliceResult } from '../src/kernel/slice-result.ts'

function report(count: number, startNs: number, endNs: number): ClientReport {
  return { stretch: 0, count, startNs, endNs, pages: {}, tallies: {} }
}

/** Operations per ns. */
function rateOf(reports: ClientReport[], untilAllDone = false): number {
  const { count, ns } = sliceResult(reports, untilAllDone)
  return count / ns
}

describe('what clients measure together', () => {
  it('is what each does in its own time: one that starves slows no others', () => {
    const nine = Array.from({ length: 9 }, () => report(100, 0, 1000))
    expect(rateOf(nine)).toBeCloseTo(0.9, 9)
    expect(rateOf([...nine, report(1, 990, 11_000)])).toBeCloseTo(0.9 + 1 / 10_010, 9)
  })

  it('is the same where a client comes later', () => {
    expect(rateOf([report(100, 0, 1000), report(100, 5000, 6000)])).toBeCloseTo(0.2, 9)
  })

  it('lasts until the last is done where a slice is a given amount of work', () => {
    expect(rateOf([report(100, 0, 1000), report(100, 0, 4000)], true)).toBeCloseTo(0.05, 9)
  })

  it('has a length where nothing was done', () => {
    expect(sliceResult([report(0, 10, 20), report(0, 15, 40)])).toMatchObject({ count: 0, ns: 30 })
  })
})
