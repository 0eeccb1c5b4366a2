import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { planBalance } from '../src/index.ts'

function totals(loads: readonly number[], owners: readonly number[], streams: number): number[] {
  const sums = Array.from({ length: streams }, () => 0)
  for (const [bucket, load] of loads.entries()) sums[owners[bucket]!]! += load
  return sums
}

function after(
  loads: readonly number[],
  owners: readonly number[],
  streams: number,
  most = 1000,
): number[] {
  const now = [...owners]
  for (const { bucket, to } of planBalance(loads, owners, streams, most)) now[bucket] = to
  return totals(loads, now, streams)
}

const tables = fc.integer({ min: 1, max: 6 }).chain((streams) =>
  fc.record({
    streams: fc.constant(streams),
    table: fc.array(fc.tuple(fc.nat(1000), fc.nat(streams - 1)), { minLength: 1, maxLength: 24 }),
  }),
)

describe('Buckets are balanced', () => {
  it('so that no workstream has more than the average and the largest bucket', () => {
    fc.assert(
      fc.property(tables, ({ streams, table }) => {
        const [loads, owners] = [table.map(([load]) => load), table.map(([, owner]) => owner)]
        const sums = after(loads, owners, streams)
        const average = loads.reduce((sum, load) => sum + load, 0) / streams
        expect(Math.max(...sums)).toBeLessThanOrEqual(average + Math.max(...loads))
        expect(Math.max(...sums)).toBeLessThanOrEqual(Math.max(...totals(loads, owners, streams)))
      }),
    )
  })

  it('and then stay', () => {
    fc.assert(
      fc.property(tables, ({ streams, table }) => {
        const [loads, owners] = [table.map(([load]) => load), table.map(([, owner]) => owner)]
        const now = [...owners]
        for (const { bucket, to } of planBalance(loads, owners, streams, 1000)) now[bucket] = to
        expect(planBalance(loads, now, streams, 1000)).toEqual([])
      }),
    )
  })

  it('by no more moves than are allowed, the best ones first', () => {
    expect(planBalance([10, 20, 40], [0, 0, 0], 2, 1)).toEqual([{ bucket: 2, to: 1 }])
    expect(after([10, 20, 40], [0, 0, 0], 2)).toEqual([30, 40])
  })

  it('but one that has all the load stays where it is', () => {
    expect(planBalance([100, 0, 0], [0, 1, 1], 2, 16)).toEqual([])
  })
})
