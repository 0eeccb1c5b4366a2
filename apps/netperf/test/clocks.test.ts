import { describe, expect, it } from 'vitest'
import { netperf, rowsOf } from './run-netperf.ts'

const run = (workload: string, ...more: string[]) => {
  const sim = ['--machine', 'sim', '--cpus', '1', '--duration', '0.5ms', '--json']
  return netperf(['run', workload, ...sim, ...more])
}

/** Medians in ns, by the counter that the variant names. */
async function costs(workload: string, metric: string): Promise<Record<string, number>> {
  const ended = await run(workload)
  expect(ended.status).toBe(0)
  const rows = rowsOf(ended).filter((row) => row.metric === metric)
  return Object.fromEntries(rows.map((row) => [row.variant.split(',')[0], row.median]))
}

describe.each([
  ['switch', 'switch', ['none']],
  ['timestamps', 'read', []],
])('netperf run %s', (workload, metric, more) => {
  it('costs the more, the dearer its timecounter is to read', async () => {
    const byCounter = await costs(workload, metric)
    const slowestFirst = ['i8254', 'ACPI-safe', 'ACPI-fast', 'HPET', 'TSC', ...more]
    expect(Object.keys(byCounter)).toEqual(slowestFirst)
    const figures = slowestFirst.map((name) => byCounter[name]!)
    expect(figures).toEqual(figures.toSorted((a, b) => b - a))
    expect(new Set(figures).size).toBe(slowestFirst.length)
  })

  it('takes the counters that are asked for, and says which there are', async () => {
    const ended = await run(workload, '--timecounter', 'HPET,TSC')
    expect(new Set(rowsOf(ended).map((row) => row.variant.split(',')[0]))).toEqual(
      new Set(['HPET', 'TSC']),
    )
    const wrong = await run(workload, '--timecounter', 'sundial')
    expect(wrong.status).toBe(2)
    expect(wrong.stderr).toContain(
      `expected a timecounter (${['i8254, ACPI-safe, ACPI-fast, HPET, TSC', ...more].join(', ')})`,
    )
    expect(wrong.stderr).toContain('got "sundial"')
  })
})

describe('netperf run switch', () => {
  it('does not depend on the timecounter when it bills in cycles', async () => {
    const ended = await run('switch', '--accounting', 'cycles')
    const medians = rowsOf(ended).flatMap((row) => (row.metric === 'switch' ? [row.median] : []))
    expect(medians).toHaveLength(6)
    const [none, ...billed] = medians.toReversed() as [number, ...number[]]
    expect(new Set(billed).size).toBe(1)
    expect(billed[0]).toBeGreaterThan(none)
  })
})

describe('netperf run timestamps', () => {
  it.each([
    ['precise', 0, 3_000],
    ['fast', 400_000, 600_000],
  ])('says how old a %s time stamp is', async (clock, least, most) => {
    const ended = await run('timestamps', '--clock', clock, '--duration', '20ms')
    const ages = rowsOf(ended).filter(({ metric }) => metric === 'age')
    expect(ages).toHaveLength(5)
    for (const { median, p99 } of ages) {
      expect(median).toBeGreaterThan(least)
      expect(median).toBeLessThan(most)
      expect(p99).toBeLessThan(clock === 'fast' ? 1_001_000 : 5_000)
    }
  })
})

describe('netperf run uptime', () => {
  it.each([
    ['0.9', 'none', 1],
    ['1.1', 'none', 0.1 / 1.1],
    ['2.5', 'none', 0.5 / 2.5],
    ['2.5', 'TSC', 1],
  ])(
    'with windups %s wraps apart, watched by %s, keeps %d of time',
    async (wraps, watch, kept) => {
      const ended = await run('uptime', '--wraps', wraps, '--watch', watch)
      const rows = rowsOf(ended)
      expect(rows.map(({ variant }) => variant)).toHaveLength(5)
      for (const { median } of rows) expect(median).toBeCloseTo(kept, 3)
    },
  )
})

describe('netperf run clocks', () => {
  it('reads each clock of JavaScript, and says how far FastClock is behind', async () => {
    const args = ['run', 'clocks', '--cpus', '1', '--duration', '40ms', '--runs', '2', '--json']
    const rows = rowsOf(await netperf(args))
    const of = (metric: string) => rows.filter((row) => row.metric === metric)
    expect(of('read').map(({ variant }) => variant)).toContain('performance.now')
    expect(of('age').map(({ variant }) => variant)).toEqual(['FastClock.now', 'FastClock.dateMs'])
    for (const { median } of of('rate')) expect(median).toBeGreaterThan(0)
  })
})
