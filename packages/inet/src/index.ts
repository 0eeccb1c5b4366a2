export { ACTION, Actions } from './actions/actions.ts'
export {
  carried,
  complement,
  halves,
  pseudoSum,
  updated,
  WHOLE_SUM,
} from './checksum/checksum.ts'
export { answerError, type ErrorSource } from './icmp/answer-error.ts'
export { conditionsOf, mayAnswer, UNANSWERABLE, verdictOn } from './icmp/answerable.ts'
export { echoReply } from './icmp/echo-reply.ts'
export { errnoOfMessage, isTooBig, UNREACHABLE_ERRORS } from './icmp/icmp-errno.ts'
export { icmpError, PROBLEM, type Problem, QUOTED_BYTES } from './icmp/icmp-error.ts'
export { icmpInput } from './icmp/icmp-input.ts'
export { IcmpMessage } from './icmp/icmp-message.ts'
export { ICMP_HEADER_BYTES, ICMP_TYPE } from './icmp/icmp-packet.ts'
export { IcmpSubject, readError } from './icmp/icmp-subject.ts'
export { ICMP_KIND, kindOfType, mostCodeOf } from './icmp/icmp-types.ts'
export { LEAST_MTU, MTU_PLATEAUS, nextLowerMtu } from './icmp/mtu-plateaus.ts'
export { openBucket, takeToken, TOKEN_BUCKET } from './icmp/token-bucket.ts'
export { completeCopy, completeSums } from './ipv4/complete-sums.ts'
export { cameToMany, isForMany, isManyHosts } from './ipv4/for-many.ts'
export {
  ADDRESS_KIND,
  BROADCAST,
  formatAddress,
  kindOf,
  LOOPBACK,
  NO_ADDRESS,
  parseAddress,
  UNSPECIFIED,
} from './ipv4/ipv4-address.ts'
export { decrementTimeToLive, ipv4Forward } from './ipv4/ipv4-forward.ts'
export {
  DEFAULT_TTL,
  emitIpv4,
  emitIpv4Unsummed,
  Ipv4Header,
  readIpv4,
} from './ipv4/ipv4-header.ts'
export { ipv4Input } from './ipv4/ipv4-input.ts'
export { ipv4Output, type LinkLimits } from './ipv4/ipv4-output.ts'
export {
  IPV4_HEADER_BYTES,
  IPV4_MOST_BYTES,
  IPV4_MOST_HEADER_BYTES,
  PROTOCOL,
} from './ipv4/ipv4-packet.ts'
export { isMartianDestination, isMartianSource, MARTIAN_RULES } from './ipv4/martians.ts'
export { FLAT_PACKET, FlatPackets } from './packet/flat-packets.ts'
export { PACKET_FLAG, type Packets } from './packet/packets.ts'
export { ENDPOINT_OFFSET, ENDPOINTS, writeEndpoints } from './pcb/endpoints.ts'
export {
  chooseEphemeralPort,
  DYNAMIC_PORTS,
  NO_PORT,
  type PortRange,
  type Random,
} from './pcb/ephemeral-port.ts'
export { bestMatch, MATCH, matchScore, MOST_IN_CHAIN } from './pcb/match.ts'
export { PcbTable, type PcbTableHandle, type PcbTableShape } from './pcb/pcb-table.ts'
export { portHash, tupleHash } from './pcb/tuple-hash.ts'
export { udpDeliver } from './udp/udp-deliver.ts'
export { UdpHeader } from './udp/udp-header.ts'
export { udpInput } from './udp/udp-input.ts'
export { udpNoPort } from './udp/udp-no-port.ts'
export { UDP_SUM, udpOutput } from './udp/udp-output.ts'
export { UDP_HEADER_BYTES } from './udp/udp-packet.ts'
export { UDP_PCB, UDP_PCB_FLAG } from './udp/udp-pcb.ts'
export { ERRNO, errnoOf } from './verdict/errno.ts'
export { explain, Judgement } from './verdict/judgement.ts'
export {
  COUNTER_NAMES,
  EVENT,
  type EventName,
  GOOD,
  nameOf,
  REASON,
  REASON_NAMES,
  type Reason,
  type ReasonName,
  sentenceOf,
} from './verdict/reasons.ts'
