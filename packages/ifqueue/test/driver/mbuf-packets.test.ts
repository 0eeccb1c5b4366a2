import { Arena, LiveMemory } from '@smpnet/memory'
import { Mbufs } from '@smpnet/mbuf'
import { describe, expect, it } from 'vitest'
import { MbufPackets } from '../../src/interface.ts'

function makePacket(bytes: readonly number[]) {
  const memory = LiveMemory.create(1 << 20)
  const mbufs = Mbufs.create(Arena.create(memory), { name: 'mbufs', cpus: 1, mbufs: 64 })
  const packet = mbufs.tryAlloc({ cpu: 0 }, bytes.length)
  bytes.forEach((byte, index) => memory.write8(mbufs.data(packet) + index, byte))
  return { memory, mbufs, packet, packets: new MbufPackets(mbufs), at: mbufs.data(packet) }
}

/** An IPv4 header with a type of service, and its checksum. */
function ipv4(tos: number) {
  const made = makePacket([0x45, tos, 0, 20, 1, 2, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2])
  const { memory, at } = made
  memory.write16be(at + 10, ~memory.sum(at, 20) & 0xffff)
  return made
}

describe('A packet in mbufs', () => {
  it.each([1, 2])(
    'is marked where its ends understand ECN by %d, and its checksum holds',
    (ecn) => {
      const { memory, packets, packet, at } = ipv4(0xb8 | ecn)
      expect(packets.markCongested(packet)).toBe(true)
      expect(memory.read8(at + 1)).toBe(0xbb)
      expect(memory.sum(at, 20)).toBe(0xffff)
    },
  )

  it('is not marked where they do not', () => {
    const { memory, packets, packet, at } = ipv4(0xb8)
    expect(packets.markCongested(packet)).toBe(false)
    expect(memory.read8(at + 1)).toBe(0xb8)
  })

  it('is marked in IPv6 without a change of its flow label', () => {
    const { memory, packets, packet, at } = makePacket([0x60, 0x2a, 0xbc, 0xde, 0, 0, 17, 64])
    expect(packets.markCongested(packet)).toBe(true)
    expect([memory.read8(at), memory.read8(at + 1)]).toEqual([0x60, 0x3a])
    const other = makePacket([0x60, 0x0a, 0xbc, 0xde, 0, 0, 17, 64])
    expect(other.packets.markCongested(other.packet)).toBe(false)
  })

  it('keeps when it was queued, and its length and flow', () => {
    const { mbufs, packets, packet } = ipv4(0)
    packets.setQueuedAtUs(packet, 0xfffffff0)
    mbufs.setFlow(packet, 77)
    expect(packets.queuedAtUs(packet) >>> 0).toBe(0xfffffff0)
    expect([packets.flow(packet), packets.bytes(packet), packets.band(packet)]).toEqual([
      77, 20, 0,
    ])
  })

  it('is refused where there are no mbufs', () => {
    expect(() => new MbufPackets({} as never)).toThrow('mbufs: expected an object with nextPacket')
  })
})
