import { lookUp } from '../../options/usage-error.ts'
import { SIM_COUNTERS } from '@smpnet/stack'
import type { MachineKind } from '../../model/row.ts'
import { listFrom } from '../../options/words.ts'
import { LIVE_COUNTERS } from './host-counters.ts'

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
  parse: listFrom,
} as const

/**
 * The counters that were asked for, each once, of those that the machine has and of `more`. Throws
 * a UsageError for one that does not exist.
 */
export function countersFrom(
  names: readonly string[] | undefined,
  machine: MachineKind,
  more: readonly string[] = [],
): string[] {
  const all = [...COUNTERS[machine], ...more]
  const known = new Map(all.map((name) => [name, name]))
  return [...new Set((names ?? all).map((name) => lookUp('timecounter', known, name)))]
}
