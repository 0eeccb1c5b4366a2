import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as parts from '../support/parts.ts'
import { checkCaptures, madePackets } from './check-captures.ts'
import { madePcap, madePcapng } from './made-capture.ts'

const FILES = [
  madePcap(madePackets(10, 1), { isLittle: true, isNs: false, linkType: 1 }),
  madePcapng([
    {
      isLittle: true,
      interfaces: [
        { linkType: 1, snapBytes: 64 },
        { linkType: 101, snapBytes: 0, resolution: 9 },
      ],
      packets: madePackets(10, 2),
    },
  ]),
] as const

async function* inChunks(file: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, i = 0; at < file.length; i++) {
    const size = sizes[i % sizes.length]!
    yield file.subarray(at, at + size)
    at += size
    await undefined
  }
}

async function all(chunks: AsyncIterable<Uint8Array>, counts = parts.newCaptureFileCounts()) {
  const packets: parts.CapturedPacket[] = []
  for await (const packet of parts.readCaptureFile(chunks, counts)) packets.push(packet)
  return packets
}

describe('A capture file', () => {
  it('is read in every byte order, resolution and kind of block, however it ends', () => {
    expect(checkCaptures(parts)).toBe(10)
  })

  it('may come in chunks of any size, empty ones among them', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...FILES), sizes, async (file, pieces) => {
        const whole = [...parts.captureFilePackets([file])]
        expect(await all(inChunks(file, pieces))).toEqual(whole)
      }),
      { seed: 1, numRuns: 100 },
    )
    const empty = [
      new Uint8Array(),
      FILES[0].subarray(0, 30),
      new Uint8Array(),
      FILES[0].subarray(30),
    ]
    expect([...(await all(inEach(empty)))]).toHaveLength(10)
  })

  it('that is damaged anywhere ends with a sentence or with counts', () => {
    const byte = fc.record({ at: fc.nat(), value: fc.integer({ min: 0, max: 255 }) })
    const bytes = fc.array(byte, { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(fc.constantFrom(...FILES), bytes, fc.nat(), (file, changes, cut) => {
        const damaged = file.slice(0, file.length - (cut % 40))
        for (const { at, value } of changes) damaged[at % damaged.length] = value
        expectSentence(damaged)
      }),
      { seed: 1, numRuns: 2000 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        expectSentence(noise)
        expectSentence(Uint8Array.of(...FILES[1].subarray(0, 28), ...noise))
        expectSentence(Uint8Array.of(...FILES[0].subarray(0, 24), ...noise))
      }),
      { seed: 1, numRuns: 1000 },
    )
  })

  it.each<[what: string, file: Uint8Array, sentence: string]>([
    [
      'is empty',
      new Uint8Array(),
      'expected a pcap or pcapng file, came 0 bytes, which are less than its header',
    ],
    [
      'is another file',
      new TextEncoder().encode('hello, world'),
      'at byte 0: expected a pcap file (a1b2c3d4 or a1b23c4d) or pcapng (0a0d0d0a), came 68656c6c',
    ],
    [
      'is packed',
      Uint8Array.of(0x1f, 0x8b, 8, 0),
      'at byte 0: expected a pcap file (a1b2c3d4 or a1b23c4d) or pcapng (0a0d0d0a), ' +
        'came 1f8b0800, which is gzip: unpack it first',
    ],
    [
      'has a record of 4 GB',
      Uint8Array.of(...FILES[0].subarray(0, 32), 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0),
      'at byte 24: expected a packet of at most 16777216 captured bytes, came one of ' +
        '4294967295: the file is damaged from there on',
    ],
    [
      'has a block whose lengths differ',
      Uint8Array.from(FILES[1], (byte, i) => (i === 24 ? 1 : byte)),
      'at byte 0: expected a block of 28 bytes to end with its length, came 1',
    ],
    [
      'has a block without room for its fields',
      Uint8Array.of(...FILES[1].subarray(0, 28), 6, 0, 0, 0, 12, 0, 0, 0, 12, 0, 0, 0),
      'at byte 28: expected a block of type 6 to have from 32 to 16777216 bytes, in words of 4, ' +
        'came 12',
    ],
    [
      'is of a later version',
      Uint8Array.from(FILES[1], (byte, i) => (i === 12 ? 2 : byte)),
      'at byte 0: expected version 1 of pcapng, came 2',
    ],
  ])('that %s is refused with a sentence', (_what, file, sentence) => {
    expect(() => [...parts.captureFilePackets([file])]).toThrow(new parts.BadCaptureFile(sentence))
  })

  it('comes in bytes', () => {
    const chunks = ['text'] as unknown as Uint8Array[]
    expect(() => [...parts.captureFilePackets(chunks)]).toThrow(
      "a file comes in chunks that are Uint8Arrays: 'text' came",
    )
  })

  it('of any length is read with no more memory than a block takes', () => {
    const counts = parts.newCaptureFileCounts()
    const many = parts.captureFilePackets(repeated(FILES[0], 2000), counts)
    for (const packet of many) if (packet.length > 100) throw new Error('expected small packets')
    expect(counts.packets).toBe(20_000)
  })
})

/** The records of a file again and again. */
function* repeated(file: Uint8Array, times: number): Generator<Uint8Array> {
  yield file.subarray(0, 24)
  for (let i = 0; i < times; i++) yield file.subarray(24)
}

async function* inEach(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

/** Reads a file to its end, or to a sentence; anything else that is thrown goes on. */
function expectSentence(file: Uint8Array): void {
  const counts = parts.newCaptureFileCounts()
  let packets = 0
  let sentence = 'expected a whole file, came one'
  try {
    for (const { bytes } of parts.captureFilePackets([file], counts)) {
      if (bytes.length > file.length) throw new Error('a packet is longer than its file')
      packets++
    }
  } catch (error) {
    if (!(error instanceof parts.BadCaptureFile)) throw error
    sentence = error.message
  }
  expect(sentence).toMatch(/expected .*, came /)
  expect(packets).toBe(counts.packets)
}
