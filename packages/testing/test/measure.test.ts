import { describe, expect, it } from 'vitest'
import {
  type DrivenVariant,
  measure,
  patienceMs,
  report,
  reportTable,
  type Suite,
} from '../src/index.ts'

function driven(log: string[], name: string, ns = 1e6): DrivenVariant {
  return {
    start: async () => ({
      slice: async () => {
        log.push(name)
        return { count: 1000, ns }
      },
      stop: async () => void log.push(`stop ${name}`),
    }),
  }
}

describe('measure', () => {
  it('interleaves the variants and turns their order every round', async () => {
    const log: string[] = []
    const variants = { a: driven(log, 'a'), b: driven(log, 'b'), c: driven(log, 'c') }
    await measure({ name: 'order', variants }, { rounds: 2, sliceMs: 1 })
    expect(log.slice(0, 9).join('')).toBe('abcbcacab')
    expect(log.slice(9)).toEqual(['stop a', 'stop b', 'stop c'])
  })

  it('warms up for as long as that makes a variant faster, if it may', async () => {
    const rates = [1, 2, 4, 8, 8.1, 8, 8, 8, 8]
    const slicesWith = async (warmupMostMs?: number) => {
      let slice = 0
      const variant: DrivenVariant = {
        start: async () => ({
          slice: async () => ({ count: 1000 * (rates[slice++] ?? 8), ns: 1e6 }),
          stop: async () => {},
        }),
      }
      const options = {
        rounds: 1,
        sliceMs: 10,
        warmupMs: 5,
        ...(warmupMostMs && { warmupMostMs }),
      }
      const { slices } = await measure({ name: 'warm', variants: { a: variant } }, options)
      return [slice - 1, slices.get('a')![0]!.count / 1000]
    }
    expect(await slicesWith()).toEqual([1, 2])
    expect(await slicesWith(15)).toEqual([3, 8])
    expect(await slicesWith(1000)).toEqual([5, 8])
  })

  it('says which variants exist when asked for another', async () => {
    const suite: Suite = { name: 'order', variants: { a: () => 1, b: () => 2 } }
    await expect(measure(suite, { only: ['a', 'd'] })).rejects.toThrow(
      'expected a variant of order (a, b), got "d"',
    )
  })

  it('says that a variant without threads cannot run', async () => {
    const suite: Suite = { name: 'none', variants: { a: { threads: [] } } }
    await expect(measure(suite)).rejects.toThrow('expected at least one thread in variant "a"')
  })

  it('names the variant that could not be started', async () => {
    const start = () => Promise.reject(new Error('no room'))
    await expect(measure({ name: 'x', variants: { a: { start } } })).rejects.toThrow(
      'variant "a" could not be started: no room',
    )
  })
})

describe('a variant that drives something of its own', () => {
  const never = () => new Promise<never>(() => {})
  const options = { sliceMs: 1, watchdogMs: 50 }

  it('has to start in time', async () => {
    await expect(
      measure({ name: 'x', variants: { a: { start: never } } }, options),
    ).rejects.toThrow('variant "a" did not finish its start within 50 ms')
  })

  it('has to end its slices in time, and is stopped when it does not', async () => {
    let stopped = false
    const runner = { slice: never, stop: async () => void (stopped = true) }
    const variants = { a: { start: async () => runner } }
    await expect(measure({ name: 'x', variants }, options)).rejects.toThrow(
      'variant "a" did not end its slice within 51 ms',
    )
    expect(stopped).toBe(true)
  })
})

describe('report', () => {
  it('takes ratios to the baseline slice by slice, above 1 for what is faster', async () => {
    const log: string[] = []
    const variants = { slow: driven(log, 's', 4e6), fast: driven(log, 'f', 1e6) }
    const suite: Suite = { name: 'x', baseline: 'slow', variants }
    const done = report(suite, await measure(suite, { rounds: 3, sliceMs: 1 }))
    expect(done.unit).toBe('ns/op')
    const [slow, fast] = done.variants
    expect(slow).toMatchObject({ median: 4000, mad: 0, ratio: { median: 1 } })
    expect(fast).toMatchObject({ median: 1000, min: 1000, max: 1000, ratio: { median: 4 } })
    expect(fast?.slices).toHaveLength(3)
    expect(reportTable(done)).toMatch(/fast +1\.00 µs\/op +1\.00 µs\/op – 1\.00 µs\/op +0/)
  })

  it('measures plain functions in batches', async () => {
    let calls = 0
    const suite: Suite = { name: 'plain', variants: { call: () => calls++ } }
    const measurement = await measure(suite, { rounds: 3, sliceMs: 5 })
    const done = report(suite, measurement)
    expect(calls).toBeGreaterThan(1000)
    expect(done.variants[0]?.median).toBeLessThan(5000)
  })
})

describe('patience with a thread', () => {
  it('is ten seconds, and as many again for each program that waits for a core', () => {
    expect([0, 1, 2, 3.9, 4, 20].map((load) => patienceMs(load, 2) / 1000)).toEqual([
      10, 10, 20, 20, 30, 110,
    ])
    expect(patienceMs()).toBeGreaterThanOrEqual(10_000)
  })
})
