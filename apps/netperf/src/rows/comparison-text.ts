import pc from 'picocolors'
import { formatted, variantText } from '../model/formatted.ts'
import type { Compared } from '../inference/verdict.ts'
import { wrapped } from '../output/wrapped.ts'
import { plainTable } from './plain-table.ts'

const HEAD = ['workload', 'machine', 'cpus', 'variant', 'A', 'B', 'change', 'interval', 'verdict']
const ALIGNS = [
  'left',
  'left',
  'right',
  'left',
  'right',
  'right',
  'right',
  'right',
  'left',
] as const

/** Rows of two documents beside each other, and in a last line what they come to. */
export function comparisonText(
  names: readonly [string, string],
  compared: readonly Compared[],
  alone: readonly [number, number],
): string {
  const [one, other] = names
  const table = plainTable(HEAD, compared.map(cells), ALIGNS)
  const parts = [`A: ${one}\nB: ${other}`, table, wrapped(summaryOf(compared, alone))]
  return `${parts.join('\n\n')}\n`
}

function cells({ before, after, difference, verdict, why }: Compared): string[] {
  const { unit, workload, metric, machine, profile, cpus } = before
  const percent = (times: number) => `${times >= 1 ? '+' : ''}${((times - 1) * 100).toFixed(1)} %`
  const told = why === undefined ? verdict : `${verdict}: ${why}`
  return [
    `${workload} ${metric}`,
    machine === 'sim' ? (profile as string) : machine,
    String(cpus),
    variantText(before),
    formatted(before.median, unit),
    formatted(after.median, unit),
    difference ? percent(difference.times) : '–',
    difference ? `${percent(difference.low)} – ${percent(difference.high)}` : '–',
    verdict === 'slower' ? pc.red(told) : verdict === 'faster' ? pc.green(told) : told,
  ]
}

/** `B is slower in 2 of 8 rows, …`. */
export function summaryOf(
  compared: readonly Compared[],
  [onlyBefore, onlyAfter]: readonly [number, number],
): string {
  const counts = new Map<string, number>()
  for (const { verdict } of compared) counts.set(verdict, (counts.get(verdict) ?? 0) + 1)
  const differing = [...counts].filter(([verdict]) => verdict !== 'no difference')
  const texts = differing.map(([verdict, count]) => `${verdict} in ${count}`)
  const found = texts.length === 0 ? 'no difference' : texts.join(', ')
  const missing =
    onlyBefore + onlyAfter === 0 ? '' : ` Only A has ${onlyBefore} rows, only B ${onlyAfter}.`
  return (
    `B beside A, of ${compared.length} rows: ${found}. All intervals together hold in 95 cases ` +
    `of 100.${missing}`
  )
}
