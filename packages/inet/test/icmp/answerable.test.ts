import { describe, expect, it } from 'vitest'
import {
  conditionsOf,
  GOOD,
  Ipv4Header,
  ipv4Input,
  nameOf,
  PACKET_FLAG,
  type ReasonName,
  UNANSWERABLE,
  verdictOn,
} from '../../src/index.ts'
import { GuardedPackets, PACKET } from '../support/guarded.ts'
import { makeIcmp, makeUdp } from '../support/made.ts'

const every = Array.from({ length: 1 << UNANSWERABLE.length }, (_, conditions) => conditions)

describe('The table of packets about which no error is sent', () => {
  it('says the first row that applies, for all sets of conditions', () => {
    for (const conditions of every) {
      const first = UNANSWERABLE.findIndex((_, i) => conditions & (1 << i))
      const expected = first < 0 ? 'good' : UNANSWERABLE[first]!.reason
      expect(nameOf(verdictOn(conditions))).toBe(expected)
    }
  })
})

const packets = new GuardedPackets()

/** The rows that apply to a packet. */
function rowsOf(bytes: Uint8Array, flags = 0): readonly ReasonName[] {
  const ip = new Ipv4Header()
  packets.fill(bytes, flags)
  ipv4Input(packets, PACKET, ip)
  const conditions = conditionsOf(packets, PACKET, ip)
  return UNANSWERABLE.filter((_, i) => conditions & (1 << i)).map(({ reason }) => reason)
}

const LOOPBACK = { source: [127, 0, 0, 1], destination: [127, 0, 0, 1] }

describe('Each condition of the table', () => {
  it('is absent from a datagram between two hosts, and from queries', () => {
    expect(verdictOn(0)).toBe(GOOD)
    expect(rowsOf(makeUdp({}))).toEqual([])
    for (const type of [0, 8, 13, 14, 15, 16, 17, 18]) {
      expect(rowsOf(makeIcmp({ type }))).toEqual([])
    }
  })

  it.each([
    ['an error', makeIcmp({ type: 3 }), 0, ['icps_oldicmp']],
    ['a redirect', makeIcmp({ type: 5 }), 0, ['icps_oldicmp']],
    ['what may be an error', makeIcmp({ type: 40 }), 0, ['icps_oldicmp']],
    ['to a multicast address', makeUdp({ destination: [224, 0, 0, 9] }), 0, ['icps_oldcast']],
    ['to all', makeUdp({ destination: [255, 255, 255, 255] }), 0, ['icps_oldcast']],
    ['from a link to many', makeUdp({}), PACKET_FLAG.multicast, ['icps_oldlinkcast']],
    ['to a network’s broadcast', makeUdp({}), PACKET_FLAG.broadcast, ['icps_oldlinkcast']],
    ['a first piece', makeUdp({ fragment: 0x2000 }), 0, []],
    ['a later piece', makeUdp({ fragment: 1 }), 0, ['icps_oldfrag']],
    ['from no address', makeUdp({ source: [0, 0, 0, 0] }), 0, ['icps_oldsource']],
    ['from this host to itself', makeUdp(LOOPBACK), PACKET_FLAG.loopback, []],
    [
      'a later piece of an ICMP message',
      makeIcmp({ type: 8, fragment: 1 }),
      0,
      ['icps_oldicmp', 'icps_oldfrag'],
    ],
  ])('is known: %s', (_, bytes, flags, expected) => {
    expect(rowsOf(bytes, flags)).toEqual(expected)
  })
})
