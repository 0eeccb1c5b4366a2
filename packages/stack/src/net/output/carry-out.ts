import { ACTION } from '@smpnet/inet'
import type { Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import type { NetTools } from '../tools/net-tools.ts'
import type { Way } from '../tools/way.ts'
import type { IpOutput } from './ip-output.ts'

/**
 * Carries out what a protocol wants done that concerns no control block: packets to send, to free
 * or to drop, and what is to be counted. The caller holds no lock.
 */
export function* carryOut(td: Thread, way: Way, tools: NetTools, output: IpOutput): Waiting {
  const { actions } = way
  for (let i = 0; i < actions.length; i++) {
    const packet = actions.packet(i)
    const value = actions.value(i)
    switch (actions.kind(i)) {
      case ACTION.send:
        yield* output.sendWhole(td, packet, way)
        break
      case ACTION.free:
        yield* tools.parts.mbufs.free(td, packet)
        break
      case ACTION.drop:
        yield* tools.drop(td, packet, value)
        break
      case ACTION.count:
        tools.count(td, value)
        break
      default:
        throw new Error(`action ${actions.kind(i)} concerns a control block`)
    }
  }
  actions.clear()
}
