import { netTeam } from './net-team.ts'
import { carriesStreams, type NetperfVariant } from './variant.ts'

/** The same connection as most programs use it; not in the default comparison. */
export const nodeTcpData: NetperfVariant = {
  name: 'node-tcp-data',
  summary: "node:net over TCP as its guide shows it, with 'data' events",
  compared: false,
  machines: ['live'],
  carries: carriesStreams,
  live: (job, entrant) => netTeam(job, entrant, { transport: 'tcp', receive: 'data' }),
}
