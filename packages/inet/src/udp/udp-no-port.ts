import type { Address } from '@smpnet/memory'
import type { Actions } from '../actions/actions.ts'
import { answerError, type ErrorSource } from '../icmp/answer-error.ts'
import { PROBLEM } from '../icmp/icmp-error.ts'
import { isForMany } from '../ipv4/for-many.ts'
import type { Ipv4Header } from '../ipv4/ipv4-header.ts'
import type { Packets } from '../packet/packets.ts'
import { REASON } from '../verdict/reasons.ts'

/**
 * Ends the way of a datagram that `udpInput` has judged and that no block is for: the sender is
 * told that its port is unreachable (RFC 1122 section 4.1.3.1), but not if many hosts have got it.
 */
export function udpNoPort(
  packets: Packets,
  packet: Address,
  ip: Ipv4Header,
  host: ErrorSource,
  nowMs: number,
  actions: Actions,
): void {
  if (isForMany(ip.destination, packets.flags(packet))) {
    actions.drop(packet, REASON.udps_noportbcast)
    return
  }
  actions.count(REASON.udps_noport)
  answerError(packets, packet, ip, PROBLEM.portUnreachable, 0, host, nowMs, actions)
}
