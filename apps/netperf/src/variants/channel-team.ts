import type { ThreadSpec, Variant } from '@smpnet/testing'
import type { ChannelJob } from '../baselines/run-channels.ts'
import type { Entrant, Job } from '../model/job.ts'

/** A team with one worker per CPU, all of which begin alike. */
export function channelTeam({ cpus }: Job, thread: ThreadSpec): Variant {
  return { threads: Array.from({ length: cpus }, () => thread) }
}

/** What of a job the workers need; alternatives carry the workloads between pairs. */
export function channelJob(
  { workload, cpus, on = [] }: Job,
  { name, pairs: shape }: Entrant,
): ChannelJob {
  if (shape === undefined) throw new Error(`expected ${name} to carry a workload between pairs`)
  return { workload: workload.name, cpus, on, ...shape }
}
