import { formatNs } from '@smpnet/testing'
import pc from 'picocolors'
import { variantText } from '../model/formatted.ts'
import type { MachineCounts } from '../model/kernel-counts.ts'
import type { RunStatistics } from '../model/run-statistics.ts'
import { plainTable } from '../rows/plain-table.ts'

/** What was counted of a run while it was measured. */
type Explained = RunStatistics & Required<Pick<RunStatistics, 'counted'>>

/** Names of places, and of work, that are shown of a run. */
const MOST_NAMES = 5
const NEAR_TO_FAR = ['sibling', 'domain', 'socket', 'remote', 'far', 'memory'] as const

/**
 * Where an operation's time goes, a row for each run, so that neighbouring numbers of CPUs stand
 * below each other; undefined where nothing was counted.
 */
export function explainText(all: readonly RunStatistics[]): string | undefined {
  const explained = all.filter((of): of is Explained => of.counted !== undefined)
  if (explained.length === 0) return undefined
  const parts = [
    table('what happens for each operation', countColumns(explained), explained),
    table('where the time of all CPUs goes', timeColumns(explained), explained),
    ...namesTables(explained),
  ]
  return parts.join('\n\n')
}

type Column = readonly [name: string, of: (run: Explained) => string]

function table(title: string, columns: readonly Column[], runs: readonly Explained[]): string {
  const head = [pc.bold(title), ...columns.map(([name]) => name)]
  const rows = runs.map((run) => [titleOf(run), ...columns.map(([, of]) => of(run))])
  return plainTable(head, rows, ['left', ...columns.map(() => 'right' as const)])
}

function titleOf(run: Explained): string {
  return `${run.cpus} CPUs, ${variantText(run)}`
}

/** Each operation's share of what was counted in the same time. */
function countColumns(runs: readonly Explained[]): Column[] {
  const per = (of: (run: Explained) => number | undefined) => (run: Explained) =>
    perText(of(run), run)
  const moved = NEAR_TO_FAR.filter((far) =>
    runs.some(({ counted }) => (counted.of.machine?.moved[far] ?? 0) > 0),
  )
  return [
    ...moved.map((far): Column => {
      const name = far === 'memory' ? 'lines from memory' : `lines, ${far}`
      return [name, per(({ counted }) => counted.of.machine?.moved[far])]
    }),
    ['copies taken', per(({ counted }) => counted.of.machine?.taken)],
    ['failed swaps', per(({ counted }) => counted.of.machine?.failedSwaps)],
    ['parks', per(({ counted }) => counted.of.parks)],
    ['wakes', per(({ counted }) => counted.of.machine?.wakes)],
    ['switches', per(({ counted }) => counted.of.switches)],
    ['IPIs', per(({ counted }) => counted.of.ipis)],
  ]
}

function perText(count: number | undefined, { counted }: Explained): string {
  return count === undefined ? '–' : (count / Math.max(1, counted.operations)).toFixed(2)
}

/** Shares of what all CPUs had: idle, waiting, spinning, and what else has a name. */
function timeColumns(runs: readonly Explained[]): Column[] {
  const share = (of: (machine: MachineCounts) => number): Column[1] => {
    return ({ counted: { of: counted } }) => {
      const { machine } = counted
      if (machine === undefined) return '–'
      return `${((100 * of(machine)) / (machine.idleNs + machine.busyNs)).toFixed(1)} %`
    }
  }
  const names = largest(runs, ({ workNs }) => workNs)
  const named = (machine: MachineCounts) =>
    names.reduce((sum, name) => sum + (machine.workNs[name] ?? 0), 0)
  return [
    ['idle', share(({ idleNs }) => idleNs)],
    ['for lines', share(({ linesNs }) => linesNs)],
    ['copying', share(({ copyNs }) => copyNs)],
    ...names.map((name): Column => [name, share(({ workNs }) => workNs[name] ?? 0)]),
    [
      'other',
      share((machine) => machine.busyNs - machine.linesNs - machine.copyNs - named(machine)),
    ],
  ]
}

/** Which lines: by what they were placed for, a row for each run. */
function namesTables(runs: readonly Explained[]): string[] {
  const names = largest(runs, ({ places }) =>
    Object.fromEntries(
      Object.entries(places).map(([name, { moves, waitedNs }]) => [name, moves + waitedNs / 1000]),
    ),
  )
  if (names.length === 0) return []
  const columns = names.map((name): Column => {
    return [
      name,
      (run) => {
        const { moves = 0, waitedNs = 0 } = run.counted.of.machine?.places[name] ?? {}
        const waited = formatNs(waitedNs / Math.max(1, run.counted.operations))
        return `${perText(moves, run)}, ${waited}`
      },
    ]
  })
  return [table('which lines move, and how long one is waited for', columns, runs)]
}

/** The names of which there is most in any run, in the order of their size. */
function largest(
  runs: readonly Explained[],
  of: (machine: MachineCounts) => Readonly<Record<string, number>>,
): string[] {
  const most = new Map<string, number>()
  for (const { counted } of runs) {
    const amounts = counted.of.machine === undefined ? {} : of(counted.of.machine)
    for (const [name, amount] of Object.entries(amounts)) {
      most.set(name, Math.max(most.get(name) ?? 0, amount / Math.max(1, counted.operations)))
    }
  }
  const sorted = [...most].filter(([, amount]) => amount > 0).sort(([, a], [, b]) => b - a)
  return sorted.slice(0, MOST_NAMES).map(([name]) => name)
}
