import { SimRandom } from '@smpnet/machine/sim'
import { describe, expect, it } from 'vitest'
import { ARRIVALS, SyntheticSource, type SyntheticShape } from '../../src/index.ts'

const PACKETS = 200_000

function made(shape: Omit<SyntheticShape, 'perSecond'>) {
  const source = new SyntheticSource({ perSecond: 1e6, ...shape }, new SimRandom(1))
  const gaps: number[] = []
  const counts = Array.from({ length: shape.flows }, () => 0)
  for (let before = 0, i = 0; i < PACKETS; i++) {
    source.advance()
    gaps.push(source.timeNs - before)
    before = source.timeNs
    counts[source.flow]! += 1
  }
  const mean = source.timeNs / PACKETS
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / PACKETS
  return { mean, variation: Math.sqrt(variance) / mean, counts }
}

describe('A synthetic source', () => {
  it.each(ARRIVALS)('has the rate that is asked for when packets come %s', (arrival) => {
    // Of trains there are some 6000, whose pauses vary as much as they last: 1.3 % of deviation.
    expect(Math.abs(made({ flows: 1, arrival }).mean / 1000 - 1)).toBeLessThan(0.05)
  })

  it('has gaps that are even, that vary as much as their mean, or that are in trains', () => {
    expect(made({ flows: 1, arrival: 'constant' }).variation).toBeLessThan(1e-6)
    expect(made({ flows: 1, arrival: 'poisson' }).variation).toBeCloseTo(1, 1)
    expect(made({ flows: 1, arrival: 'bursty' }).variation).toBeGreaterThan(5)
  })

  it('draws flows alike, or by the law of Zipf', () => {
    const { counts: even } = made({ flows: 10 })
    for (const count of even) expect(count / PACKETS).toBeCloseTo(0.1, 2)
    const { counts: zipf } = made({ flows: 10, zipf: 1 })
    const harmonic = even.reduce((sum, _, i) => sum + 1 / (i + 1), 0)
    zipf.forEach((count, i) => expect(count / PACKETS).toBeCloseTo(1 / (i + 1) / harmonic, 2))
  })

  it('brings some of the flows at the rate that these have', () => {
    const shape = { flows: 3, zipf: 1, perSecond: 11e6 }
    const source = new SyntheticSource({ ...shape, isOurs: (flow) => flow > 0 }, new SimRandom(1))
    const counts = [0, 0, 0]
    for (let i = 0; i < PACKETS; i++) {
      source.advance()
      counts[source.flow]! += 1
    }
    expect(PACKETS / (source.timeNs / 1e9)).toBeCloseTo(5e6, 0)
    expect(counts[0]).toBe(0)
    expect(counts[1]! / counts[2]!).toBeCloseTo(1.5, 1)
    const none = new SyntheticSource({ ...shape, isOurs: () => false }, new SimRandom(1))
    none.advance()
    expect(none.timeNs).toBe(Number.POSITIVE_INFINITY)
  })

  it('is the same with the same chance', () => {
    const shape = { flows: 100, arrival: 'bursty', zipf: 1.1 } as const
    expect(made(shape)).toEqual(made(shape))
  })

  it.each<[Partial<SyntheticShape>, string]>([
    [{ flows: 0 }, 'flows: expected a whole number from 1 to 1048576, came 0'],
    [{ perSecond: 0 }, 'perSecond: expected more than 0 packets, came 0'],
    [{ perSecond: Number.NaN }, 'perSecond: expected more than 0 packets, came NaN'],
    [{ zipf: -1 }, 'zipf: expected an exponent from 0 to 10, came -1'],
    [{ bytes: 70_000 }, 'bytes: expected a whole number from 1 to 65535, came 70000'],
    [{ arrival: 'never' as never }, 'arrival: expected constant, poisson, bursty, came never'],
  ])('cannot be %j', (shape, sentence) => {
    const all = { flows: 1, perSecond: 1, ...shape }
    expect(() => new SyntheticSource(all, new SimRandom(1))).toThrow(sentence)
  })
})
