import { describe, expect, it } from 'vitest'
import {
  explain,
  formatAddress,
  GOOD,
  Ipv4Header,
  ipv4Input,
  nameOf,
  PACKET_FLAG,
} from '../../src/index.ts'
import { hex, put16 } from '../support/bytes.ts'
import { GuardedPackets, PACKET } from '../support/guarded.ts'
import { makeIpv4, sumIpv4 } from '../support/made.ts'

const packets = new GuardedPackets()
const ip = new Ipv4Header()

/** The verdict by its name. */
function judge(bytes: Uint8Array, flags = 0): string {
  packets.fill(bytes, flags)
  return nameOf(ipv4Input(packets, PACKET, ip))
}

/** A packet that was right until `spoil` changed it; its checksum is right again if wanted. */
function spoiled(spoil: (bytes: Uint8Array) => void, sums = true): Uint8Array {
  const bytes = makeIpv4({ payload: new Uint8Array(12) })
  spoil(bytes)
  if (sums) sumIpv4(bytes)
  return bytes
}

describe('An IPv4 packet that came', () => {
  it('means what its header says', () => {
    const header = '4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7'
    packets.fill(hex(header + '00'.repeat(0x73 - 20)))
    expect(ipv4Input(packets, PACKET, ip)).toBe(GOOD)
    expect([formatAddress(ip.source), formatAddress(ip.destination)]).toEqual([
      '192.168.0.1',
      '192.168.0.199',
    ])
    expect(ip).toMatchObject({
      protocol: 17,
      timeToLive: 64,
      typeOfService: 0,
      identification: 0,
      dontFragment: true,
      moreFragments: false,
      fragmentOffset: 0,
      headerBytes: 20,
      payloadBytes: 0x73 - 20,
    })
  })

  it('loses what its link has added behind', () => {
    expect(judge(makeIpv4({ payload: Uint8Array.of(1, 2, 3), padding: 23 }))).toBe('good')
    expect(packets.length(PACKET)).toBe(23)
  })

  it('is good without a sum when its link has verified it', () => {
    const bytes = spoiled((bytes) => put16(bytes, 10, 0), false)
    expect(judge(bytes)).toBe('ips_badsum')
    expect(judge(bytes, PACKET_FLAG.ipSumGood)).toBe('good')
  })

  it('may have options, which are skipped', () => {
    // No operation, a route to be recorded, and the end of the list with rubbish behind.
    const options = [1, 7, 7, 4, 0, 0, 0, 0, 0, 99, 99, 99]
    expect(judge(makeIpv4({ options, payload: new Uint8Array(4) }))).toBe('good')
    expect([ip.headerBytes, ip.payloadBytes]).toEqual([32, 4])
  })

  it('in pieces is a verdict of its own, and its record is filled', () => {
    expect(judge(makeIpv4({ fragment: 0x2000 }))).toBe('ips_fragments')
    expect([ip.moreFragments, ip.fragmentOffset]).toEqual([true, 0])
    expect(judge(makeIpv4({ fragment: 0x0003, padding: 2 }))).toBe('ips_fragments')
    expect([ip.moreFragments, ip.fragmentOffset, packets.length(PACKET)]).toEqual([false, 24, 20])
  })
})

/** What is wrong, the bytes, and the sentence that says so. */
const REFUSALS: readonly [string, Uint8Array, string][] = [
  [
    'is too small for a header',
    new Uint8Array(19),
    'ips_toosmall: an IPv4 header has at least 20 bytes: 19 came',
  ],
  [
    'has another version',
    spoiled((bytes) => (bytes[0] = 0x65)),
    'ips_badvers: the version is 4: 6 came',
  ],
  [
    'has too short a header',
    spoiled((bytes) => (bytes[0] = 0x44)),
    'ips_badhlen: a header has from 20 bytes to all 32 of its packet: 16 came',
  ],
  [
    'has a longer header than it is itself',
    spoiled((bytes) => (bytes[0] = 0x4f)),
    'ips_badhlen: a header has from 20 bytes to all 32 of its packet: 60 came',
  ],
  [
    'has one bit turned',
    spoiled((bytes) => (bytes[8] = 65), false),
    'ips_badsum: header and checksum add up to 65535: 256 came',
  ],
  [
    'has a total length that does not cover the header',
    spoiled((bytes) => put16(bytes, 2, 19)),
    'ips_badlen: the total length covers the header of 20 bytes: 19 came',
  ],
  [
    'is shorter than it says',
    spoiled((bytes) => put16(bytes, 2, 33)),
    'ips_tooshort: a packet has the 33 bytes that its header says: 32 came',
  ],
  [
    'has an option that ends behind the header',
    makeIpv4({ options: [1, 1, 7, 3] }),
    'ips_badoptions: an option ends within the header, 2 bytes on: 3 came',
  ],
  [
    'has an option without its length',
    makeIpv4({ options: [1, 1, 1, 7] }),
    'ips_badoptions: an option ends within the header, 1 bytes on: 0 came',
  ],
  [
    'has an option that would never end',
    makeIpv4({ options: [7, 0, 0, 0] }),
    'ips_badoptions: an option ends within the header, 4 bytes on: 0 came',
  ],
  [
    'brings its own route',
    makeIpv4({ options: [131, 3, 4, 0] }),
    'ips_sourceroute: the path is for routers to choose: option 131 gives one',
  ],
]

describe('An IPv4 packet is refused, and says why, when it', () => {
  it.each(REFUSALS)('%s', (_, bytes, sentence) => {
    packets.fill(bytes)
    expect(explain(ipv4Input(packets, PACKET, ip), ip)).toBe(sentence)
    expect([...packets.bytes()]).toEqual([...bytes])
  })

  it('comes from an address that nobody outside has', () => {
    const bytes = makeIpv4({ source: [127, 0, 0, 1] })
    expect(judge(bytes)).toBe('ips_badaddr')
    expect(judge(bytes, PACKET_FLAG.loopback)).toBe('good')
  })

  it('has its header in more than one buffer', () => {
    packets.firstBuffer = 20
    expect(judge(makeIpv4({ options: [1, 1, 1, 0] }))).toBe('nopullup')
    packets.firstBuffer = Number.POSITIVE_INFINITY
  })
})
