import { LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import {
  Actions,
  FlatPackets,
  GOOD,
  Ipv4Header,
  ipv4Input,
  ipv4Output,
  parseAddress,
  UDP_SUM,
  udpDeliver,
  UdpHeader,
  udpInput,
  udpOutput,
} from '../src/index.ts'

/** Few enough for no garbage to be collected among them, most often. */
const DATAGRAMS = 2000
const SLICES = 51
/** An object of one field for each datagram would take this much. */
const ONE_EACH_BYTES = DATAGRAMS * 16

const packets = new FlatPackets(LiveMemory.create(1 << 14))
const ip = new Ipv4Header()
const udp = new UdpHeader()
const actions = new Actions()
/** An address that is negative as a word, and one that is not. */
const HIGH = parseAddress('200.0.0.1')
const LOW = parseAddress('100.0.2.1')
const LINK = { mtu: 1500, offload: 0 }

/** Sends a datagram to this host itself, and delivers it. */
function sendAndReceive(): void {
  packets.open(64, 128, 64, 100)
  ip.source = HIGH
  ip.destination = LOW
  udp.sourcePort = 50000
  udp.destinationPort = 7
  actions.clear()
  const verdict =
    udpOutput(packets, 64, udp, ip, UDP_SUM.full) |
    ipv4Output(packets, 64, ip, LINK) |
    ipv4Input(packets, 64, ip) |
    udpInput(packets, 64, ip, udp)
  if (verdict !== GOOD) throw new Error(`each verdict is good: ${verdict} came`)
  udpDeliver(packets, 64, ip, 8192, actions)
}

/** Bytes that the heap has grown by, or less if garbage was collected meanwhile. */
function growth(call: () => void): number {
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < DATAGRAMS; i++) call()
  return process.memoryUsage().heapUsed - before
}

/** The median of many, once the code has been compiled. */
function usualGrowth(call: () => void): number {
  for (let i = 0; i < SLICES * DATAGRAMS; i++) call()
  const all = Array.from({ length: SLICES }, () => growth(call)).sort((a, b) => a - b)
  return all[SLICES >> 1]!
}

describe('A datagram', () => {
  it('is sent and received without anything being allocated', () => {
    expect(usualGrowth(sendAndReceive)).toBeLessThan(ONE_EACH_BYTES / 4)
  })

  it('would be seen to allocate one small object', () => {
    let last: object = {}
    const allocates = () => {
      sendAndReceive()
      last = { verdict: actions.length }
    }
    expect(usualGrowth(allocates)).toBeGreaterThan(ONE_EACH_BYTES / 2)
    expect(last).toEqual({ verdict: 1 })
  })
})
