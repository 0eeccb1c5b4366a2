import type { Address, Memory } from '@smpnet/memory'
import { GOOD, REASON, type Reason } from '../verdict/reasons.ts'
import type { Ipv4Header } from './ipv4-header.ts'
import { IPV4_HEADER_BYTES } from './ipv4-packet.ts'

/** Options of RFC 791 section 3.1 that are told apart. */
const END_OF_LIST = 0
const NO_OPERATION = 1
const LOOSE_SOURCE_ROUTE = 131
const STRICT_SOURCE_ROUTE = 137

/**
 * Steps over the options of a header of `headerBytes` bytes at `at`. What they ask for is not done
 * (RFC 1122 section 3.2.1.8: a host ignores those that it does not know), but source routes are
 * refused, as RFC 7126 section 4.3.5 advises, and so are options that do not end in the header.
 */
export function judgeOptions(
  memory: Memory,
  at: Address,
  headerBytes: number,
  ip: Ipv4Header,
): Reason {
  let offset = IPV4_HEADER_BYTES
  while (offset < headerBytes) {
    const type = memory.read8(at + offset)
    if (type === END_OF_LIST) return GOOD
    if (type === LOOSE_SOURCE_ROUTE || type === STRICT_SOURCE_ROUTE) {
      return ip.refuse(REASON.ips_sourceroute, 0, type)
    }
    const left = headerBytes - offset
    const bytes = type === NO_OPERATION ? 1 : left < 2 ? 0 : memory.read8(at + offset + 1)
    const least = type === NO_OPERATION ? 1 : 2
    if (bytes < least || bytes > left) return ip.refuse(REASON.ips_badoptions, left, bytes)
    offset += bytes
  }
  return GOOD
}
