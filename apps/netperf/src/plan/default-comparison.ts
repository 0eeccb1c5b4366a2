import { jobFrom, type JobOptions } from './job-options.ts'
import type { MachineKind } from '../model/row.ts'
import { workloads } from '../workloads/index.ts'
import type { Job } from '../model/job.ts'

const LIVE_CPUS = [1, 2]
const SIM_CPUS = [1, 2, 4, 8, 16]

/** What `netperf` without a command may be told. */
export type ComparisonOptions = Pick<JobOptions, 'profile' | 'seed' | 'duration' | 'runs'>

/**
 * Every workload that has alternatives, on this computer's threads beside them, and then simulated
 * with one pair of threads per CPU. A second per live variant keeps the whole below half a minute.
 */
export function defaultComparison(options: ComparisonOptions): Job[] {
  const { duration = '1s', ...rest } = options
  const { profile, seed } = options
  const compared = [...workloads.values()].filter(({ channel }) => channel !== undefined)
  const jobs = (machine: MachineKind, cpus: readonly number[], more: Partial<JobOptions>) =>
    compared.flatMap(({ name }) =>
      cpus.map((n) => jobFrom(name, { machine, cpus: String(n), profile, seed, ...more })),
    )
  return [...jobs('live', LIVE_CPUS, { ...rest, duration }), ...jobs('sim', SIM_CPUS, {})]
}
