import { jobFrom, type JobOptions } from '../command/job-options.ts'
import { workloads } from '../workloads/index.ts'
import type { Job, MachineKind } from './job.ts'

const LIVE_CPUS = [1, 2]
const SIM_CPUS = [1, 2, 4, 8, 16]

/** What `netperf` without a command may be told. */
export type ComparisonOptions = Pick<JobOptions, 'profile' | 'seed' | 'duration' | 'runs'>

/**
 * Every workload, on this computer's threads beside the alternatives, and then simulated with one
 * pair of threads per CPU. A second per live variant keeps the whole below half a minute.
 */
export function defaultComparison(options: ComparisonOptions): Job[] {
  const { duration = '1s', ...rest } = options
  const { profile, seed } = options
  const jobs = (machine: MachineKind, cpus: readonly number[], more: Partial<JobOptions>) =>
    [...workloads.keys()].flatMap((workload) =>
      cpus.map((n) => jobFrom(workload, { machine, cpus: String(n), profile, seed, ...more })),
    )
  const all = [...jobs('live', LIVE_CPUS, { ...rest, duration }), ...jobs('sim', SIM_CPUS, {})]
  return all.filter((job) => job.variants.length > 0)
}
