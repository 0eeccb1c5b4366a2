import { describe, expect, it } from 'vitest'
import { GuardedPackets, PACKET } from './support/guarded.ts'

/** The guard of these tests, when it is treated as no protocol may treat packets. */
describe('A guarded packet', () => {
  const packets = new GuardedPackets()
  const fill = () => packets.fill(new Uint8Array(20))

  it('is not read where it has not been asked for', () => {
    fill()
    expect(() => packets.memory.read8(PACKET)).toThrow('misuse: touches 1 bytes at 4096')
    const at = packets.head(PACKET, 8)
    expect(packets.memory.read32be(at + 4)).toBe(0)
    expect(() => packets.memory.read32be(at + 5)).toThrow('bytes 4096 to 4104 were asked for')
    expect(() => packets.memory.write8(at + 8, 1)).toThrow('misuse: touches 1 bytes at 4104')
    expect(() => packets.memory.sum(at, 9)).toThrow('misuse: touches 9 bytes')
  })

  it('is neither summed nor trimmed beyond its end', () => {
    fill()
    expect(() => packets.sum(PACKET, 12, 9)).toThrow('misuse: sums 9 bytes from 12 on, of 20')
    expect(() => packets.trimBack(PACKET, 21)).toThrow('misuse: trims 21 of 20 behind')
    expect(() => packets.trimBack(PACKET, -1)).toThrow('misuse: trims -1 of 20 behind')
  })
})
