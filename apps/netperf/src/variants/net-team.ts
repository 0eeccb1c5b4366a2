import type { ThreadSpec, Variant } from '@smpnet/testing'
import type { NetJob } from '../baselines/net-cpu.ts'
import type { ChannelJob } from '../baselines/run-channels.ts'
import type { Entrant, Job } from '../model/job.ts'
import type { PairSettings } from '../workloads/sockets/socket-pairs.ts'
import { workerModule } from './variant.ts'

type How = Pick<NetJob, 'transport' | 'receive'>

/** A team with one worker per CPU that runs the job over `node:net`. */
export function netTeam(job: Job, entrant: Entrant, how: How): Variant {
  const args: NetJob = { ...channelJob(job, entrant), ...how }
  const thread: ThreadSpec = { module: workerModule('net-cpu'), run: 'netCpu', args }
  return { threads: Array.from({ length: job.cpus }, () => thread) }
}

/** What of a job the workers need; alternatives carry the workloads between pairs. */
export function channelJob({ workload, cpus }: Job, { settings }: Entrant): ChannelJob {
  const { size, pairs } = settings as PairSettings
  return { workload: workload.name, size, cpus, pairs }
}
