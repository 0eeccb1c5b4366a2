import { describe, expect, it } from 'vitest'
import { DelayHistogram } from '../src/index.ts'

const of = (...delays: number[]): DelayHistogram => {
  const histogram = new DelayHistogram()
  for (const ns of delays) histogram.record(ns)
  return histogram
}

describe('a histogram of delays', () => {
  it('has quantiles that are at most 1.6 % too long, and the longest as it was', () => {
    const delays = Array.from({ length: 1000 }, (_, i) => Math.round(1.013 ** i))
    const { p50Ns, p99Ns, maxNs, count } = of(...delays).counts()
    expect(count).toBe(1000)
    expect(p50Ns / delays[499]!).toBeGreaterThanOrEqual(1)
    expect(p50Ns / delays[499]!).toBeLessThan(1.016)
    expect(p99Ns / delays[989]!).toBeGreaterThanOrEqual(1)
    expect(p99Ns / delays[989]!).toBeLessThan(1.016)
    expect(maxNs).toBe(delays[999])
  })

  it('keeps a delay that is beyond all slots, and one of nothing', () => {
    expect(of(0, 0, 5e9).counts()).toMatchObject({ p50Ns: 0, p99Ns: 5e9, maxNs: 5e9, count: 3 })
    expect(of().counts()).toEqual({ count: 0, p50Ns: 0, p99Ns: 0, maxNs: 0, slots: [] })
  })

  it('is the same whether CPUs counted apart or together, even when it was cloned', () => {
    const apart = [of(3, 900, 70_000), of(), of(12, 1e9)].map((one) => one.counts())
    expect(DelayHistogram.sum(structuredClone(apart))).toEqual(
      of(3, 900, 70_000, 12, 1e9).counts(),
    )
  })
})
