import { netTeam } from './net-team.ts'
import { carriesStreams, type NetperfVariant } from './variant.ts'

export const nodeUnix: NetperfVariant = {
  name: 'node-unix',
  summary: 'node:net over a Unix socket, one receive buffer used again',
  compared: true,
  machines: ['live'],
  carries: carriesStreams,
  live: (job, entrant) => netTeam(job, entrant, { transport: 'unix', receive: 'onread' }),
}
