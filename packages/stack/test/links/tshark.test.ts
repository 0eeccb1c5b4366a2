import { type Address, allowBothMemories, WORD_BYTES } from '@smpnet/memory'
import { complement, UDP_SUM } from '@smpnet/inet'
import { beforeEach, describe, expect, it } from 'vitest'
import { CaptureReader } from '../../src/net/links/capture/capture-reader.ts'
import { placeCapture } from '../../src/net/links/capture/capture-shape.ts'
import { CaptureRings } from '../../src/net/links/capture/tap.ts'
import { DIRECTION } from '../../src/net/links/pcapng/pcapng-writer.ts'
import { cpuAt, datagram, HEADERS, makeBench } from './support/datagrams.ts'
import { dissect, field, HAS_TSHARK, NO_TSHARK } from './support/tshark.ts'

allowBothMemories()

const ICMP_HEADER_BYTES = 8
const ORIGIN_NS = 1_700_000_000_123_456_789n

beforeEach((context) => {
  if (!HAS_TSHARK) context.skip(NO_TSHARK)
})

function make(snapBytes = 2000) {
  const bench = makeBench()
  const shape = { places: 2, links: ['lo0', 'wire0'], ringBytes: 1 << 20, snapBytes }
  const captures = new CaptureRings(bench.memory, placeCapture(bench.arena, shape))
  return { ...bench, captures, reader: new CaptureReader(captures) }
}

type Bench = ReturnType<typeof make>

/** An echo request in place of a datagram's header and data: type 8, its sum over all of it. */
function ping(bench: Bench, bytes: number): Address {
  const { mbufs, memory } = bench
  const packet = datagram(bench, bytes)
  const at = mbufs.head(packet, HEADERS)
  const [icmp, protocol] = [at + 20, at + 9]
  memory.write8(protocol, 1)
  memory.write16be(at + 10, 0)
  memory.write16be(at + 10, complement(memory.sum(at, 20)))
  memory.write32be(icmp, 0x08000000)
  memory.write32be(icmp + WORD_BYTES, 0x00070001)
  const sum = mbufs.sum(packet, 20, bytes + ICMP_HEADER_BYTES)
  memory.write16be(icmp + 2, complement(sum))
  return packet
}

describe('Wireshark', () => {
  it('finds nothing wrong with what was captured', () => {
    const bench = make()
    const { mbufs, captures, reader } = bench
    for (let i = 0; i < 60; i++) {
      const packet = i % 3 === 0 ? ping(bench, 2 * i) : datagram(bench, i * 23, { first: i })
      captures
        .tap(mbufs, i % 2)
        .capture(cpuAt(i % 2, 10 * i), packet, i % 2 === 0 ? 1 : DIRECTION.outbound)
      mbufs.freeNow(bench.irq, packet)
    }
    reader.collect()
    const { packets, expert } = dissect(reader.file())
    expect(packets).toHaveLength(60)
    expect(expert).not.toMatch(/Errors|Warns|Malformed/)
    for (const [i, layers] of packets.entries()) {
      expect(field(layers, 'ip.checksum.status')).toBe('1')
      const isPing = i % 3 === 0
      expect(field(layers, isPing ? 'icmp.checksum.status' : 'udp.checksum.status')).toBe('1')
      expect(Number(field(layers, 'frame.len'))).toBe(HEADERS + (isPing ? 2 * i : i * 23))
    }
  })

  it('finds the packets of all CPUs in the order of their times, to the ns', () => {
    const bench = make()
    const { mbufs, captures, reader } = bench
    const times = [5, 900_000_000, 3, 1_000_000_001, 4, 2_000_000_000]
    times.forEach((timeNs, i) => {
      const cpu = cpuAt(i % 2, timeNs)
      captures.tap(mbufs, 0).capture(cpu, datagram(bench, i), DIRECTION.outbound)
    })
    reader.collect()
    const { packets } = dissect(reader.file({ originNs: ORIGIN_NS }))
    const sorted = times.toSorted((one, other) => one - other)
    expect(packets.map((layers) => Number(field(layers, 'frame.len')) - HEADERS)).toEqual(
      sorted.map((timeNs) => times.indexOf(timeNs)),
    )
    const seconds = packets.map((layers) => {
      return BigInt(field(layers, 'frame.time_epoch').replace('.', ''))
    })
    expect(seconds).toEqual(sorted.map((timeNs) => ORIGIN_NS + BigInt(timeNs)))
  })

  it('finds the interface, the direction and the length before the cut of each packet', () => {
    const bench = make(64)
    const { mbufs, captures, reader } = bench
    captures.tap(mbufs, 0).capture(cpuAt(0, 1), datagram(bench, 10), DIRECTION.inbound)
    captures.tap(mbufs, 1).capture(cpuAt(0, 2), datagram(bench, 500), DIRECTION.outbound)
    reader.collect()
    const { packets } = dissect(reader.file())
    const found = packets.map(({ frame }) => {
      const { 'frame.interface_id_tree': tree } = frame as Record<string, Record<string, string>>
      return [
        tree!['frame.interface_name'],
        field({ frame: frame! }, 'frame.cap_len'),
        field({ frame: frame! }, 'frame.len'),
      ]
    })
    expect(found).toEqual([
      ['lo0', '38', '38'],
      ['wire0', '64', '528'],
    ])
    const flags = packets.map(({ frame }) => JSON.stringify(frame!['frame.packet_flags_tree']))
    expect(flags.map((tree) => /direction":"(\w+)/.exec(tree)?.[1])).toEqual([
      '0x00000001',
      '0x00000002',
    ])
  })

  it('finds the sums of packets right whose link leaves them out', () => {
    const bench = make()
    const packet = datagram(bench, 20, { sums: UDP_SUM.offloaded })
    bench.captures.tap(bench.mbufs, 0).capture(cpuAt(0, 1), packet, DIRECTION.outbound)
    bench.reader.collect()
    const { packets, expert } = dissect(bench.reader.file())
    expect(field(packets[0]!, 'udp.checksum.status')).toBe('1')
    expect(expert).not.toMatch(/Errors/)
  })

  it('is shown what it should find: a sum that is wrong, and that no link owes', () => {
    const bench = make()
    const packet = datagram(bench, 20, { sums: UDP_SUM.offloaded })
    bench.mbufs.setFlags(packet, 0)
    bench.captures.tap(bench.mbufs, 0).capture(cpuAt(0, 1), packet, DIRECTION.outbound)
    bench.reader.collect()
    const { packets, expert } = dissect(bench.reader.file())
    expect(field(packets[0]!, 'udp.checksum.status')).toBe('0')
    expect(expert).toMatch(/Errors/)
  })
})
