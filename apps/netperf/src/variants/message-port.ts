import { MessageChannel } from 'node:worker_threads'
import type { ThreadSpec } from '@smpnet/testing'
import type { MessagePortJob } from '../baselines/message-port-cpu.ts'
import type { ChannelJob } from '../baselines/run-channels.ts'
import { placementOn } from '../workloads/sockets/placement.ts'
import { channelJob } from './channel-team.ts'
import { workerModule, type NetperfVariant } from './variant.ts'

export const messagePort: NetperfVariant = {
  name: 'message-port',
  summary: 'MessagePort with cloned messages and a credit window of 1 MiB',
  compared: true,
  machines: ['live'],
  carries: ({ channel }) => channel !== undefined,
  live: (job, entrant) => ({ threads: () => threadsOf(channelJob(job, entrant)) }),
}

function threadsOf(job: ChannelJob): ThreadSpec[] {
  const channels = Array.from({ length: job.pairs }, () => new MessageChannel())
  return Array.from({ length: job.cpus }, (_, cpu) => {
    const here = placementOn(cpu, job.cpus, job)
    const clients = here.clients.map((pair) => (channels[pair] as MessageChannel).port1)
    const servers = here.servers.map((pair) => (channels[pair] as MessageChannel).port2)
    const args: MessagePortJob = { ...job, clients, servers }
    const transfer = [...clients, ...servers]
    return { module: workerModule('message-port-cpu'), run: 'messagePortCpu', args, transfer }
  })
}
