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
  ['switch', 'switch'],
  ['timestamps', 'read'],
])('netperf run %s', (workload, metric) => {
  it('costs the more, the dearer its timecounter is to read', async () => {
    const byCounter = await costs(workload, metric)
    const slowestFirst = ['i8254', 'ACPI-safe', 'ACPI-fast', 'HPET', 'TSC']
    expect(Object.keys(byCounter)).toEqual(slowestFirst)
    const figures = slowestFirst.map((name) => byCounter[name]!)
    expect(figures).toEqual(figures.toSorted((a, b) => b - a))
    expect(new Set(figures).size).toBe(5)
  })

  it('takes the counters that are asked for, and says which there are', async () => {
    const ended = await run(workload, '--timecounter', 'HPET,TSC')
    expect(new Set(rowsOf(ended).map((row) => row.variant.split(',')[0]))).toEqual(
      new Set(['HPET', 'TSC']),
    )
    const wrong = await run(workload, '--timecounter', 'sundial')
    expect(wrong.status).toBe(2)
    expect(wrong.stderr).toContain(
      'expected a timecounter (i8254, ACPI-safe, ACPI-fast, HPET, TSC)',
    )
    expect(wrong.stderr).toContain('got "sundial"')
  })
})

describe('netperf run switch', () => {
  it('does not depend on the timecounter when it bills in cycles', async () => {
    const ended = await run('switch', '--accounting', 'cycles')
    const medians = rowsOf(ended).flatMap((row) => (row.metric === 'switch' ? [row.median] : []))
    expect(medians).toHaveLength(5)
    expect(Math.max(...medians)).toBeLessThan(1.05 * Math.min(...medians))
  })
})
