import { describe, expect, it } from 'vitest'
import {
  echoReply,
  explain,
  formatAddress,
  GOOD,
  ICMP_KIND,
  IcmpMessage,
  icmpInput,
  Ipv4Header,
  ipv4Input,
  PACKET_FLAG,
  parseAddress,
} from '../../src/index.ts'
import { digits } from '../support/bytes.ts'
import { GuardedPackets, PACKET } from '../support/guarded.ts'
import { type MadeIcmp, makeIcmp } from '../support/made.ts'

const packets = new GuardedPackets()
const ip = new Ipv4Header()
const icmp = new IcmpMessage()
const PING = Uint8Array.from({ length: 56 }, (_, i) => i)
const HERE = [192, 0, 2, 2]
const THERE = [192, 0, 2, 1]

/** The verdict on a request, with its sentence. */
function asked(made: MadeIcmp, flags = 0): string {
  packets.fill(makeIcmp({ word: [0x12, 0x34, 0, 7], data: PING, ...made }), flags)
  expect(ipv4Input(packets, PACKET, ip)).toBe(GOOD)
  return explain(icmpInput(packets, PACKET, ip, icmp), icmp)
}

const ANSWER = makeIcmp({
  source: HERE,
  destination: THERE,
  type: 0,
  word: [0x12, 0x34, 0, 7],
  data: PING,
})

describe('An echo request', () => {
  it('is answered with its own data, by the host that it was sent to (RFC 792)', () => {
    expect(asked({ type: 8 })).toMatch('good')
    expect([icmp.kind, icmp.word]).toEqual([ICMP_KIND.echo, 0x12340007])
    expect(echoReply(packets, PACKET, ip)).toBe(GOOD)
    expect(digits(packets.bytes())).toBe(digits(ANSWER))
    expect(formatAddress(ip.destination)).toBe('192.0.2.1')
  })

  it('is answered without its options, and with a whole life to live', () => {
    expect(asked({ type: 8, options: [1, 1, 1, 0, 1, 1, 1, 0], ttl: 3, id: 99 })).toMatch('good')
    echoReply(packets, PACKET, ip)
    expect(digits(packets.bytes())).toBe(digits(ANSWER))
  })

  it('is answered with the address that its caller says', () => {
    asked({ type: 8 })
    echoReply(packets, PACKET, ip, parseAddress('198.51.100.1'))
    expect([...packets.bytes().subarray(12, 16)]).toEqual([198, 51, 100, 1])
  })

  it('of nothing but zeros gets the checksum that RFC 1624 cannot tell', () => {
    asked({ type: 8, word: [0, 0, 0, 0], data: new Uint8Array(9) })
    echoReply(packets, PACKET, ip)
    expect([...packets.bytes().subarray(20, 24)]).toEqual([0, 0, 0xff, 0xff])
  })

  it('to many hosts is not answered (RFC 1122 section 3.2.2.6)', () => {
    const sentence = 'icps_bmcastecho: an echo request to many hosts is not answered'
    expect(asked({ type: 8, destination: [224, 0, 0, 1] })).toBe(sentence)
    expect(asked({ type: 8, destination: [255, 255, 255, 255] })).toBe(sentence)
    expect(asked({ type: 8 }, PACKET_FLAG.broadcast)).toBe(sentence)
  })
})

describe('An ICMP message is refused', () => {
  it('when its checksum is wrong', () => {
    const bytes = makeIcmp({ type: 8, data: PING })
    bytes[40] = bytes[40]! ^ 1
    packets.fill(bytes)
    ipv4Input(packets, PACKET, ip)
    expect(explain(icmpInput(packets, PACKET, ip, icmp), icmp)).toMatch('icps_checksum')
    packets.fill(bytes, PACKET_FLAG.sumGood)
    expect(icmpInput(packets, PACKET, ip, icmp)).toBe(GOOD)
  })

  it.each([
    [1, 0, 'icps_badtype: a type of RFC 792 was expected: 1 came'],
    [255, 0, 'icps_badtype: a type of RFC 792 was expected: 255 came'],
    [3, 16, 'icps_badcode: a code from 0 to 15 was expected of an error: 16 came'],
    [11, 2, 'icps_badcode: a code from 0 to 1 was expected of an error: 2 came'],
  ])('that has type %i and code %i', (type, code, sentence) => {
    expect(asked({ type, code })).toBe(sentence)
  })
})
