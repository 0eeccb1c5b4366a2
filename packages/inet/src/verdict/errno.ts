import { REASON, type Reason, REASON_NAMES } from './reasons.ts'

/** Errors of a socket call that this package can mean, with FreeBSD's numbers (errno(2)). */
export const ERRNO = {
  EMSGSIZE: 40,
  ENOPROTOOPT: 42,
  EADDRNOTAVAIL: 49,
  ENOBUFS: 55,
  ECONNREFUSED: 61,
  EHOSTUNREACH: 65,
} as const

const BY_REASON = new Uint8Array(REASON_NAMES.length)
BY_REASON[REASON.noheadroom] = ERRNO.ENOBUFS
BY_REASON[REASON.ips_cantfrag] = ERRNO.EMSGSIZE
BY_REASON[REASON.ips_toolong] = ERRNO.EMSGSIZE
BY_REASON[REASON.udps_toolong] = ERRNO.EMSGSIZE
BY_REASON[REASON.ips_noroute] = ERRNO.EHOSTUNREACH

/** What a refusal to send means for the call that wanted to; 0 for one that no sender gets. */
export function errnoOf(reason: Reason): number {
  return BY_REASON[reason]!
}
