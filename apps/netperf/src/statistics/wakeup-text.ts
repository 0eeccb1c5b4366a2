import { type DelayCounts, DelayHistogram, type WakeupFigures } from '@smpnet/scheduler'
import type { CpuStatistics } from '@smpnet/stack'
import { formatNs } from '@smpnet/testing'
import { plainTable } from '../rows/plain-table.ts'

/** What is counted, and where a CPU has it: undefined where that cannot be known. */
type Count = readonly [what: string, of: (figures: WakeupFigures) => number | undefined]

const COUNTS: readonly Count[] = [
  ['switches straight into a held lock', (of) => of.heldLockSwitches],
  ['sleeps for a lock with an owner', (of) => of.lockBlocks],
  ['owners that became more urgent by a loan', (of) => of.loans],
  ['threads started', ({ wakes }) => wakes.starts],
  ['wakes by a thread of this CPU', ({ wakes }) => wakes.byThread],
  ['of those, put on another CPU', ({ wakes }) => wakes.toOtherCpu],
  ['wakes posted to another CPU', ({ wakes }) => wakes.posted],
  ['wakes by a timer', ({ wakes }) => wakes.byTimer],
  ['wakes by interrupts and other CPUs', ({ wakes }) => wakes.fromOutside],
]

const DELAYS: readonly (readonly [what: string, of: (delay: DelayCounts) => number])[] = [
  ['from a wake to running, p50', (of) => of.p50Ns],
  ['from a wake to running, p99', (of) => of.p99Ns],
  ['from a wake to running, longest', (of) => of.maxNs],
]

const IDLE: Count = ['idle while a thread was queued', (of) => of.idleBesideQueuedNs]

/** What wakeups led to; undefined where it was not counted. */
export function wakeupTable(cpus: readonly CpuStatistics[]): string | undefined {
  const all = cpus.flatMap(({ wakeups }) => (wakeups === undefined ? [] : [wakeups]))
  if (all.length === 0) return undefined
  const delays = all.map(({ runDelay }) => runDelay)
  const together = DelayHistogram.sum(delays)
  const rows = [
    ...COUNTS.map((count) => summed(count, all, String)),
    ...DELAYS.map(([what, of]) => row(what, of(together), delays.map(of), formatNs)),
    summed(IDLE, all, formatNs),
  ]
  const head = ['what wakeups led to', 'all CPUs', 'least of a CPU', 'most of a CPU']
  return plainTable(head, rows, ['left', 'right', 'right', 'right'])
}

function summed([what, of]: Count, all: readonly WakeupFigures[], text: Text): string[] {
  const counts = all.map(of).filter((count) => count !== undefined)
  if (counts.length < all.length) return [what, '–', '–', '–']
  const sum = counts.reduce((so, count) => so + count, 0)
  return row(what, sum, counts, text)
}

type Text = (count: number) => string

function row(what: string, whole: number, counts: readonly number[], text: Text): string[] {
  return [what, ...[whole, Math.min(...counts), Math.max(...counts)].map(text)]
}
