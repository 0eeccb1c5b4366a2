import { channelJob, channelTeam } from './channel-team.ts'
import { carriesDatagrams, workerModule, type NetperfVariant } from './variant.ts'

/** What most programs use for datagrams; ratios of workloads over datagrams are taken to it. */
export const nodeUdp: NetperfVariant = {
  name: 'node-udp',
  summary: 'node:dgram on 127.0.0.1, connected sockets, 4 MiB buffers, sends without callbacks',
  compared: true,
  machines: ['live'],
  carries: carriesDatagrams,
  live(job, entrant) {
    const args = channelJob(job, entrant)
    return channelTeam(job, { module: workerModule('udp-cpu'), run: 'udpCpu', args })
  },
}
