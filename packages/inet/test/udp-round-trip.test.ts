import { describe, expect, it } from 'vitest'
import {
  GOOD,
  Ipv4Header,
  ipv4Input,
  ipv4Output,
  parseAddress,
  UDP_SUM,
  UdpHeader,
  udpInput,
  udpOutput,
} from '../src/index.ts'
import { digits, hex } from './support/bytes.ts'
import { GuardedPackets, PACKET } from './support/guarded.ts'

describe('A datagram', () => {
  it('has the bytes of the RFCs, and comes as it was sent', () => {
    const packets = new GuardedPackets()
    packets.fill(new TextEncoder().encode('hello'))
    const ip = new Ipv4Header()
    const udp = new UdpHeader()
    ip.source = parseAddress('192.0.2.1')
    ip.destination = parseAddress('192.0.2.2')
    udp.sourcePort = 50000
    udp.destinationPort = 7
    expect(udpOutput(packets, PACKET, udp, ip, UDP_SUM.full)).toBe(GOOD)
    expect(ipv4Output(packets, PACKET, ip, { mtu: 1500, offload: 0 })).toBe(GOOD)
    expect(digits(packets.bytes())).toBe(
      digits(
        hex('4500 0021 0000 4000 4011 b6c8 c000 0201 c000 0202 c350 0007 000d 74a6 6865 6c6c 6f'),
      ),
    )
    expect(ipv4Input(packets, PACKET, ip)).toBe(GOOD)
    expect(udpInput(packets, PACKET, ip, udp)).toBe(GOOD)
    expect([udp.sourcePort, udp.destinationPort, udp.dataBytes]).toEqual([50000, 7, 5])
  })
})
