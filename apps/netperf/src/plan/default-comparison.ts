import type { Job } from '../model/job.ts'
import { workloads } from '../workloads/index.ts'
import { type Asked, makeJob } from './make-job.ts'

const LIVE_CPUS = [1, 2]
const SIM_CPUS = [1, 2, 4, 8, 16]
/** With so much for each live variant, besides its warm-up, the whole takes about half a minute. */
const LIVE_MS = 700

/** What the default comparison may be told. */
export type ComparisonAsked = Pick<Asked<object>, 'profile' | 'seed' | 'durationMs' | 'runs'>

/**
 * Every workload that our kernel and alternatives run, on this computer's threads beside them, and
 * then simulated with one pair of threads per CPU.
 */
export function defaultComparison({
  durationMs = LIVE_MS,
  runs,
  ...where
}: ComparisonAsked): Job[] {
  const compared = [...workloads.values()].filter(({ channel, kernel }) => channel && kernel)
  const jobs = (cpus: readonly number[], more: Partial<Asked<object>>) =>
    compared.flatMap((workload) =>
      cpus.map((n) => makeJob({ workload, cpus: n, ...where, ...more })),
    )
  return [
    ...jobs(LIVE_CPUS, { machine: 'live', durationMs, runs }),
    ...jobs(SIM_CPUS, { machine: 'sim' }),
  ]
}
