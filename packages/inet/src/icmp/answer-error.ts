import type { Address, Memory } from '@smpnet/memory'
import type { Actions } from '../actions/actions.ts'
import type { Ipv4Header } from '../ipv4/ipv4-header.ts'
import type { Packets } from '../packet/packets.ts'
import { EVENT, GOOD, REASON, type Reason } from '../verdict/reasons.ts'
import { mayAnswer } from './answerable.ts'
import { icmpError, type Problem } from './icmp-error.ts'
import { takeToken } from './token-bucket.ts'

/** What a host answers errors with. Constant, but for the words of its bucket. */
export interface ErrorSource {
  /** The address that errors come from. */
  readonly address: number
  /** The address of the `TOKEN_BUCKET` that limits them; the caller holds its lock. */
  readonly limit: Address
}

/**
 * Answers a packet with the ICMP error about it, if RFC 1122 and the bucket allow, or else drops
 * it: either is written to `actions`. `word` is the MTU of `PROBLEM.fragmentationNeeded` and 0 of
 * other problems.
 */
export function answerError(
  packets: Packets,
  packet: Address,
  ip: Ipv4Header,
  problem: Problem,
  word: number,
  host: ErrorSource,
  nowMs: number,
  actions: Actions,
): void {
  let verdict = mayAnswer(packets, packet, ip)
  if (verdict === GOOD) verdict = judgeRate(packets.memory, host.limit, nowMs, ip)
  if (verdict === GOOD) verdict = icmpError(packets, packet, ip, problem, word, host.address)
  if (verdict !== GOOD) {
    actions.drop(packet, verdict)
    return
  }
  actions.count(EVENT.icps_error)
  actions.send(packet, ip.destination)
}

function judgeRate(memory: Memory, limit: Address, nowMs: number, ip: Ipv4Header): Reason {
  return takeToken(memory, limit, nowMs) ? GOOD : ip.refuse(REASON.icps_limited, 1, 0)
}
