import { type Address, Arena, Interrupt, LiveMemory, type Memory } from '@smpnet/memory'
import type { Cpu } from '@smpnet/machine'
import { Mbufs } from '@smpnet/mbuf'
import {
  GOOD,
  Ipv4Header,
  ipv4Output,
  type LinkLimits,
  parseAddress,
  UDP_SUM,
  UdpHeader,
  udpOutput,
} from '@smpnet/inet'

export const HERE = parseAddress('10.0.0.1')
export const THERE = parseAddress('10.0.0.2')
export const PORTS = { from: 4000, to: 5000 } as const
/** Bytes of both headers. */
export const HEADERS = 28

/** A live memory with packets, for code that needs no machine. */
export function makeBench(cpus = 2) {
  const memory = LiveMemory.create(8 << 20)
  const arena = Arena.create(memory)
  const mbufs = Mbufs.create(arena, { name: 'test', cpus, mbufs: 256, clusters: { of2k: 64 } })
  return { memory, arena, mbufs, irq: new Interrupt(0) }
}

/** A CPU that only knows its number and the time that it is told. */
export function cpuAt(id: number, nowNs: number): Cpu {
  return { id, now: () => nowNs } as Cpu
}

/** Puts UDP and IP headers before a packet of data; its sums are owed to the link. */
export function address(
  mbufs: Mbufs,
  packet: Address,
  link: LinkLimits,
  sums: number = UDP_SUM.offloaded,
): void {
  const ip = new Ipv4Header()
  const udp = new UdpHeader()
  Object.assign(ip, { source: HERE, destination: THERE, timeToLive: 64, identification: 7 })
  Object.assign(udp, { sourcePort: PORTS.from, destinationPort: PORTS.to })
  const verdicts = [udpOutput(mbufs, packet, udp, ip, sums), ipv4Output(mbufs, packet, ip, link)]
  if (verdicts.some((verdict) => verdict !== GOOD)) throw new Error(`refused: ${verdicts}`)
}

/** A datagram whose data are the bytes 0, 1, 2 and so on from `first` on. */
export function datagram(
  { mbufs, irq }: { mbufs: Mbufs; irq: Interrupt },
  bytes: number,
  { first = 0, link = { mtu: 65535, offload: 0 }, sums = UDP_SUM.full as number } = {},
): Address {
  const packet = mbufs.allocNow(irq, bytes)
  mbufs.copyIn(
    packet,
    0,
    Uint8Array.from({ length: bytes }, (_, i) => first + i),
    0,
    bytes,
  )
  address(mbufs, packet, link, sums)
  return packet
}

export function bytesOf(mbufs: Mbufs, packet: Address): Uint8Array {
  const bytes = new Uint8Array(mbufs.length(packet))
  mbufs.copyOut(packet, 0, bytes, 0, bytes.length)
  return bytes
}

export type { Memory }
