import { availableParallelism } from 'node:os'
import { mostCpus, profiles } from '@smpnet/machine/sim'
import { jobFrom } from '../plan/job-options.ts'
import type { Job } from '../model/job.ts'
import type { MachineKind } from '../model/row.ts'
import type { TypedOptions } from '../model/workload.ts'

/** One job of an experiment, in numbers instead of what a user would type. */
export interface Asked {
  readonly workload: string
  readonly machine: MachineKind
  /** The machine to simulate. */
  readonly profile?: string
  readonly cpus: number
  readonly seed: number
  /** Of all runs together; virtual time when simulated. */
  readonly ms: number
  readonly runs: number
  /** The workload's own options. */
  readonly own?: TypedOptions
}

const ANY_PROFILE = 'xeon-8176'

export function jobOf({ profile = ANY_PROFILE, ms, runs, own = {}, ...asked }: Asked): Job {
  const { workload, machine, cpus, seed } = asked
  const where = { machine, profile, cpus: String(cpus), seed: String(seed) }
  return jobFrom(workload, { ...where, duration: `${ms}ms`, runs: String(runs) }, own)
}

/** Those of the counts of CPUs that a machine of this profile can have. */
export function simulatedCpus(profile: string, counts: readonly number[]): number[] {
  const known = profiles.get(profile)
  if (known === undefined) throw new Error(`expected a profile, got "${profile}"`)
  return counts.filter((cpus) => cpus <= mostCpus(known))
}

/** Those of the counts of CPUs for which this computer has cores. */
export function liveCpus(counts: readonly number[]): number[] {
  return counts.filter((cpus) => cpus <= Math.max(1, availableParallelism()))
}
