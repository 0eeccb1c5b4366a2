import type { Variant } from '@smpnet/testing'
import type { NetJob } from '../baselines/net-cpu.ts'
import type { Entrant, Job } from '../model/job.ts'
import { channelJob, channelTeam } from './channel-team.ts'
import { workerModule } from './variant.ts'

type How = Pick<NetJob, 'transport' | 'receive'>

/** A team with one worker per CPU that runs the job over `node:net`. */
export function netTeam(job: Job, entrant: Entrant, how: How): Variant {
  const args: NetJob = { ...channelJob(job, entrant), ...how }
  return channelTeam(job, { module: workerModule('net-cpu'), run: 'netCpu', args })
}
