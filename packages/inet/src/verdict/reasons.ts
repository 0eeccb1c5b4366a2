/**
 * Why a packet is refused. Names are those of FreeBSD's `netstat -s` (struct ipstat, icmpstat,
 * udpstat) where it has one. A sentence says what was expected and what came, where the judge
 * noted it: see `Judgement`.
 */
const SENTENCES = {
  good: 'nothing is wrong with the packet',

  nopullup: 'a header lies in one buffer: the first one cannot hold {expected} bytes',
  noheadroom: 'a header goes before the data: {expected} bytes of room were expected there',

  ips_toosmall: 'an IPv4 header has at least {expected} bytes: {came} came',
  ips_badvers: 'the version is {expected}: {came} came',
  ips_badhlen: 'a header has from 20 bytes to all {expected} of its packet: {came} came',
  ips_badsum: 'header and checksum add up to {expected}: {came} came',
  ips_badlen: 'the total length covers the header of {expected} bytes: {came} came',
  ips_tooshort: 'a packet has the {expected} bytes that its header says: {came} came',
  ips_badoptions: 'an option ends within the header, {expected} bytes on: {came} came',
  ips_sourceroute: 'the path is for routers to choose: option {came} gives one',
  ips_badaddr: 'such an address does not come from outside: {came} came',
  ips_fragments: 'a datagram comes whole, at offset {expected}: a piece at {came} came',
  ips_ttl: 'a packet to forward has more than {expected} hop left: {came} came',
  ips_cantfrag: 'a packet that may not be cut has at most {expected} bytes here: {came} came',
  ips_toolong: 'a datagram has at most {expected} bytes: {came} came',
  ips_noproto: 'a protocol of this host was expected: {came} came',
  ips_noroute: 'a destination that this host has a route to was expected: {came} came',

  icps_tooshort: 'an ICMP message has at least {expected} bytes: {came} came',
  icps_checksum: 'message and checksum add up to {expected}: {came} came',
  icps_badtype: 'a type of RFC 792 was expected: {came} came',
  icps_badcode: 'a code from 0 to {expected} was expected of an error: {came} came',
  icps_badlen: 'an error quotes a header and {expected} bytes: {came} came',
  icps_bmcastecho: 'an echo request to many hosts is not answered',
  icps_oldicmp: 'no error is sent about an ICMP error',
  icps_oldcast: 'no error is sent about a packet to many hosts',
  icps_oldlinkcast: 'no error is sent about a packet that its link brought to many hosts',
  icps_oldfrag: 'no error is sent about a piece that is not the first',
  icps_oldsource: 'no error is sent to an address that is not one host',
  icps_limited: 'errors are sent up to a rate: {came} were left of it',

  udps_hdrops: 'a UDP header has {expected} bytes: {came} came',
  udps_badlen: 'the length is from 8 to the {expected} bytes that came: {came} came',
  udps_badsum: 'pseudo header, header and data add up to {expected}: {came} came',
  udps_badport: 'a destination port from 1 to 65535 was expected: {came} came',
  udps_noport: 'a socket at the port was expected: none is at {came}',
  udps_noportbcast: 'a broadcast to a port without a socket is dropped in silence: to {came}',
  udps_fullsock: 'a socket’s buffer has room for a datagram: {came} bytes came',
  udps_toolong: 'a datagram has at most {expected} bytes of data: {came} came',
} as const

export type ReasonName = keyof typeof SENTENCES

/** What went well is counted, too, under names that follow those of the reasons. */
const EVENTS = [
  'ips_total',
  'ips_delivered',
  'ips_forward',
  'ips_localout',
  'icps_reflect',
  'icps_error',
  'udps_ipackets',
  'udps_opackets',
  'udps_nosum',
] as const

export type EventName = (typeof EVENTS)[number]

/** The names of all reasons; a reason is the number of its name here. */
export const REASON_NAMES = Object.keys(SENTENCES) as ReasonName[]

/** The names of all counters: reasons first, each at its own number, and then events. */
export const COUNTER_NAMES: readonly (ReasonName | EventName)[] = [...REASON_NAMES, ...EVENTS]

/** A verdict: `GOOD`, or a number of `REASON`. */
export type Reason = number

/** The verdict on a packet that nothing is wrong with. */
export const GOOD: Reason = 0

/** Reasons by name. */
export const REASON = numbered(REASON_NAMES, 0)

/** What else is counted, by name: numbers of counters that are no reasons. */
export const EVENT = numbered(EVENTS, REASON_NAMES.length)

/** The sentence of a reason, as it is written: `{expected}` and `{came}` stand for figures. */
export function sentenceOf(reason: Reason): string {
  return SENTENCES[nameOf(reason)]
}

/** The name of a reason. Throws a RangeError for a number that is none. */
export function nameOf(reason: Reason): ReasonName {
  const name = REASON_NAMES[reason]
  if (name !== undefined) return name
  throw new RangeError(`a reason is from 0 to ${REASON_NAMES.length - 1}: ${reason} came`)
}

function numbered<Name extends string>(
  names: readonly Name[],
  first: number,
): Readonly<Record<Name, number>> {
  const entries = names.map((name, i) => [name, first + i] as const)
  return Object.freeze(Object.fromEntries(entries)) as Record<Name, number>
}
