import { describe, expect, it } from 'vitest'
import { DIRECTION, PcapngWriter } from '../../src/net/links/pcapng/pcapng-writer.ts'

/** Bytes as they are read in the draft: hexadecimal, with spaces between fields. */
function hex(text: string): Uint8Array {
  return Uint8Array.from(text.replaceAll(/\s/g, '').match(/../g)!, (byte) => parseInt(byte, 16))
}

function writerWith(...names: string[]): PcapngWriter {
  const writer = new PcapngWriter()
  for (const name of names) writer.interface({ name, snapBytes: 64 })
  return writer
}

describe('a pcapng file, byte by byte', () => {
  it('begins with a section header of version 1.0 and unknown length', () => {
    expect(new PcapngWriter().section('smpnet')).toEqual(
      hex(`0a0d0d0a 2c000000 4d3c2b1a 0100 0000 ffffffffffffffff
           0400 0600 736d706e6574 0000 0000 0000 2c000000`),
    )
  })

  it('describes an interface of raw IP whose times are in ns', () => {
    const described = { name: 'lo0', snapBytes: 256, bitsPerSecond: 1e9 }
    expect(new PcapngWriter().interface(described)).toEqual(
      hex(`01000000 34000000 6500 0000 00010000
           0200 0300 6c6f30 00 0800 0800 00ca9a3b00000000
           0900 0100 09 000000 0000 0000 34000000`),
    )
  })

  it('has a packet with its time, its lengths, its padded bytes and its direction', () => {
    const packet = {
      link: 1,
      timeNs: 0x0123456789abcdefn,
      direction: DIRECTION.outbound,
      length: 99,
      bytes: hex('4500aabbcc'),
    }
    expect(writerWith('a', 'b').packet(packet)).toEqual(
      hex(`06000000 34000000 01000000 67452301 efcdab89 05000000 63000000
           4500aabb cc000000 0200 0400 02000000 0000 0000 34000000`),
    )
  })

  it('ends with what was counted of an interface', () => {
    const counts = { received: 7, dropped: 3, delivered: 4 }
    const times = { startNs: 1n, endNs: 0x500000006n }
    expect(writerWith('a').statistics({ link: 0, ...times, ...counts })).toEqual(
      hex(`05000000 58000000 00000000 05000000 06000000
           0200 0800 00000000 01000000 0300 0800 05000000 06000000
           0400 0800 0700000000000000 0700 0800 0300000000000000
           0800 0800 0400000000000000 0000 0000 58000000`),
    )
  })
})

describe('a pcapng writer refuses', () => {
  const packet = { link: 0, timeNs: 0n, direction: DIRECTION.inbound, length: 80 } as const

  it('a packet of an interface that was not described', () => {
    expect(() => new PcapngWriter().packet({ ...packet, bytes: new Uint8Array(4) })).toThrow(
      'an interface is described before its packets: number 0 came, and 0 are described',
    )
  })

  it('more bytes than the interface keeps, or than the packet had', () => {
    const writer = writerWith('a')
    expect(() => writer.packet({ ...packet, bytes: new Uint8Array(65) })).toThrow(
      'of a packet of 80 bytes a keeps 64 at most: 65 came',
    )
    expect(() => writer.packet({ ...packet, length: 3, bytes: new Uint8Array(4) })).toThrow(
      'of a packet of 3 bytes a keeps 3 at most: 4 came',
    )
  })
})
