import type { Measured, Row } from '../../src/model/row.ts'

const PLAIN: Row = {
  workload: 'list_walk',
  machine: 'sim',
  variant: 'rwlock',
  cpus: 1,
  metric: 'throughput',
  unit: '1/s',
  median: 0,
  p99: 0,
  min: 0,
  max: 0,
  runs: 0,
  figures: [],
  profile: 'xeon-8176',
  seed: 1,
  events: 0,
}

/** What was measured, made up: a row with the figures of its runs. */
export function measured(row: Partial<Row>, figures: readonly number[]): Measured {
  const sorted = figures.toSorted((a, b) => a - b)
  const median = sorted[Math.floor(sorted.length / 2)] as number
  const [min, max] = [sorted[0] as number, sorted.at(-1) as number]
  const runs = figures.length
  return { row: { ...PLAIN, median, p99: max, min, max, runs, figures, ...row }, figures }
}
