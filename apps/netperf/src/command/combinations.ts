import type { Labels } from '../model/row.ts'
import type { Workload } from '../model/workload.ts'
import { UsageError } from '../options/usage-error.ts'
import { listFrom } from '../options/words.ts'
import type { JobOptions } from './job-options.ts'
import type { TypedOptions } from './workload-options.ts'

/** The options of every workload of which a list may be typed; rows say each by themselves. */
const LISTED = [
  'machine',
  'profile',
  'cpus',
  'preset',
  'scheduler',
  'preemption',
  'wakeup',
  'accounting',
] as const

/** So many are as many as one table shows and one machine starts. */
const MOST = 256

/** One combination of what was typed, as if it had been typed alone. */
export interface Combination {
  readonly typed: JobOptions
  readonly own: TypedOptions
  /** What rows say of the workload's own options, where several values were typed. */
  readonly labels: Labels
}

/**
 * Every combination of the values that were typed with commas between them, the last option
 * changing first. Throws a UsageError for more than a table can have.
 */
export function combinations(
  workload: Workload,
  typed: JobOptions,
  own: TypedOptions,
): Combination[] {
  const common = LISTED.flatMap((name): Choice[] => {
    const text = typed[name]
    return text === undefined ? [] : [{ name, values: valuesOf(text), isOwn: false }]
  })
  const ofWorkload = Object.entries(own).flatMap(([name, text]): Choice[] => {
    if (typeof text !== 'string' || isList(workload, name)) return []
    return [{ name, values: valuesOf(text), isOwn: true }]
  })
  const choices = [...common, ...ofWorkload]
  const count = choices.reduce((product, { values }) => product * values.length, 1)
  if (count > MOST) {
    const lists = choices.filter(({ values }) => values.length > 1)
    const names = lists.map(({ name, values }) => `${values.length} of --${name}`).join(' × ')
    throw new UsageError(`expected at most ${MOST} combinations, got ${count} (${names})`)
  }
  return choices.reduce<Combination[]>(
    (before, choice) =>
      before.flatMap((one) => choice.values.map((value) => chosen(one, choice, value))),
    [{ typed, own, labels: {} }],
  )
}

/** One option and the values that it is to have. */
interface Choice {
  readonly name: string
  readonly values: readonly string[]
  readonly isOwn: boolean
}

function chosen({ typed, own, labels }: Combination, choice: Choice, value: string): Combination {
  const { name, values, isOwn } = choice
  if (!isOwn) return { typed: { ...typed, [name]: value }, own, labels }
  const label = values.length > 1 && { [name]: value }
  return { typed, own: { ...own, [name]: value }, labels: { ...labels, ...label } }
}

function valuesOf(text: string): string[] {
  return [...new Set(listFrom(text))]
}

/** Whether the workload itself takes several values of an option, which it compares in one job. */
function isList(workload: Workload, name: string): boolean {
  const options = workload.options as Readonly<Record<string, { flags: string } | undefined>>
  return options[name]?.flags.includes('<a,b>') ?? false
}
