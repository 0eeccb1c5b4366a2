import { availableParallelism } from 'node:os'
import { mostCpus, profiles } from '@smpnet/machine/sim'
import type { Job } from '../model/job.ts'
import type { MachineKind } from '../model/row.ts'
import { type Asked, makeJob } from '../plan/make-job.ts'

/** One job of an experiment, which leaves nothing to defaults but the profile of a live one. */
export interface ExperimentAsked<O extends object> extends Asked<O> {
  readonly machine: MachineKind
  readonly cpus: number
  readonly seed: number
  readonly durationMs: number
  readonly runs: number
}

const ANY_PROFILE = 'xeon-8176'

export function jobOf<O extends object>(asked: ExperimentAsked<O>): Job {
  return makeJob({ profile: ANY_PROFILE, ...asked })
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
