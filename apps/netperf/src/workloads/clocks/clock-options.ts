import { lookUp } from '../../command/usage-error.ts'
import type { TypedOptions } from '../workload.ts'
import { COUNTER_NAMES } from './kernel-clock.ts'

/** `--timecounter`, which both workloads about clocks understand. */
export const TIMECOUNTER_OPTION = {
  flags: '--timecounter <a,b>',
  description: `of ${COUNTER_NAMES.join(', ')} (default: all)`,
} as const

const COUNTERS = new Map(COUNTER_NAMES.map((name) => [name as string, name]))

/** The counters that were asked for, each once. Throws a UsageError for one that does not exist. */
export function countersFrom(options: TypedOptions): string[] {
  const typed = options['timecounter'] as string | undefined
  const names = typed?.split(',').map((name) => name.trim()) ?? [...COUNTER_NAMES]
  return [...new Set(names.map((name) => lookUp('timecounter', COUNTERS, name)))]
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
