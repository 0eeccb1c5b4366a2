import type { MachineKind } from '../model/row.ts'
import { messagePort } from './message-port.ts'
import { nodeTcpData } from './node-tcp-data.ts'
import { nodeTcp } from './node-tcp.ts'
import { nodeUnix } from './node-unix.ts'
import { smpnet } from './smpnet.ts'
import type { NetperfVariant } from './variant.ts'

/** Every variant, in the order of the tables; a new one is a file of its own and a line here. */
const ALL: readonly NetperfVariant[] = [smpnet, nodeTcp, nodeTcpData, nodeUnix, messagePort]

export const variants: ReadonlyMap<string, NetperfVariant> = new Map(
  ALL.map((variant) => [variant.name, variant]),
)

/** The variants that a machine compares when nobody says which. */
export function comparedOn(machine: MachineKind): string[] {
  const kept = ALL.filter((variant) => variant.compared && variant.machines.includes(machine))
  return kept.map((variant) => variant.name)
}

/** The variant that ratios are taken to. */
export const BASELINE = nodeTcp.name
