import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ACTION,
  Actions,
  answerError,
  ERRNO,
  EVENT,
  formatAddress,
  GOOD,
  icmpError,
  IcmpMessage,
  icmpInput,
  IcmpSubject,
  Ipv4Header,
  ipv4Input,
  nameOf,
  nextLowerMtu,
  openBucket,
  parseAddress,
  PROBLEM,
  readError,
  UNREACHABLE_ERRORS,
} from '../../src/index.ts'
import { digits, hex } from '../support/bytes.ts'
import { GuardedPackets, PACKET, ROOM } from '../support/guarded.ts'
import { makeIcmp, makeUdp } from '../support/made.ts'

const packets = new GuardedPackets()
const ip = new Ipv4Header()
const icmp = new IcmpMessage()
const about = new IcmpSubject()
const HERE = parseAddress('192.0.2.2')

describe('An ICMP error', () => {
  it('quotes the header and 8 bytes of the packet that it is about (RFC 792)', () => {
    packets.fill(makeUdp({ destinationPort: 9, data: new Uint8Array(100), padding: 4 }))
    ipv4Input(packets, PACKET, ip)
    expect(icmpError(packets, PACKET, ip, PROBLEM.portUnreachable, 0, HERE)).toBe(GOOD)
    const expected = hex(`
      4500 0038 0000 4000 4001 b6c1 c000 0202 c000 0201
      0303 817e 0000 0000
      4500 0080 0000 4000 4011 b669 c000 0201 c000 0202
      1388 0009 006c 6781`)
    expect(digits(packets.bytes())).toBe(digits(expected))
  })

  it('is read back by the sender: which packet, and what it means for its socket', () => {
    const tuples = fc.record({
      sourcePort: fc.nat(65535),
      destinationPort: fc.integer({ min: 1, max: 65535 }),
      data: fc.uint8Array({ maxLength: 20 }),
      options: fc.constantFrom([], [1, 1, 1, 0], [7, 7, 4, 0, 0, 0, 0, 0]),
    })
    const problems = fc.constantFrom(...Object.values(PROBLEM))
    fc.assert(
      fc.property(tuples, problems, fc.integer({ min: 68, max: 65535 }), (made, problem, mtu) => {
        packets.fill(makeUdp(made))
        ipv4Input(packets, PACKET, ip)
        const isTooBig = problem === PROBLEM.fragmentationNeeded
        icmpError(packets, PACKET, ip, problem, isTooBig ? mtu : 0, HERE)
        expect(ipv4Input(packets, PACKET, ip)).toBe(GOOD)
        expect(icmpInput(packets, PACKET, ip, icmp)).toBe(GOOD)
        expect(readError(packets, PACKET, ip, icmp, about)).toBe(GOOD)
        const { sourcePort, destinationPort } = made
        expect(about).toMatchObject({ protocol: 17, sourcePort, destinationPort })
        expect(formatAddress(about.source)).toBe('192.0.2.1')
        expect([about.destination, about.mtu]).toEqual([HERE, isTooBig ? mtu : 0])
      }),
      { seed: 7 },
    )
  })

  it.each(UNREACHABLE_ERRORS)('of code %i, %s, means errno %i', (code, _, errno) => {
    const data = makeUdp({}).subarray(0, 28)
    packets.fill(makeIcmp({ type: 3, code, data }))
    ipv4Input(packets, PACKET, ip)
    icmpInput(packets, PACKET, ip, icmp)
    expect(readError(packets, PACKET, ip, icmp, about)).toBe(GOOD)
    expect(about.errno).toBe(errno)
  })

  it('tells apart what is refused, what cannot be reached and what is too big', () => {
    const errnoOf = Object.fromEntries(UNREACHABLE_ERRORS.map(([, name, errno]) => [name, errno]))
    expect(errnoOf).toMatchObject({
      port: ERRNO.ECONNREFUSED,
      host: ERRNO.EHOSTUNREACH,
      'fragmentation needed': ERRNO.EMSGSIZE,
    })
  })

  it('without an MTU makes its receiver guess the next plateau (RFC 1191 section 7.1)', () => {
    const sizes = [65535, 1500, 1492, 1006, 297, 296, 68, 20]
    expect(sizes.map(nextLowerMtu)).toEqual([32000, 1492, 1006, 508, 296, 68, 68, 68])
  })

  it.each([
    ['fewer than 8 bytes behind the header', makeUdp({}).subarray(0, 27)],
    ['no room for the options that it says', Uint8Array.of(0x46, ...makeUdp({}).subarray(1, 28))],
    ['another version', Uint8Array.of(0x65, ...makeUdp({}).subarray(1, 28))],
    ['a header that is too short', Uint8Array.of(0x44, ...makeUdp({}).subarray(1, 28))],
  ])('is not believed that quotes %s', (_, data) => {
    packets.fill(makeIcmp({ type: 3, code: 3, data }))
    ipv4Input(packets, PACKET, ip)
    icmpInput(packets, PACKET, ip, icmp)
    expect(nameOf(readError(packets, PACKET, ip, icmp, about))).toBe('icps_badlen')
  })
})

const BUCKET = 64

/** Answers a packet with an error of this host, and says what is to be done. */
function answered(bytes: Uint8Array, nowMs: number, room = ROOM): readonly number[][] {
  const actions = new Actions()
  packets.fill(bytes, 0, room)
  ipv4Input(packets, PACKET, ip)
  const host = { address: HERE, limit: BUCKET }
  answerError(packets, PACKET, ip, PROBLEM.timeExceeded, 0, host, nowMs, actions)
  return Array.from({ length: actions.length }, (_, i) => [actions.kind(i), actions.value(i)])
}

const SENT = [
  [ACTION.count, EVENT.icps_error],
  [ACTION.send, parseAddress('192.0.2.1')],
]

function dropped(actions: readonly number[][]): string {
  expect(actions.map(([kind]) => kind)).toEqual([ACTION.drop])
  return nameOf(actions[0]![1]!)
}

describe('A packet that is answered with an error', () => {
  it('is sent back up to a rate, and else dropped', () => {
    openBucket(packets.memory, BUCKET, { perSecond: 10, burst: 2 }, 0)
    expect(answered(makeUdp({}), 0)).toEqual(SENT)
    expect(answered(makeUdp({}), 0)).toEqual(SENT)
    expect(dropped(answered(makeUdp({}), 99))).toBe('icps_limited')
    expect(answered(makeUdp({}), 100)).toEqual(SENT)
  })

  it('takes no token when RFC 1122 forbids an answer', () => {
    openBucket(packets.memory, BUCKET, { perSecond: 0, burst: 1 }, 0)
    expect(dropped(answered(makeIcmp({ type: 3 }), 0))).toBe('icps_oldicmp')
    expect(answered(makeUdp({}), 0)).toEqual(SENT)
  })

  it('is dropped without room for the headers', () => {
    openBucket(packets.memory, BUCKET, { perSecond: 0, burst: 1 }, 0)
    expect(dropped(answered(makeUdp({}), 0, 27))).toBe('noheadroom')
  })
})
