import { describe, expect, it } from 'vitest'
import { array, assert, constantFrom, integer, property } from 'fast-check'
import {
  estimate,
  formatFigure,
  formatNs,
  formatRatio,
  LatencyRecorder,
  spread,
} from '../src/index.ts'

describe('LatencyRecorder', () => {
  it('agrees with sorted values to a tenth of a percent', () => {
    const values = array(integer({ min: 0, max: 2 ** 31 - 1 }), { minLength: 1 })
    const percents = constantFrom(0, 1, 50, 90, 99, 99.9, 100)
    assert(
      property(values, percents, (values, percent) => {
        const recorder = new LatencyRecorder()
        for (const value of values) recorder.record(value)
        const sorted = values.toSorted((a, b) => a - b)
        const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length))
        const exact = sorted[rank - 1] as number
        const got = recorder.percentile(percent)
        expect(got).toBeLessThanOrEqual(exact)
        expect(got).toBeGreaterThanOrEqual(exact * (1 - 1 / 1024) - 1)
      }),
    )
  })

  it('adds up and becomes an HDR histogram', () => {
    const [one, two] = [new LatencyRecorder(), new LatencyRecorder()]
    for (let ns = 0; ns < 1000; ns++) one.record(ns)
    for (let ns = 1000; ns < 2000; ns++) two.record(ns + 0.7)
    one.add(two)
    const histogram = one.histogram()
    expect(one.count).toBe(2000)
    expect(histogram.totalCount).toBe(2000)
    expect(histogram.getValueAtPercentile(50)).toBe(one.percentile(50))
    expect(one.percentile(50)).toBe(999)
  })

  it('goes on from what was sent to another thread, which is small', () => {
    const [one, other] = [new LatencyRecorder(), new LatencyRecorder()]
    for (const ns of [5, 903, 2 ** 31 - 1]) one.record(ns)
    for (const ns of [7, 1e6]) other.record(ns)
    const sent = new LatencyRecorder(structuredClone(one.pages))
    expect(sent.count).toBe(3)
    expect(sent.pages.filter((page) => page !== undefined)).toHaveLength(3)
    sent.add(other)
    expect(sent.count).toBe(5)
    const percents = [20, 40, 60, 80].map((percent) => sent.percentile(percent))
    expect(percents).toEqual([5, 7, 903, 999_936])
  })

  it('counts what is out of range as the nearest that is in range', () => {
    const recorder = new LatencyRecorder()
    recorder.record(-5)
    recorder.record(1e12)
    expect(recorder.percentile(50)).toBe(0)
    expect(recorder.percentile(100)).toBeGreaterThan(2.1e9)
  })
})

describe('spread', () => {
  it('gives the middle and the deviation', () => {
    expect(spread([3, 1, 2, 10])).toEqual({ median: 2.5, min: 1, max: 10, mad: 1, p99: 10 })
    expect(() => spread([])).toThrow('expected at least one figure')
  })
})

describe('estimate', () => {
  it('is as sure as the share of draws that have the true median between its ends', () => {
    for (let runs = 1; runs <= 12; runs++) {
      const ranks = Array.from({ length: runs }, (_, rank) => rank)
      const { low, high, confidence } = estimate(ranks)
      // Each figure is below or above the true median, with equal chance: all draws, one by one.
      let inside = 0
      for (let draw = 0; draw < 2 ** runs; draw++) {
        const below = draw.toString(2).replaceAll('0', '').length
        if (below > low && below <= high) inside++
      }
      expect([runs, confidence]).toEqual([runs, inside / 2 ** runs])
    }
  })

  it('leaves out the outermost figures as soon as 90 % stay', () => {
    expect(estimate([3, 1, 2])).toEqual({ median: 2, low: 1, high: 3, confidence: 0.75, runs: 3 })
    const ten = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    expect(estimate(ten)).toMatchObject({ median: 5.5, low: 2, high: 9, runs: 10 })
    expect(() => estimate([])).toThrow('expected at least one figure')
  })
})

describe('units', () => {
  it.each([
    [0, '0 ns'],
    [0.25, '0.250 ns'],
    [12.34, '12.3 ns'],
    [999.6, '1.00 µs'],
    [160_000, '160 µs'],
    [2.5e9, '2.50 s'],
    [Number.POSITIVE_INFINITY, '∞'],
    [Number.NaN, '–'],
  ])('%d ns is %s', (ns, text) => expect(formatNs(ns)).toBe(text))

  it.each([
    [4.1e9, 'B/s', '4.10 GB/s'],
    [1234, 'op/s', '1.23 kop/s'],
    [7, 'op/s', '7.00 op/s'],
    [1500, 'ns/op', '1.50 µs/op'],
  ])('%d %s is %s', (figure, unit, text) => expect(formatFigure(figure, unit)).toBe(text))

  it('prints ratios with three digits', () => {
    expect([0.0314, 1, 25.26, 512].map(formatRatio)).toEqual(['0.031×', '1.00×', '25.3×', '512×'])
  })
})
