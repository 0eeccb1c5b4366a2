import { allowBothMemories } from '@smpnet/memory'
import { DONE, DROPPED, type Outcome, WAIT } from '@smpnet/netisr'
import { finish } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import { describe, expect, it } from 'vitest'
import { Capture, CapturedInput } from '../../src/net/links/capture/capture.ts'
import { CaptureReader } from '../../src/net/links/capture/capture-reader.ts'
import { placeCapture } from '../../src/net/links/capture/capture-shape.ts'
import { CaptureRings } from '../../src/net/links/capture/tap.ts'
import type { Link } from '../../src/net/links/link.ts'
import { DIRECTION } from '../../src/net/links/pcapng/pcapng-writer.ts'
import { bytesOf, cpuAt, datagram, makeBench } from './support/datagrams.ts'

allowBothMemories()

function make({ ringBytes = 4096, snapBytes = 64, places = 2 } = {}) {
  const bench = makeBench()
  const links = ['lo0', 'wire0']
  const handle = placeCapture(bench.arena, { places, links, ringBytes, snapBytes })
  const captures = new CaptureRings(bench.memory, handle)
  return { ...bench, handle, captures, reader: new CaptureReader(captures) }
}

/** A link that answers as it is told. */
function linkThat(answers: () => Outcome): Link {
  return {
    name: 'lo0',
    mtu: 1500,
    offload: 0,
    tryOutput: answers,
    *output() {
      return answers()
    },
  }
}

const threadAt = (nowNs: number) =>
  ({ pcpu: cpuAt(0, nowNs), at: 0, lot: {} }) as unknown as Thread

describe('a tap', () => {
  it("keeps a packet's first bytes, its length, its time and which way it went", () => {
    const bench = make()
    const packet = datagram(bench, 300)
    bench.captures.tap(bench.mbufs, 1).capture(cpuAt(1, 2 ** 40 + 5), packet, DIRECTION.inbound)
    bench.reader.collect()
    expect(bench.reader.packets()).toEqual([
      {
        timeNs: 2 ** 40 + 5,
        link: 1,
        direction: DIRECTION.inbound,
        length: 328,
        bytes: bytesOf(bench.mbufs, packet).subarray(0, 64),
      },
    ])
  })

  it('keeps all of a packet that lies in several buffers', () => {
    const bench = make({ snapBytes: 4000, ringBytes: 16384 })
    const packet = datagram(bench, 3000)
    bench.captures.tap(bench.mbufs, 0).capture(cpuAt(0, 1), packet, DIRECTION.outbound)
    bench.reader.collect()
    expect(bench.reader.packets()[0]!.bytes).toEqual(bytesOf(bench.mbufs, packet))
  })

  it('drops what a ring has no room for, and counts it by link', () => {
    const bench = make({ ringBytes: 1024 })
    const packet = datagram(bench, 64)
    const tap = bench.captures.tap(bench.mbufs, 0)
    for (let i = 0; i < 20; i++) tap.capture(cpuAt(0, i), packet, DIRECTION.outbound)
    expect(bench.reader.collect()).toBe(10)
    expect(bench.reader.packets().map(({ timeNs }) => timeNs)).toEqual([...Array(10).keys()])
    expect(bench.reader.counts()).toEqual([
      { name: 'lo0', seen: 20, dropped: 10 },
      { name: 'wire0', seen: 0, dropped: 0 },
    ])
  })

  it('overwrites nothing that was not taken, where a record does not fit before the end', () => {
    const bench = make({ ringBytes: 512 })
    const tap = bench.captures.tap(bench.mbufs, 0)
    // Records of 64 and of 96 bytes: behind four of these 64 are left, which a fifth skips.
    tap.capture(cpuAt(0, 0), datagram(bench, 0), DIRECTION.outbound)
    bench.reader.collect()
    for (let i = 1; i <= 5; i++) {
      tap.capture(cpuAt(0, i), datagram(bench, 64, { first: i }), DIRECTION.outbound)
    }
    expect(bench.reader.collect()).toBe(4)
    expect(bench.reader.packets().map(({ timeNs }) => timeNs)).toEqual([0, 1, 2, 3, 4])
    expect(bench.reader.counts()[0]).toMatchObject({ seen: 6, dropped: 1 })
  })

  it('has a ring for each CPU: a full one leaves the others their room', () => {
    const bench = make({ ringBytes: 256 })
    const packet = datagram(bench, 64)
    const tap = bench.captures.tap(bench.mbufs, 0)
    for (let i = 0; i < 5; i++) tap.capture(cpuAt(0, 2 * i), packet, DIRECTION.outbound)
    tap.capture(cpuAt(1, 1), packet, DIRECTION.outbound)
    bench.reader.collect()
    expect(bench.reader.packets().map(({ timeNs }) => timeNs)).toEqual([0, 1, 2])
  })

  it('loses nothing, and mixes nothing up, while a reader keeps up', () => {
    const bench = make({ ringBytes: 2048, snapBytes: 512 })
    const tap = bench.captures.tap(bench.mbufs, 0)
    const sent: Uint8Array[] = []
    for (let i = 0; i < 500; i++) {
      const packet = datagram(bench, (i * 37) % 470, { first: i })
      tap.capture(cpuAt(0, i), packet, DIRECTION.outbound)
      sent.push(bytesOf(bench.mbufs, packet))
      bench.mbufs.freeNow(bench.irq, packet)
      if (i % 2 === 1) bench.reader.collect()
    }
    expect(bench.reader.packets().map(({ bytes }) => bytes)).toEqual(sent)
    expect(bench.reader.counts()[0]).toEqual({ name: 'lo0', seen: 500, dropped: 0 })
  })

  it('goes on where another view of the same ring has ended', () => {
    const bench = make()
    const packet = datagram(bench, 8)
    for (let i = 0; i < 3; i++) {
      const captures = new CaptureRings(bench.memory, bench.handle)
      captures.tap(bench.mbufs, 0).capture(cpuAt(0, i), packet, DIRECTION.outbound)
    }
    expect(bench.reader.collect()).toBe(3)
  })
})

describe('a capture before a link', () => {
  it('captures what the link takes or drops, once, by either way', () => {
    for (const outcome of [DONE, DROPPED]) {
      const bench = make()
      const capture = new Capture(
        linkThat(() => outcome),
        bench.captures.tap(bench.mbufs, 0),
      )
      const packet = datagram(bench, 8)
      expect(capture.tryOutput(threadAt(1), packet)).toBe(outcome)
      expect(finish(threadAt(2), capture.output(threadAt(2), packet))).toBe(outcome)
      bench.reader.collect()
      expect(bench.reader.packets().map(({ timeNs }) => timeNs)).toEqual([1, 2])
    }
  })

  it('does not capture what the link does not take yet', () => {
    const bench = make({ ringBytes: 512 })
    const answers = [WAIT, WAIT, WAIT, DONE, WAIT, DONE, WAIT, DONE]
    const link = linkThat(() => answers.shift()!)
    const capture = new Capture(link, bench.captures.tap(bench.mbufs, 0))
    const packet = datagram(bench, 8)
    for (let i = 0; answers.length > 0; i++) capture.tryOutput(threadAt(i), packet)
    bench.reader.collect()
    expect(bench.reader.packets().map(({ timeNs }) => timeNs)).toEqual([3, 5, 7])
    expect(bench.reader.counts()[0]).toMatchObject({ seen: 3, dropped: 0 })
  })

  it('does not count as dropped what comes again', () => {
    const bench = make({ ringBytes: 256 })
    const answers = [DONE, DONE, WAIT, WAIT, DONE]
    const link = linkThat(() => answers.shift()!)
    const capture = new Capture(link, bench.captures.tap(bench.mbufs, 0))
    const packet = datagram(bench, 64)
    while (answers.length > 0) capture.tryOutput(threadAt(0), packet)
    expect(bench.reader.counts()[0]).toMatchObject({ seen: 3, dropped: 1 })
  })

  it('has what is sent within a packet behind that packet', () => {
    const bench = make()
    const tap = bench.captures.tap(bench.mbufs, 0)
    const [one, other] = [datagram(bench, 8), datagram(bench, 16)]
    const outer: Capture = new Capture(
      linkThat(() => {
        tap.capture(cpuAt(0, 1), other, DIRECTION.outbound)
        return DONE
      }),
      tap,
    )
    outer.tryOutput(threadAt(0), one)
    bench.reader.collect()
    expect(bench.reader.packets().map(({ length }) => length)).toEqual([36, 44])
  })

  it('captures what comes in before the protocols have it', () => {
    const bench = make()
    const tap = bench.captures.tap(bench.mbufs, 1)
    const packet = datagram(bench, 8)
    const freeing = {
      comeIn: () => {
        bench.mbufs.freeNow(bench.irq, packet)
        return DONE
      },
    }
    new CapturedInput(freeing, tap).comeIn(cpuAt(1, 4), bench.irq, packet, 0)
    bench.reader.collect()
    expect(bench.reader.packets()[0]).toMatchObject({ timeNs: 4, direction: 1, length: 36 })
  })
})

describe('a capture is refused', () => {
  it.each([
    [{ ringBytes: 3000 }, 'ringBytes: expected a power of two, came 3000'],
    [{ ringBytes: 128 }, 'ringBytes: expected a whole number from 192 to 1073741824, came 128'],
    [{ snapBytes: 0 }, 'snapBytes: expected a whole number from 1 to 65535, came 0'],
    [{ places: 0 }, 'places: expected a whole number from 1 to 65536, came 0'],
  ])('%o', (shape, sentence) => {
    expect(() => make(shape)).toThrow(sentence)
  })

  it('by a link that it does not know', () => {
    const { captures, mbufs } = make()
    expect(() => captures.tap(mbufs, 2)).toThrow('link: expected 0 to 1, came 2')
  })
})
