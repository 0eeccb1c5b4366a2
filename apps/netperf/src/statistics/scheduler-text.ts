import { formatNs } from '@smpnet/testing'
import { SWITCH_REASONS } from '@smpnet/scheduler'
import {
  countedSysctls,
  type CpuStatistics,
  type StackStatistics,
  sysctlLine,
} from '@smpnet/stack'
import { plainTable } from '../rows/plain-table.ts'

/** Lines of a table at most: what is beyond them is in `--json`. */
const MOST_LINES = 16

type Cpus = readonly CpuStatistics[]

/** Why the CPUs switched, by the names of kern.sched.stats. */
export function reasonTable(cpus: Cpus): string {
  const rows = SWITCH_REASONS.flatMap((reason) => {
    const counts = cpus.map(({ reasons }) => reasons[reason])
    const all = sum(counts)
    if (all === 0) return []
    return [[reason, String(all), String(Math.min(...counts)), String(Math.max(...counts))]]
  })
  const head = ['switches because of', 'all CPUs', 'least of a CPU', 'most of a CPU']
  return plainTable(head, rows, ['left', 'right', 'right', 'right'])
}

/** What each CPU did with its time: as billed, and, simulated, as the machine has it. */
export function cpuTable({ cpus, machine }: StackStatistics): string {
  const rows = cpus.map(({ cpu, switches, threads, busyNs, idleNs }, index) => {
    const use = machine?.cpus[index]
    const share = use && use.busyCycles / Math.max(1, use.busyCycles + use.idleCycles)
    const shown = share === undefined ? '–' : `${(share * 100).toFixed(1)} %`
    return [cpu, threads.length, switches, shown, timeText(busyNs), timeText(idleNs)].map(String)
  })
  const head = ['CPU', 'threads', 'switches', 'busy', 'billed', 'billed idle']
  return shortened(head, rows, 'CPUs', ['right', 'right', 'right', 'right', 'right', 'right'])
}

/** The threads that were there at the end, those that switched most first. */
export function threadTable(cpus: Cpus): string {
  const threads = cpus.flatMap((each) =>
    each.threads.map((thread) => ({ ...thread, isBilled: each.busyNs !== undefined })),
  )
  const rows = threads
    .toSorted((one, other) => other.switches - one.switches)
    .map(({ name, cpu, priority, nice, isBilled, runNs, switches }) => {
      const billed = timeText(isBilled ? runNs : undefined)
      return [name, ...[cpu, priority, nice, switches, billed].map(String)]
    })
  const head = ['thread', 'on CPU', 'priority', 'nice', 'switches', 'billed']
  return shortened(head, rows, 'threads', ['left', 'right', 'right', 'right', 'right', 'right'])
}

/** Knobs and counts as sysctl(8) prints them; several values where each CPU has its own. */
export function countedText(cpus: Cpus): string {
  return [...countedSysctls({ cpus })].map((each) => sysctlLine(...each)).join('\n')
}

function shortened(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  what: string,
  aligns: readonly ('left' | 'right')[],
): string {
  const table = plainTable(head, rows.slice(0, MOST_LINES), aligns)
  const left = rows.length - MOST_LINES
  return left > 0 ? `${table}\n… and ${left} more ${what}, which --json has` : table
}

function timeText(ns: number | undefined): string {
  return ns === undefined ? '–' : formatNs(ns)
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0)
}
