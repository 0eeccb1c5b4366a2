import type { Carriage, Carried } from '../model/channel.ts'
import type { MachineKind } from '../model/row.ts'
import type { Workload } from '../model/workload.ts'
import { messagePort } from './message-port.ts'
import { nodeTcpData } from './node-tcp-data.ts'
import { nodeTcp } from './node-tcp.ts'
import { nodeUdp } from './node-udp.ts'
import { nodeUnix } from './node-unix.ts'
import { smpnet } from './smpnet.ts'
import type { NetperfVariant } from './variant.ts'

/** Every variant, in the order of the tables; a new one is a file of its own and a line here. */
const ALL: readonly NetperfVariant[] = [
  smpnet,
  nodeTcp,
  nodeTcpData,
  nodeUnix,
  nodeUdp,
  messagePort,
]

export const variants: ReadonlyMap<string, NetperfVariant> = new Map(
  ALL.map((variant) => [variant.name, variant]),
)

/** The variants that can run a workload on a machine. */
export function ableTo(workload: Workload, machine: MachineKind): NetperfVariant[] {
  return ALL.filter(({ machines, carries }) => machines.includes(machine) && carries(workload))
}

const BASELINES: Readonly<Record<Carriage, string>> = {
  stream: nodeTcp.name,
  datagrams: nodeUdp.name,
  connections: nodeTcp.name,
}

/** The variant that ratios are taken to. */
export function baselineOf({ over }: Carried): string {
  return BASELINES[over]
}
