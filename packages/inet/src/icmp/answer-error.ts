import type { Address, Memory } from '@smpnet/memory'
import type { Actions } from '../actions/actions.ts'
import type { Ipv4Header } from '../ipv4/ipv4-header.ts'
import type { Packets } from '../packet/packets.ts'
import { GOOD, REASON, type Reason } from '../verdict/reasons.ts'
import { mayAnswer } from './answerable.ts'
import { icmpError, type Problem } from './icmp-error.ts'
import { takeToken } from './token-bucket.ts'

/**
 * Answers a packet with the ICMP error about it, if RFC 1122 and the bucket at `limit` allow: then
 * it is to be sent, and else to be dropped for the reason that is returned. `word` is the MTU of
 * `PROBLEM.fragmentationNeeded` and 0 of others; `from` is this host's address.
 */
export function answerError(
  packets: Packets,
  packet: Address,
  ip: Ipv4Header,
  problem: Problem,
  word: number,
  from: number,
  limit: Address,
  nowMs: number,
  actions: Actions,
): Reason {
  let verdict = mayAnswer(packets, packet, ip)
  if (verdict === GOOD) verdict = taken(packets.memory, limit, nowMs, ip)
  if (verdict === GOOD) verdict = icmpError(packets, packet, ip, problem, word, from)
  if (verdict === GOOD) actions.send(packet, ip.destination)
  else actions.drop(packet, verdict)
  return verdict
}

function taken(memory: Memory, limit: Address, nowMs: number, ip: Ipv4Header): Reason {
  return takeToken(memory, limit, nowMs) ? GOOD : ip.refuse(REASON.icps_limited, 1, 0)
}
