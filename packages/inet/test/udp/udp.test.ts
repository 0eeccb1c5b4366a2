import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ACTION,
  Actions,
  ERRNO,
  errnoOf,
  explain,
  GOOD,
  Ipv4Header,
  ipv4Input,
  ipv4Output,
  nameOf,
  openBucket,
  PACKET_FLAG,
  parseAddress,
  REASON,
  UDP_SUM,
  udpDeliver,
  UdpHeader,
  udpInput,
  udpNoPort,
  udpOutput,
} from '../../src/index.ts'
import { digits, hex, put16 } from '../support/bytes.ts'
import { GuardedPackets, PACKET } from '../support/guarded.ts'
import { type MadeUdp, makeIpv4, makeUdp, sumUdp } from '../support/made.ts'

const packets = new GuardedPackets()
const ip = new Ipv4Header()
const udp = new UdpHeader()

function judge(bytes: Uint8Array, flags = 0): string {
  packets.fill(bytes, flags)
  expect(ipv4Input(packets, PACKET, ip)).toBe(GOOD)
  return explain(udpInput(packets, PACKET, ip, udp), udp)
}

function spoiled(made: MadeUdp, spoil: (bytes: Uint8Array) => void, sums = true): Uint8Array {
  const bytes = makeUdp(made)
  spoil(bytes)
  if (sums) sumUdp(bytes)
  return bytes
}

describe('A UDP datagram that goes', () => {
  it('has the bytes of RFC 768', () => {
    packets.fill(new TextEncoder().encode('hello'))
    ip.source = parseAddress('192.0.2.1')
    ip.destination = parseAddress('192.0.2.2')
    udp.sourcePort = 50000
    udp.destinationPort = 7
    expect(udpOutput(packets, PACKET, udp, ip, UDP_SUM.full)).toBe(GOOD)
    expect(ipv4Output(packets, PACKET, ip, { mtu: 1500, offload: 0 })).toBe(GOOD)
    const expected = hex(`
      4500 0021 0000 4000 4011 b6c8 c000 0201 c000 0202
      c350 0007 000d 74a6 6865 6c6c 6f`)
    expect(digits(packets.bytes())).toBe(digits(expected))
  })

  it('comes as it was meant, however it is summed', () => {
    const meant = fc.record({
      sourcePort: fc.nat(65535),
      destinationPort: fc.integer({ min: 1, max: 65535 }),
    })
    const ways = fc.constantFrom(UDP_SUM.full, UDP_SUM.none)
    fc.assert(
      fc.property(meant, ways, fc.uint8Array({ maxLength: 60 }), (ports, how, data) => {
        packets.fill(data)
        udpOutput(packets, PACKET, Object.assign(udp, ports), ip, how)
        ipv4Output(packets, PACKET, ip, { mtu: 1500, offload: 0 })
        expect(ipv4Input(packets, PACKET, ip)).toBe(GOOD)
        expect(udpInput(packets, PACKET, ip, udp)).toBe(GOOD)
        const hasSum = how === UDP_SUM.full
        expect(udp).toMatchObject({ ...ports, dataBytes: data.length, hasSum })
        udpDeliver(packets, PACKET, ip, 8192, new Actions())
        expect([...packets.bytes()]).toEqual([...data])
      }),
      { numRuns: 500, seed: 8 },
    )
  })

  it('whose checksum comes out as 0 says 0xffff, since 0 is none', () => {
    const bytes = makeUdp({ data: Uint8Array.of(0, 0), sourcePort: 1, destinationPort: 2 })
    const checksum = bytes[26]! * 256 + bytes[27]!
    packets.fill(Uint8Array.of(checksum >> 8, checksum))
    ip.source = parseAddress('192.0.2.1')
    ip.destination = parseAddress('192.0.2.2')
    Object.assign(udp, { sourcePort: 1, destinationPort: 2 })
    udpOutput(packets, PACKET, udp, ip, UDP_SUM.full)
    expect([...packets.bytes().subarray(6, 8)]).toEqual([0xff, 0xff])
  })

  it('has at most 65507 bytes of data, and above is EMSGSIZE', () => {
    packets.fill(new Uint8Array(65508))
    const verdict = udpOutput(packets, PACKET, udp, ip, UDP_SUM.full)
    expect(explain(verdict, udp)).toBe(
      'udps_toolong: a datagram has at most 65507 bytes of data: 65508 came',
    )
    expect(errnoOf(verdict)).toBe(ERRNO.EMSGSIZE)
  })

  it('without room for its header is refused', () => {
    packets.fill(new Uint8Array(5), 0, 7)
    expect(nameOf(udpOutput(packets, PACKET, udp, ip, UDP_SUM.none))).toBe('noheadroom')
  })
})

describe('A UDP datagram that came', () => {
  it('may be shorter than its packet: what is behind is taken away', () => {
    expect(judge(makeUdp({ data: Uint8Array.of(1, 2, 3), behind: 5 }))).toMatch('good')
    expect([udp.dataBytes, packets.length(PACKET), ip.payloadBytes]).toEqual([3, 31, 11])
  })

  it('without a checksum is not summed (RFC 768)', () => {
    const made = { data: Uint8Array.of(9), hasSum: false }
    expect(judge(makeUdp(made))).toMatch('good')
    expect(udp.hasSum).toBe(false)
  })

  it('is not summed when its link has verified it', () => {
    const bytes = spoiled({ data: Uint8Array.of(9) }, (all) => (all[28] = 8), false)
    expect(judge(bytes)).toMatch('udps_badsum')
    expect(judge(bytes, PACKET_FLAG.sumGood)).toMatch('good')
  })

  it('from another address than its sum was made with is refused', () => {
    const bytes = spoiled({}, (all) => put16(all, 26, 0x1234), false)
    expect(judge(bytes)).toMatch('udps_badsum: pseudo header, header and data add up to 65535')
  })

  it.each([
    [
      'no whole header',
      makeIpv4({ protocol: 17, payload: new Uint8Array(7) }),
      'udps_hdrops: a UDP header has 8 bytes: 7 came',
    ],
    [
      'a length below its header’s',
      spoiled({}, (bytes) => put16(bytes, 24, 7)),
      'udps_badlen: the length is from 8 to the 8 bytes that came: 7 came',
    ],
    [
      'a length above its packet’s',
      spoiled({}, (bytes) => put16(bytes, 24, 9)),
      'udps_badlen: the length is from 8 to the 8 bytes that came: 9 came',
    ],
    [
      'no destination port',
      makeUdp({ destinationPort: 0 }),
      'udps_badport: a destination port from 1 to 65535 was expected: 0 came',
    ],
  ])('is refused, and says why, with %s', (_, bytes, sentence) => {
    expect(judge(bytes)).toBe(sentence)
    expect([...packets.bytes()]).toEqual([...bytes])
  })
})

const BUCKET = 64
const HOST = { address: parseAddress('192.0.2.2'), limit: BUCKET }

/** What is to be done with a datagram that no block is for. */
function unwanted(made: MadeUdp, flags = 0): readonly (readonly [number, number])[] {
  const actions = new Actions()
  expect(judge(makeUdp(made), flags)).toMatch('good')
  udpNoPort(packets, PACKET, ip, HOST, 0, actions)
  return Array.from({ length: actions.length }, (_, i) => [actions.kind(i), actions.value(i)])
}

describe('A datagram’s way', () => {
  it('ends at a block, with its data alone', () => {
    const actions = new Actions()
    judge(makeUdp({ data: Uint8Array.of(1, 2, 3), options: [1, 1, 1, 0] }))
    udpDeliver(packets, PACKET, ip, 8192, actions)
    expect([...packets.bytes()]).toEqual([1, 2, 3])
    expect(actions.length).toBe(1)
    const first = [actions.kind(0), actions.packet(0), actions.pcb(0)]
    expect(first).toEqual([ACTION.deliver, PACKET, 8192])
  })

  it('without a block goes back to its sender as an error (RFC 1122 section 4.1.3.1)', () => {
    openBucket(packets.memory, BUCKET, { perSecond: 1, burst: 1 }, 0)
    const kinds = unwanted({}).map(([kind]) => kind)
    expect(kinds).toEqual([ACTION.count, ACTION.count, ACTION.send])
    expect([...packets.bytes().subarray(20, 22)]).toEqual([3, 3])
  })

  it('ends in silence without a block, for a broadcast', () => {
    const silence = [[ACTION.drop, REASON.udps_noportbcast]]
    expect(unwanted({ destination: [255, 255, 255, 255] })).toEqual(silence)
    expect(unwanted({ destination: [224, 0, 0, 5] })).toEqual(silence)
    expect(unwanted({}, PACKET_FLAG.broadcast)).toEqual(silence)
  })
})
