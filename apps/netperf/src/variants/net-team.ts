import type { ThreadSpec, Variant } from '@smpnet/testing'
import type { NetJob } from '../baselines/net-cpu.ts'
import type { ChannelJob } from '../baselines/run-channels.ts'
import type { Entrant, Job } from '../model/job.ts'
import { workerModule } from './variant.ts'

type How = Pick<NetJob, 'transport' | 'receive'>

/** A team with one worker per CPU that runs the job over `node:net`. */
export function netTeam(job: Job, entrant: Entrant, how: How): Variant {
  const args: NetJob = { ...channelJob(job, entrant), ...how }
  const thread: ThreadSpec = { module: workerModule('net-cpu'), run: 'netCpu', args }
  return { threads: Array.from({ length: job.cpus }, () => thread) }
}

/** What of a job the workers need; alternatives carry the workloads between pairs. */
export function channelJob({ workload, cpus }: Job, { name, pairs: shape }: Entrant): ChannelJob {
  if (shape === undefined) throw new Error(`expected ${name} to carry a workload between pairs`)
  return { workload: workload.name, cpus, ...shape }
}
