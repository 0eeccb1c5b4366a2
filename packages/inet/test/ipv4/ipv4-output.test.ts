import { LiveMemory } from '@smpnet/memory'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as inet from '../../src/index.ts'
import { digits } from '../support/bytes.ts'
import { checkOutput } from '../support/check-output.ts'
import { GuardedPackets, PACKET } from '../support/guarded.ts'
import { makeIpv4 } from '../support/made.ts'

const packets = new GuardedPackets()
const LINK = { mtu: 1500, offload: 0 }

/** What a header can mean, of packets that are whole and from outside. */
const headers = fc.record({
  source: fc.integer({ min: 0x01000000, max: 0x7effffff }),
  destination: fc.integer({ min: -(2 ** 31), max: -(2 ** 29) - 1 }),
  protocol: fc.nat(255),
  timeToLive: fc.nat(255),
  typeOfService: fc.nat(255),
  identification: fc.nat(65535),
  dontFragment: fc.boolean(),
})

describe('An IPv4 packet that goes', () => {
  it('comes as it was meant', () => {
    fc.assert(
      fc.property(headers, fc.uint8Array({ maxLength: 40 }), (meant, data) => {
        const ip = Object.assign(new inet.Ipv4Header(), meant)
        packets.fill(data)
        expect(inet.ipv4Output(packets, PACKET, ip, LINK)).toBe(inet.GOOD)
        const came = new inet.Ipv4Header()
        expect(inet.ipv4Input(packets, PACKET, came)).toBe(inet.GOOD)
        expect(came).toMatchObject({ ...meant, payloadBytes: data.length })
      }),
      { numRuns: 1000, seed: 5 },
    )
  })

  it('has the bytes of RFC 791, however it is summed, and after a hop', () => {
    expect(checkOutput(inet, 6, 20_000)).toBe(20_000)
  })

  it('that is above the link’s MTU is refused, for which a sender gets EMSGSIZE', () => {
    const ip = new inet.Ipv4Header()
    packets.fill(new Uint8Array(1481))
    const verdict = inet.ipv4Output(packets, PACKET, ip, LINK)
    expect(inet.explain(verdict, ip)).toBe(
      'ips_cantfrag: a packet that may not be cut has at most 1500 bytes here: 1501 came',
    )
    expect(inet.errnoOf(verdict)).toBe(inet.ERRNO.EMSGSIZE)
    expect(packets.length(PACKET)).toBe(1481)
  })

  it('that no total length can say is refused', () => {
    const ip = new inet.Ipv4Header()
    packets.fill(new Uint8Array(65516))
    const verdict = inet.ipv4Output(packets, PACKET, ip, { mtu: 70000, offload: 0 })
    expect(inet.nameOf(verdict)).toBe('ips_toolong')
    expect(inet.errnoOf(verdict)).toBe(inet.ERRNO.EMSGSIZE)
  })

  it('without room for its header is refused', () => {
    packets.fill(new Uint8Array(4), 0, 19)
    const verdict = inet.ipv4Output(packets, PACKET, new inet.Ipv4Header(), LINK)
    expect(inet.nameOf(verdict)).toBe('noheadroom')
    expect(inet.errnoOf(verdict)).toBe(inet.ERRNO.ENOBUFS)
  })
})

describe('An IPv4 packet that goes on', () => {
  it('has its last hop behind it when it came with one', () => {
    const ip = new inet.Ipv4Header()
    for (const ttl of [0, 1]) {
      packets.fill(makeIpv4({ ttl }))
      inet.ipv4Input(packets, PACKET, ip)
      const verdict = inet.ipv4Forward(packets, PACKET, ip, 1500)
      expect(inet.nameOf(verdict)).toBe('ips_ttl')
    }
  })

  it('keeps its checksum right, whatever its time to live', () => {
    const ip = new inet.Ipv4Header()
    for (let ttl = 2; ttl < 256; ttl++) {
      packets.fill(makeIpv4({ ttl, id: ttl * 257 }))
      inet.ipv4Input(packets, PACKET, ip)
      expect(inet.ipv4Forward(packets, PACKET, ip, 20)).toBe(inet.GOOD)
      const expected = makeIpv4({ ttl: ttl - 1, id: ttl * 257 })
      expect(digits(packets.bytes())).toBe(digits(expected))
    }
  })
})

describe('A TCP segment whose sum the link owes', () => {
  it('gets it at its own place, and the header’s', () => {
    const segment = new Uint8Array(24).fill(3)
    segment.set([0, 44], 16) // the pseudo header's sum, as if it were this
    packets.fill(makeIpv4({ protocol: 6, payload: segment }), inet.PACKET_FLAG.sumNeeded)
    expect(inet.completeSums(packets, PACKET, new inet.Ipv4Header())).toBe(inet.GOOD)
    const bytes = packets.bytes()
    const sum = ~(11 * 0x0303 + 44) & 0xffff
    expect([bytes[36]! * 256 + bytes[37]!, packets.flags(PACKET)]).toEqual([sum, 0])
  })
})

describe('A copy of a packet that owes its sums', () => {
  const OWED = inet.PACKET_FLAG.sumNeeded | inet.PACKET_FLAG.ipSumNeeded
  const [FLAT, BUFFER, COPY] = [64, 128, 512]
  const memory = LiveMemory.create(1024)
  const flat = new inet.FlatPackets(memory)

  const bytesAt = (at: number, length: number): Uint8Array => {
    const bytes = new Uint8Array(length)
    memory.copyOut(at, bytes, 0, length)
    return bytes
  }

  /** Makes the flat packet one of UDP that owes both, and gives its bytes before and after. */
  function owing(): { partial: Uint8Array; whole: Uint8Array } {
    const datagram = new Uint8Array(17).fill(5)
    datagram.set([0, 44], 6) // the pseudo header's sum, as if it were this
    const partial = makeIpv4({ protocol: 17, payload: datagram })
    partial.fill(0, 10, 12)
    const fill = (): void => {
      memory.copyIn(BUFFER, partial, 0, partial.length)
      flat.open(FLAT, BUFFER, 0, partial.length)
      flat.setFlags(FLAT, OWED)
    }
    fill()
    inet.completeSums(flat, FLAT, new inet.Ipv4Header())
    const whole = bytesAt(BUFFER, partial.length)
    fill()
    return { partial, whole }
  }

  function copied(bytes: Uint8Array): Uint8Array {
    memory.copyIn(COPY, bytes, 0, bytes.length)
    inet.completeCopy(flat, FLAT, COPY, bytes.length)
    return bytesAt(COPY, bytes.length)
  }

  it('shows them, and the packet still owes them', () => {
    const { partial, whole } = owing()
    expect(digits(whole)).not.toBe(digits(partial))
    expect(digits(copied(partial))).toBe(digits(whole))
    expect(digits(bytesAt(BUFFER, partial.length))).toBe(digits(partial))
    expect(flat.flags(FLAT)).toBe(OWED)
  })

  it('that ends early shows those that it has, of the whole packet', () => {
    const { partial, whole } = owing()
    expect(digits(copied(partial.subarray(0, 28)))).toBe(digits(whole.subarray(0, 28)))
    const header = [...whole.subarray(0, 20), ...partial.subarray(20, 27)]
    expect(digits(copied(partial.subarray(0, 27)))).toBe(digits(Uint8Array.from(header)))
    expect(digits(copied(partial.subarray(0, 19)))).toBe(digits(partial.subarray(0, 19)))
  })
})
