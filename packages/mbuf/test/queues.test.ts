import { Arena, LiveMemory, NIL } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { ByteQueue, CheckedMbufs, type Mbufs, PacketQueue } from '../src/index.ts'
import { bytesOf, kinds, make, MEMORY_BYTES, pattern, run, shape } from './pools.ts'
import { seeded } from './programs.ts'
import { peeked, QUEUE_AT, soak } from './soak.ts'

const here = { cpu: 0 }

function filled(mbufs: Mbufs, bytes: number, from = 0): number {
  const packet = run(mbufs.alloc(here, bytes))
  mbufs.copyIn(packet, 0, pattern(bytes, from), 0, bytes)
  return packet
}

describe.each(kinds)('a packet queue in %s memory', (_, create) => {
  it('gives packets out in their order, and counts what it has no room for', () => {
    const mbufs = make(create)
    PacketQueue.create(mbufs.memory, QUEUE_AT, 2)
    const queue = new PacketQueue(mbufs.memory, QUEUE_AT)
    const [one, two, three] = [1, 2, 3].map((bytes) => filled(mbufs, bytes))
    expect([queue.first(), queue.dequeue()]).toEqual([NIL, NIL])
    expect([one, two, three].map((packet) => queue.enqueue(packet!))).toEqual([true, true, false])
    expect([queue.length(), queue.limit(), queue.drops(), queue.isFull()]).toEqual([2, 2, 1, true])
    expect([queue.first(), queue.dequeue()]).toEqual([one, one])
    expect(queue.enqueue(three!)).toBe(true)
    expect([queue.dequeue(), queue.dequeue(), queue.dequeue()]).toEqual([two, three, NIL])
  })

  it('says what limit it expects', () => {
    const { memory } = make(create)
    expect(() => PacketQueue.create(memory, QUEUE_AT, 0)).toThrow('at least 1: 0 came')
  })
})

describe.each(kinds)('a byte queue in %s memory', (_, create) => {
  const open = (high = 4000, more = {}) => {
    const mbufs = make(create)
    return { mbufs, queue: ByteQueue.create(mbufs, QUEUE_AT, { high, ...more }) }
  }

  it('has the bytes of a stream one behind the other', () => {
    const { mbufs, queue } = open()
    expect(queue.appendStream(here, filled(mbufs, 1000))).toBe(true)
    expect(queue.appendStream(here, filled(mbufs, 1000, 232))).toBe(true)
    expect([queue.bytes(), queue.space(), queue.records()]).toEqual([2000, 2000, 1])
    expect(peeked(queue, 10, 1900)).toEqual(pattern(2000).subarray(10, 1910))
    expect(run(mbufs.free(here, queue.cut(1500)))).toBeUndefined()
    expect(bytesOf(mbufs, queue.first())).toEqual(pattern(2000).subarray(1500))
    expect(run(mbufs.free(here, queue.cut(500)))).toBeUndefined()
    expect([queue.bytes(), queue.bufferBytes(), queue.records()]).toEqual([0, 0, 0])
    expect(mbufs.statistics().mbufs).toBe(0)
  })

  it('puts little data into room that the last buffer has', () => {
    const { mbufs, queue } = open()
    for (let i = 0; i < 10; i++) queue.appendStream(here, filled(mbufs, 10, i * 10))
    expect(mbufs.statistics().mbufs).toBe(1)
    expect(bytesOf(mbufs, queue.first())).toEqual(pattern(100))
  })

  it('has a record for each datagram, with its address before the data', () => {
    const { mbufs, queue } = open()
    const one = filled(mbufs, 100)
    mbufs.memory.fill(mbufs.prepend(one, 16), 9, 16)
    expect(queue.appendRecord(one, 16)).toBe(true)
    expect(queue.appendRecord(filled(mbufs, 50))).toBe(true)
    expect([queue.records(), queue.bytes(), queue.addressBytes()]).toEqual([2, 166, 16])
    expect(peeked(queue, 16, 100)).toEqual(pattern(100))
    const record = queue.takeRecord()
    expect([record, mbufs.addressBytes(record), mbufs.nextPacket(record)]).toEqual([one, 16, NIL])
    expect([queue.records(), queue.bytes(), queue.addressBytes()]).toEqual([1, 50, 0])
    expect(bytesOf(mbufs, queue.takeRecord())).toEqual(pattern(50))
    expect(queue.takeRecord()).toBe(NIL)
  })

  it('refuses and counts what is above its high watermark', () => {
    const { mbufs, queue } = open(100)
    expect(queue.appendRecord(filled(mbufs, 60))).toBe(true)
    expect(queue.appendRecord(filled(mbufs, 41))).toBe(false)
    expect(queue.appendStream(here, filled(mbufs, 41))).toBe(false)
    expect([queue.drops(), queue.records(), queue.bytes()]).toEqual([2, 1, 60])
  })

  it('refuses packets whose buffers take too much, however few bytes they have', () => {
    const { mbufs, queue } = open(1000, { buffers: 640 })
    const taken = [1, 1, 1].map((bytes) => queue.appendRecord(filled(mbufs, bytes)))
    expect([taken, queue.bufferBytes(), queue.space()]).toEqual([[true, true, false], 640, 0])
  })

  it('is readable from its low watermark on', () => {
    const { mbufs, queue } = open(1000, { low: 10 })
    queue.appendStream(here, filled(mbufs, 9))
    expect(queue.isReadable()).toBe(false)
    queue.appendStream(here, filled(mbufs, 1))
    expect(queue.isReadable()).toBe(true)
  })

  it('says which watermarks it expects, and how many bytes can be cut', () => {
    const { mbufs, queue } = open()
    expect(() => queue.setWatermarks({ high: 10, low: 11 })).toThrow('10, 11 and 80 came')
    expect(() => queue.cut(1)).toThrow('has 0 bytes: 1 are to be cut')
    queue.appendStream(here, filled(mbufs, 5))
    expect(() => queue.cut(6)).toThrow('has 5 bytes: 6 are to be cut')
  })
})

/** A queue's buffers that lose the fields of the packet when its first mbuf goes. */
class Forgets extends CheckedMbufs {
  override trimFront(packet: number, bytes: number): void {
    super.trimFront(packet, bytes)
    if (this.bytes(packet) === 0) this.memory.write(packet + 24, 0)
  }
}

describe('whatever is put into a byte queue and taken out', () => {
  const arena = (): Arena => Arena.create(LiveMemory.create(MEMORY_BYTES))

  it.each([
    ['a stream', true],
    ['records', false],
  ])('%s come out as they went in, and all buffers with them', (_, isStream) => {
    for (let seed = 0; seed < 10; seed++) {
      const mbufs = CheckedMbufs.create(arena(), shape)
      seeded(seed, () => soak(mbufs, seed, isStream, 1000))
      expect(mbufs.statistics().mbufs).toBe(0)
    }
  })

  it('is found out when a stream loses its length with its first mbuf', () => {
    const { handle, memory } = CheckedMbufs.create(arena(), shape)
    expect(() => soak(new Forgets(memory, handle), 1, true, 1000)).toThrow(/bytes|expected/)
  })
})
