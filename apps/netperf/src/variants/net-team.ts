import type { ThreadSpec, Variant } from '@smpnet/testing'
import type { NetJob } from '../baselines/net-cpu.ts'
import type { ChannelJob } from '../baselines/run-channels.ts'
import type { Job } from '../plan/job.ts'
import { workerModule } from './variant.ts'

/** A team with one worker per CPU that runs the job over `node:net`. */
export function netTeam(job: Job, how: Pick<NetJob, 'transport' | 'receive'>): Variant {
  const args: NetJob = { ...channelJob(job), ...how }
  const thread: ThreadSpec = { module: workerModule('net-cpu'), run: 'netCpu', args }
  return { threads: Array.from({ length: job.cpus }, () => thread) }
}

/** What of a job the workers need. */
export function channelJob({ workload, size, cpus, pairs }: Job): ChannelJob {
  return { workload: workload.name, size, cpus, pairs }
}
