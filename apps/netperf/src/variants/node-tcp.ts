import { netTeam } from './net-team.ts'
import { carriesStreams, type NetperfVariant } from './variant.ts'

/** What most programs use today, as well as it can be used; ratios of streams are taken to it. */
export const nodeTcp: NetperfVariant = {
  name: 'node-tcp',
  summary: 'node:net over TCP on 127.0.0.1, no Nagle delay, one receive buffer used again',
  compared: true,
  machines: ['live'],
  carries: carriesStreams,
  live: (job, entrant) => netTeam(job, entrant, { transport: 'tcp', receive: 'onread' }),
}
