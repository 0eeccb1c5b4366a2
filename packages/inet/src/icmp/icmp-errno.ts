import { ERRNO } from '../verdict/errno.ts'
import { ICMP_TYPE } from './icmp-packet.ts'

/** What a code of destination unreachable is called, and what it means for a socket. */
type Row = readonly [code: number, name: string, errno: number]

/**
 * Destination unreachable, code by code: names of RFC 792 and RFC 1122 section 3.2.2.1. Errors are
 * those that FreeBSD's `icmp_errmap` gives: hard ones for protocol, port and what is prohibited
 * (RFC 1122 section 4.2.3.9), and such that pass for what a router may yet mend.
 */
export const UNREACHABLE_ERRORS: readonly Row[] = [
  [0, 'network', ERRNO.EHOSTUNREACH],
  [1, 'host', ERRNO.EHOSTUNREACH],
  [2, 'protocol', ERRNO.ECONNREFUSED],
  [3, 'port', ERRNO.ECONNREFUSED],
  [4, 'fragmentation needed', ERRNO.EMSGSIZE],
  [5, 'source route failed', ERRNO.EHOSTUNREACH],
  [6, 'network unknown', ERRNO.EHOSTUNREACH],
  [7, 'host unknown', ERRNO.EHOSTUNREACH],
  [8, 'source host isolated', ERRNO.EHOSTUNREACH],
  [9, 'network prohibited', ERRNO.ECONNREFUSED],
  [10, 'host prohibited', ERRNO.ECONNREFUSED],
  [11, 'network for type of service', ERRNO.EHOSTUNREACH],
  [12, 'host for type of service', ERRNO.EHOSTUNREACH],
  [13, 'administratively prohibited', ERRNO.ECONNREFUSED],
  [14, 'host precedence violation', ERRNO.EHOSTUNREACH],
  [15, 'precedence cutoff', ERRNO.EHOSTUNREACH],
]

const TOO_BIG_CODE = 4
const CODES = 16
const BY_TYPE_AND_CODE = new Uint8Array(256 * CODES)
for (const [code, , errno] of UNREACHABLE_ERRORS) put(ICMP_TYPE.unreachable, code, errno)
// In transit; a time exceeded of code 1 is about pieces, of which a sender learns by its own timer.
put(ICMP_TYPE.timeExceeded, 0, ERRNO.EHOSTUNREACH)
for (const code of [0, 1]) put(ICMP_TYPE.parameterProblem, code, ERRNO.ENOPROTOOPT)

/**
 * What an ICMP error means for the socket whose packet it quotes: 0 for nothing, as of a source
 * quench (RFC 6633 section 3) and of a redirect.
 */
export function errnoOfMessage(type: number, code: number): number {
  return code < CODES ? BY_TYPE_AND_CODE[type * CODES + code]! : 0
}

/** Whether it says that a packet was too big for a link. */
export function isTooBig(type: number, code: number): boolean {
  return type === ICMP_TYPE.unreachable && code === TOO_BIG_CODE
}

function put(type: number, code: number, errno: number): void {
  BY_TYPE_AND_CODE[type * CODES + code] = errno
}
