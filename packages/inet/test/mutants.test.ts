import { someOf } from '@smpnet/testing/models'
import { bug, type Mutation, mutantOf } from '@smpnet/testing/mutants'
import { describe, expect, it } from 'vitest'
import * as inet from '../src/index.ts'
import type { InetModule } from './support/account.ts'
import { checkBlocks } from './support/check-blocks.ts'
import { checkBucket } from './support/check-bucket.ts'
import { checkInput } from './support/check-input.ts'
import { checkOutput } from './support/check-output.ts'
import { checkSums } from './support/check-sums.ts'
import { checkTable } from './support/check-table.ts'

/** Every check of the package's behaviour; throws at the first broken promise. */
function checkAll(module: InetModule): readonly number[] {
  return [
    checkSums(module, 1, 5000),
    checkBlocks(module, 1, 2000),
    checkTable(module, 1, 50),
    checkBucket(module, 1, 300),
    checkOutput(module, 1, 2000),
    ...checkInput(module, 1, 60_000),
  ]
}

const INDEX = new URL('../src/index.ts', import.meta.url)
const SOURCES = new URL('../src/', import.meta.url)

/** What a check says that has found one. */
const FOUND = /expected|misuse|came/

/** Bugs that protocols have had, and slips of the pen. */
const BUGS: readonly Mutation[] = [
  // IPv4 that comes.
  bug('ipv4/ipv4-input', 'length < IPV4_HEADER_BYTES)', 'length < 19)'),
  bug('ipv4/ipv4-input', 'first >> 4 !== 4', 'false'),
  bug('ipv4/ipv4-input', 'bytes < IPV4_HEADER_BYTES ||', ''),
  bug('ipv4/ipv4-input', ' || bytes > length', ''),
  bug('ipv4/ipv4-input', 'at = packets.head(packet, bytes)', 'at = at'),
  bug('ipv4/ipv4-input', 'flags & PACKET_FLAG.ipSumGood) === 0', 'flags & 0) === 0'),
  bug('ipv4/ipv4-input', 'sum !== WHOLE_SUM', 'sum === 0'),
  bug('ipv4/ipv4-input', 'total < bytes', 'total < 20'),
  bug('ipv4/ipv4-input', 'total > length', 'total > length + 1'),
  bug('ipv4/ipv4-input', 'if (total < length) packets', 'if (false) packets'),
  bug('ipv4/ipv4-input', 'ip.payloadBytes = total - bytes', 'ip.payloadBytes = length - bytes'),
  bug('ipv4/ipv4-input', 'ip.moreFragments || ', ''),
  bug('ipv4/ipv4-input', ' || ip.fragmentOffset !== 0', ''),
  bug('ipv4/ipv4-input', 'if (isMartianSource(source, isInside)) return', 'if (false) return'),
  bug('ipv4/ipv4-options', 'bytes < least', 'bytes < 1'),
  bug('ipv4/ipv4-options', ' || bytes > left', ''),
  bug('ipv4/ipv4-options', 'left < 2 ? 0 :', ''),
  bug('ipv4/ipv4-options', 'type === END_OF_LIST', 'false'),
  bug('ipv4/ipv4-address', 'first !== 127', 'true'),
  bug('ipv4/ipv4-address', 'first < 224', 'first < 225'),
  bug('ipv4/ipv4-address', 'first < 240', 'first <= 240'),
  bug('ipv4/martians', "unspecified: { source: 'always'", "unspecified: { source: 'never'"),
  bug('ipv4/martians', "loopback: { source: 'inside'", "loopback: { source: 'always'"),
  bug('ipv4/ipv4-header', 'FRAGMENT_OFFSET) << 3', 'FRAGMENT_OFFSET) << 2'),
  bug('ipv4/ipv4-header', 'ip.protocol = (third >>> 16) & 255', 'ip.protocol = third >>> 16'),
  // IPv4 that goes.
  bug('ipv4/ipv4-header', '    halves(ip.source) +\n', ''),
  bug('ipv4/ipv4-header', '(ip.timeToLive << 24) |', '(ip.timeToLive << 25) |'),
  bug('ipv4/ipv4-output', 'total > link.mtu', 'total > link.mtu + 1'),
  bug('ipv4/ipv4-output', '| PACKET_FLAG.ipSumNeeded)', ')'),
  bug('ipv4/ipv4-forward', 'ip.timeToLive <= 1', 'ip.timeToLive === 0'),
  bug('ipv4/ipv4-forward', 'total > mtu', 'total >= mtu'),
  bug('ipv4/complete-sums', 'isUdp && checksum === 0 ? WHOLE_SUM : checksum', 'checksum ^ 1'),
  bug('ipv4/complete-sums', 'flags & ~OWED', 'flags'),
  bug('checksum/checksum', '(~before & 0xffff)', 'before'),
  bug('checksum/checksum', 'return (once & 0xffff) + (once >>> 16)', 'return once & 0xffff'),
  bug('checksum/checksum', '+ protocol + bytes', '+ bytes'),
  // ICMP.
  bug('icmp/icmp-input', 'ip.payloadBytes < ICMP_HEADER_BYTES', 'false'),
  bug('icmp/icmp-input', 'sum !== WHOLE_SUM', 'false'),
  bug('icmp/icmp-input', 'icmp.code > mostCodeOf(icmp.type)', 'icmp.code > 15'),
  bug('icmp/icmp-input', ' && isForMany(ip.destination, flags)', ' && false'),
  bug('icmp/echo-reply', 'const isSure = checksum !== 0', 'const isSure = true'),
  bug('icmp/echo-reply', 'if (optionBytes > 0)', 'if (false)'),
  bug('icmp/echo-reply', 'ip.source = from', ''),
  bug('icmp/echo-reply', 'ip.dontFragment = true', ''),
  bug('icmp/answerable', 'kind === ICMP_KIND.error ||', ''),
  bug('icmp/answerable', 'if (ip.fragmentOffset !== 0 || ip', 'if (ip'),
  bug('icmp/answerable', 'isManyHosts(ip.destination) ? IS_TO_MANY : 0', '0'),
  bug('icmp/answerable', '(cameToMany(packets.flags(packet)) ? CAME_TO_MANY : 0)', '0'),
  bug('icmp/answerable', '(ip.fragmentOffset !== 0 ? IS_LATER_FRAGMENT : 0)', '0'),
  bug('icmp/answerable', 'return kind === ADDRESS_KIND.unicast', 'return true'),
  bug('icmp/icmp-error', 'Math.min(QUOTED_BYTES, ip.payloadBytes)', 'QUOTED_BYTES'),
  bug('icmp/icmp-error', 'ip.typeOfService = 0', ''),
  bug('icmp/icmp-error', 'packets.length(packet) - ADDED_BYTES - quoted', '0'),
  bug('icmp/icmp-subject', ' || quoted < bytes + QUOTED_BYTES', ''),
  bug('icmp/icmp-subject', 'bytes < ipv4.IPV4_HEADER_BYTES ||', ''),
  bug('icmp/icmp-subject', 'quoted < least', 'quoted < 20'),
  bug('icmp/icmp-subject', 'offset !== 0', 'false'),
  bug('icmp/icmp-subject', 'memory.read16be(at + bytes)', 'memory.read16be(at + 20)'),
  bug('icmp/icmp-subject', 'said === 0 ?', 'false ?'),
  bug('icmp/mtu-plateaus', 'mtu < totalBytes', 'mtu <= totalBytes'),
  bug('icmp/icmp-errno', "'port', ERRNO.ECONNREFUSED", "'port', ERRNO.EHOSTUNREACH"),
  bug('icmp/token-bucket', 'Math.min(most, ', '('),
  bug('icmp/token-bucket', 'isThere ? has - TOKEN : has', 'isThere ? has - TOKEN : 0'),
  bug(
    'icmp/token-bucket',
    '(nowMs - memory.read(at + atMs)) | 0',
    'nowMs - memory.read(at + atMs)',
  ),
  // UDP and its blocks.
  bug('udp/udp-input', 'came < UDP_HEADER_BYTES', 'false'),
  bug('udp/udp-input', 'bytes < UDP_HEADER_BYTES ||', ''),
  bug('udp/udp-input', ' || bytes > came', ''),
  bug('udp/udp-input', 'if (udp.hasSum && (', 'if (('),
  bug('udp/udp-input', '(packets.flags(packet) & PACKET_FLAG.sumGood) === 0', 'true'),
  bug('udp/udp-input', '(ports & 0xffff) === 0', 'false'),
  bug(
    'udp/udp-input',
    'packets.sum(packet, ip.headerBytes, bytes)',
    'packets.sum(packet, 20, bytes)',
  ),
  bug('udp/udp-input', 'if (bytes < came)', 'if (false)'),
  bug('udp/udp-output', 'halves(ports) + bytes +', 'halves(ports) +'),
  bug('udp/udp-output', 'checksum = carried(pseudo)', 'checksum = complement(pseudo)'),
  bug('pcb/match', 'if (foreign !== foreignAddress) return MATCH.none', ''),
  bug('pcb/match', 'score += 2', 'score += 1'),
  bug('pcb/pcb-table', 'memory.store(link, memory.load(pcb + next))', ''),
  bug('pcb/pcb-table', 'memory.store(pcb + next, memory.load(ends))', ''),
  bug('pcb/pcb-table', 'memory.write(pcb + nextOfPort, memory.read(ports))', ''),
  bug('pcb/pcb-table', 'if (connected !== NIL) return connected', ''),
  bug('pcb/pcb-table', 'local === 0 || other', 'other'),
  bug('pcb/pcb-table', 'overlaps && memory.read(pcb + localPort) === port', 'overlaps'),
  bug('pcb/match', 'score > bestScore', 'score >= bestScore'),
]

describe('A bug that is planted', () => {
  it.each(someOf(BUGS, 6))('in $file is found: `$from` → `$to`', async (mutation) => {
    const mutant = await mutantOf<InetModule>(INDEX, SOURCES, mutation)
    expect(() => checkAll(mutant)).toThrow(FOUND)
  })

  it('is what is found: without one, all is as it should be', () => {
    expect(checkAll(inet).length).toBe(5 + inet.REASON_NAMES.length)
  })
})
