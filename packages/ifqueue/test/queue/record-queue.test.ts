import { describe, expect, it } from 'vitest'
import {
  ENDED,
  QueueClosed,
  QueueMisuse,
  QueueTimeout,
  type QueueShape,
  RecordQueue,
  WOULD_BLOCK,
} from '../../src/index.ts'
import { KINDS } from '../../src/records/ring-shape.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

const SHAPES: [name: string, shape: QueueShape][] = KINDS.flatMap((kind) => [
  [`${kind}, fixed`, { kind, recordBytes: 12, records: 4 }],
  [`${kind}, of any size`, { kind, bytes: 512 }],
])

describe.each(SHAPES)('A queue, %s,', (_, shape) => {
  it('gives out records in the order in which they were sent, of their lengths', () => {
    const queue = RecordQueue.create(shape)
    const to = new Uint8Array(12)
    for (let i = 0; i < 100; i++) {
      const record = Uint8Array.from({ length: i % 13 }, (_, at) => i + at)
      queue.sendSync(record)
      queue.sendSync(bytes(i))
      expect(queue.receiveSync(to)).toBe(record.length)
      expect([...to.subarray(0, record.length)]).toEqual([...record])
      expect(queue.receiveSync(to)).toBe(1)
      expect(to[0]).toBe(i)
    }
    expect(queue.used).toBe(0)
  })

  it('says when it is full and when it is empty, lap after lap', () => {
    const queue = RecordQueue.create(shape)
    const to = new Uint8Array(12)
    for (let lap = 0; lap < 5; lap++) {
      for (let i = 0; i < queue.capacity; i++) expect(queue.trySend(bytes(i, lap))).toBe(true)
      expect(queue.trySend(bytes(1))).toBe(false)
      expect(queue.used).toBe(queue.capacity)
      for (let i = 0; i < queue.capacity; i++) {
        expect(queue.tryReceive(to)).toBe(2)
        expect([to[0], to[1]]).toEqual([i, lap])
      }
      expect(queue.tryReceive(to)).toBe(WOULD_BLOCK)
    }
  })

  it('reserves, commits, peeks and releases without a copy', () => {
    const queue = RecordQueue.create(shape)
    const place = queue.tryReserve(8)
    expect(place % 8).toBe(0)
    queue.words[place >> 2] = 7
    expect(queue.tryPeek()).toBe(WOULD_BLOCK)
    expect(queue.commit(4)).toBe(true)
    const at = queue.tryPeek()
    expect(at).toBe(place)
    expect(queue.tryPeek()).toBe(place)
    expect([queue.length, queue.words[at >> 2]]).toEqual([4, 7])
    queue.release()
    expect(queue.tryPeek()).toBe(WOULD_BLOCK)
  })

  it('skips what was reserved and given up', () => {
    const queue = RecordQueue.create(shape)
    for (let i = 0; i < 40; i++) {
      expect(queue.tryReserve(8)).toBeGreaterThan(0)
      queue.cancel()
      queue.sendSync(bytes(i))
      const at = queue.peekSync()
      expect(queue.bytes[at]).toBe(i)
      queue.release()
    }
  })

  it('moves many at once', () => {
    const queue = RecordQueue.create(shape)
    const from = Uint8Array.from({ length: 6 * 12 }, (_, i) => i)
    const room = queue.capacity
    expect(queue.trySendAll(from, 12)).toBe(Math.min(6, room))
    const got: number[] = []
    const count = queue.drain(100, (at, length) => {
      expect(length).toBe(12)
      got.push(queue.bytes[at]!)
    })
    expect(count).toBe(Math.min(6, room))
    expect(got).toEqual([0, 12, 24, 36, 48, 60].slice(0, count))
    expect(queue.drain(1, () => {})).toBe(0)
    const nine = (at: number): number => {
      queue.bytes[at] = 9
      return 1
    }
    expect(queue.fill(2, nine, 12)).toBe(2)
    const to = new Uint8Array(3 * queue.mostBytes)
    expect(queue.tryReceiveAll(to)).toBe(2)
    expect([to[0], to[queue.mostBytes]]).toEqual([9, 9])
  })

  it('ends when it is closed and empty', () => {
    const queue = RecordQueue.create(shape)
    queue.sendSync(bytes(1))
    queue.close()
    expect(queue.isClosed).toBe(true)
    expect(() => queue.trySend(bytes(2))).toThrow(QueueClosed)
    expect(queue.tryReserve(1)).toBe(ENDED)
    const to = new Uint8Array(12)
    expect(queue.tryReceive(to)).toBe(1)
    expect([queue.tryReceive(to), queue.receiveSync(to), queue.tryPeek()]).toEqual([
      ENDED,
      ENDED,
      ENDED,
    ])
    expect(queue.drain(1, () => {})).toBe(ENDED)
    expect(queue.fill(1, () => 0)).toBe(ENDED)
  })

  it('tells a producer that had reserved when it was closed whether its record goes', () => {
    const queue = RecordQueue.create(shape)
    queue.tryReserve(1)
    queue.close()
    const found = queue.tryPeek()
    const isSent = queue.commit()
    // The one producer of a ring is not seen before it commits, and finds the end sealed.
    expect(isSent).toBe(found !== ENDED)
    expect(queue.tryPeek() >= 0).toBe(isSent)
    if (isSent) queue.release()
    expect(queue.tryPeek()).toBe(ENDED)
  })

  it('waits for no longer than it is told', async () => {
    const queue = RecordQueue.create(shape)
    const to = new Uint8Array(12)
    expect(() => queue.receiveSync(to, { timeoutMs: 0 })).toThrow(QueueTimeout)
    await expect(queue.receive(to, { timeoutMs: 5 })).rejects.toThrow(QueueTimeout)
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(queue.receive(to, { signal })).rejects.toThrow('enough')
    const later = new AbortController()
    const waits = queue.peek({ signal: later.signal })
    setTimeout(() => later.abort(new Error('now')), 1)
    await expect(waits).rejects.toThrow('now')
    while (queue.trySend(bytes(1)));
    expect(() => queue.sendSync(bytes(1), { timeoutMs: 0 })).toThrow(QueueTimeout)
    await expect(queue.send(bytes(1), { timeoutMs: 5 })).rejects.toThrow('within 5 ms')
    await expect(queue.reserve(1, { timeoutMs: 5 })).rejects.toThrow(QueueTimeout)
  })

  it('wakes those that await records and room, and iterates to its end', async () => {
    const queue = RecordQueue.create(shape)
    const got: number[] = []
    const reads = (async () => {
      for await (const record of queue) got.push(record[0]!)
    })()
    for (let i = 0; i < 50; i++) await queue.send(bytes(i))
    queue.close()
    await reads
    expect(got).toEqual(Array.from({ length: 50 }, (_, i) => i))
    await expect(queue.send(bytes(1))).rejects.toThrow(QueueClosed)
  })

  it('has room for those that wait when a consumer has skipped what was given up', async () => {
    const queue = RecordQueue.create(shape)
    for (let i = 0; i < queue.capacity; i++) {
      if (queue.tryReserve(queue.mostBytes) > 0) queue.cancel()
    }
    // Nobody sees what the one producer of a ring gives up.
    if (queue.used === 0) return
    const sends = queue.send(bytes(5))
    await new Promise((done) => setTimeout(done, 1))
    expect(queue.tryPeek()).toBe(WOULD_BLOCK)
    await sends
    expect(queue.receiveSync(new Uint8Array(12))).toBe(1)
  })

  it('is left by its thread, which may come again', () => {
    const queue = RecordQueue.create({ ...shape, threads: 1 })
    for (let i = 0; i < 3; i++) {
      const again = RecordQueue.open(structuredClone(queue.handle))
      queue.sendSync(bytes(i))
      expect(again.receiveSync(new Uint8Array(12))).toBe(1)
      queue.leave()
      again.leave()
    }
    queue.tryReserve(1)
    queue.leave()
    expect(queue.tryPeek()).toBe(WOULD_BLOCK)
    queue.sendSync(bytes(1))
    queue.tryPeek()
    expect(() => queue.leave()).toThrow(QueueMisuse)
    queue.release()
    queue.leave()
  })
})

describe.each(KINDS)('A queue of records of any size, %s,', (kind) => {
  it('takes one as large as itself while its consumer sleeps somewhere in the ring', async () => {
    const queue = RecordQueue.create({ kind, bytes: 512 })
    const to = new Uint8Array(512)
    for (let i = 0; i < 20; i++) {
      queue.sendSync(bytes(1))
      expect(queue.receiveSync(to)).toBe(1)
      const receives = queue.receive(to)
      await queue.send(new Uint8Array(512).fill(i))
      expect(await receives).toBe(512)
      expect(to[511]).toBe(i)
    }
  })
})
