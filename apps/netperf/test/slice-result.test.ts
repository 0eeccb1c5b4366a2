import { describe, expect, it } from 'vitest'
import type { ClientReport } from '../src/kernel/kernel-args.ts'
import { ratePerNs, sliceResult } from '../src/kernel/slice-result.ts'

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

  it('is what was done in a time that all share, where they have a lock in turn', () => {
    // Each does ten in its turn of 100 ns, and waits for its next: there are never two at once.
    const one = [report(10, 0, 100), report(0, 100, 200), report(10, 200, 300)]
    const other = [report(0, 0, 100), report(10, 100, 200), report(0, 200, 300)]
    expect(ratePerNs([...one, ...other], 0, 300)).toBeCloseTo(0.1, 9)
    expect(ratePerNs([...one, ...other], 50, 250)).toBeCloseTo(0.1, 9)
  })

  it('is in a time that all share the part of a report that falls into it', () => {
    expect(ratePerNs([report(100, 0, 1000), report(1, 0, 4000)], 1000, 2000)).toBeCloseTo(
      0.25 / 1000,
      9,
    )
    expect(ratePerNs([report(0, 500, 500), report(8, 500, 900)], 500, 900)).toBeCloseTo(0.02, 9)
  })

  it('lasts until the last is done where a slice is a given amount of work', () => {
    expect(rateOf([report(100, 0, 1000), report(100, 0, 4000)], true)).toBeCloseTo(0.05, 9)
  })

  it('has a length where nothing was done', () => {
    expect(sliceResult([report(0, 10, 20), report(0, 15, 40)])).toMatchObject({ count: 0, ns: 30 })
  })
})
