import { lookUp } from '../../options/usage-error.ts'
import type { MachineKind } from '../../model/row.ts'
import type { TypedOptions } from '../../model/workload.ts'
import { LIVE_COUNTERS, SIM_COUNTERS } from './kernel-clock.ts'

/** No counter: nothing is billed, and what remains is the cost without clocks. */
export const NO_COUNTER = 'none'

const COUNTERS: Readonly<Record<MachineKind, readonly string[]>> = {
  live: LIVE_COUNTERS,
  sim: SIM_COUNTERS,
}

/** `--timecounter`, which all workloads about counters understand. */
export const TIMECOUNTER_OPTION = {
  flags: '--timecounter <a,b>',
  description:
    `of ${SIM_COUNTERS.join(', ')}; live of ${LIVE_COUNTERS.join(', ')}; ` +
    'for switch also none (default: all)',
} as const

/**
 * The counters that were asked for, each once, of those that the machine has and of `more`. Throws
 * a UsageError for one that does not exist.
 */
export function countersFrom(
  options: TypedOptions,
  machine: MachineKind,
  more: readonly string[] = [],
): string[] {
  const all = [...COUNTERS[machine], ...more]
  const known = new Map(all.map((name) => [name, name]))
  const typed = options['timecounter'] as string | undefined
  const names = typed?.split(',').map((name) => name.trim()) ?? all
  return [...new Set(names.map((name) => lookUp('timecounter', known, name)))]
}

/** One of a few words. Throws a UsageError for any other. */
export function wordFrom<const W extends string>(
  what: string,
  words: readonly W[],
  typed: string | readonly string[] | undefined,
): W {
  const known = new Map(words.map((word) => [word as string, word]))
  return lookUp(what, known, (typed as string | undefined) ?? (words[0] as W))
}
