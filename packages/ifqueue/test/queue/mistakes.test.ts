import { BadHandle } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { QueueAbandoned, QueueMisuse, RecordQueue } from '../../src/index.ts'
import { buryIn } from '../../src/records/remains.ts'
import { Cells } from '../../src/records/cells.ts'
import { LiveMemory } from '@smpnet/memory'
import { Lot, type LotHandle, NotifyWaker } from '@smpnet/park'
import { type DomainHandle, enterDomain, leaveDomain } from '@smpnet/sync'
import { RING } from '../../src/records/ring-shape.ts'

const one = Uint8Array.of(1)

/** After a mistake the queue carries records as before. */
function expectWhole(queue: RecordQueue): void {
  for (let i = 0; i < 2 * queue.capacity; i++) {
    queue.sendSync(one)
    expect(queue.receiveSync(new Uint8Array(64))).toBe(1)
  }
}

describe.each(['spsc', 'mpmc'] as const)('A queue of kind %s', (kind) => {
  const make = () => RecordQueue.create({ kind, bytes: 512 })

  it('refuses records that are larger than the ring', () => {
    const queue = make()
    for (const bytes of [513, -1, 0.5, Number.NaN, '3' as never]) {
      expect(() => queue.tryReserve(bytes)).toThrow(
        /a record of this queue has from 0 to 512 bytes/,
      )
    }
    expect(() => queue.sendSync(new Uint8Array(600))).toThrow(RangeError)
    expectWhole(queue)
  })

  it('refuses lengths that lie', () => {
    const queue = make()
    queue.tryReserve(10)
    for (const length of [11, -1, 0.5, Number.NaN]) {
      expect(() => queue.commit(length)).toThrow(/no more bytes than were reserved, 10/)
    }
    expect(queue.commit(10)).toBe(true)
    expect(() => queue.tryReceive(new Uint8Array(9))).toThrow(/the next record has 10/)
    expect(queue.tryReceive(new Uint8Array(10))).toBe(10)
    expect(() => queue.trySendAll(new Uint8Array(7), 3)).toThrow(/records of 3 bytes/)
    expect(() => queue.fill(1, () => 9, 8)).toThrow(/no more bytes than were reserved, 8/)
    queue.cancel()
    expectWhole(queue)
  })

  it('refuses a release without a peek, and a commit without a reservation', () => {
    const queue = make()
    expect(() => queue.release()).toThrow(QueueMisuse)
    expect(() => queue.length).toThrow(QueueMisuse)
    expect(() => queue.commit()).toThrow(QueueMisuse)
    expect(() => queue.cancel()).toThrow(QueueMisuse)
    queue.tryReserve(1)
    expect(() => queue.tryReserve(1)).toThrow(/one reservation at a time/)
    queue.commit()
    queue.tryPeek()
    queue.release()
    expect(() => queue.release()).toThrow(QueueMisuse)
    expectWhole(queue)
  })

  it('refuses a caller that does itself what a bulk does', () => {
    const queue = make()
    queue.sendSync(one)
    queue.sendSync(one)
    expect(() => queue.drain(2, () => queue.release())).toThrow(/released by it/)
    expect(queue.drain(2, () => {})).toBe(1)
    const sends = (): number => {
      queue.commit()
      return 1
    }
    expect(() => queue.fill(2, sends, 1)).toThrow(/committed by it/)
    expect(queue.drain(2, () => {})).toBe(1)
    expect(() => queue.fill(1, () => queue.tryReserve(1), 1)).toThrow(/one reservation/)
    queue.cancel()
    expectWhole(queue)
  })

  it('refuses what is no bytes, and no time to wait', () => {
    const queue = make()
    expect(() => queue.trySend([1] as never)).toThrow(/a record is a Uint8Array/)
    expect(() => queue.tryReceive('x' as never)).toThrow(/is a Uint8Array/)
    expect(() => queue.peekSync({ timeoutMs: -1 })).toThrow(RangeError)
    expect(() => queue.bury({} as never)).toThrow(/a thread's seat/)
    expectWhole(queue)
  })

  it('refuses handles of another memory, another version, and another thing', () => {
    const { handle } = make()
    const other = RecordQueue.create({ kind, bytes: 4096 })
    const wrong: unknown[] = [
      undefined,
      {},
      make(),
      JSON.parse(JSON.stringify(handle)),
      { ...handle, at: handle.at + 64 },
      { ...handle, at: 2 ** 30 },
      { ...handle, shape: { ...handle.shape, cells: 16 } },
      { ...handle, shape: { ...handle.shape, kind: 'mpsc' } },
      { ...handle, domain: other.handle.domain },
    ]
    for (const one of wrong) expect(() => RecordQueue.open(one as never)).toThrow(BadHandle)
    const later = make()
    new Int32Array(later.handle.domain.buffer)[(later.handle.at + RING.offset.magic) >> 2]! += 1
    expect(() => RecordQueue.open(later.handle)).toThrow(/of a queue of this version/)
  })
})

it('A shape that cannot be is refused with what was expected', () => {
  const make = (shape: object) => () => RecordQueue.create(shape)
  expect(make({ kind: 'spsp' })).toThrow(/one of spsc, mpsc, spmc, mpmc: 'spsp' came/)
  expect(make({ recordBytes: 0 })).toThrow(/bytes of a record/)
  expect(make({ records: 4 })).toThrow(/records came without recordBytes/)
  expect(make({ recordBytes: 4, bytes: 64 })).toThrow(/with bytes/)
  expect(make({ bytes: 2 ** 30 })).toThrow(/bytes of a ring/)
  expect(make({ threads: 256 })).toThrow(/threads of a queue/)
  expect(make({ size: 4 })).toThrow(/size came/)
})

/** The lot of a domain, as a thread finds it that opens the domain. */
function lotOf(handle: DomainHandle): LotHandle {
  const sync = enterDomain(handle)
  const lot = sync.lot.handle
  leaveDomain(sync)
  return lot
}

/** Another thread of the queue, which lives in this one. */
function otherThread(queue: RecordQueue): number {
  const lot = lotOf(queue.handle.domain)
  const memory = new LiveMemory(queue.handle.domain.buffer)
  return new Lot(memory, lot, new NotifyWaker(memory), Lot.attach(memory, lot)).cpu
}

it('A second consumer of a queue for one, and a second producer, is refused', () => {
  const queue = RecordQueue.create({ kind: 'spsc', recordBytes: 8, records: 4 })
  const { at, domain, shape } = queue.handle
  const memory = new LiveMemory(domain.buffer)
  const other = otherThread(queue)
  memory.store(at + RING.offset.consumer, other + 1)
  memory.store(at + RING.offset.producer, other + 1)
  expect(() => queue.tryPeek()).toThrow(`thread ${other} is its consumer`)
  expect(() => queue.trySend(one)).toThrow(`thread ${other} is its producer`)
  buryIn(new Cells(memory, at, shape), other + 1)
  expectWhole(queue)
})

describe('A queue whose other side has ended', () => {
  const shape = { kind: 'mpmc', recordBytes: 8, records: 2 } as const

  it('tells those that would wait in vain, until another comes', async () => {
    const queue = RecordQueue.create(shape)
    queue.sendSync(one)
    const guest = queue.invite()
    const memory = new LiveMemory(queue.handle.domain.buffer)
    const { at } = queue.handle
    const roles = at + RING.size
    queue.leave()
    memory.store(roles + guest.thread * 4, 3)
    queue.bury(guest)
    queue.bury(guest)
    expect(queue.statistics().deaths).toBe(1)
    expect(queue.receiveSync(new Uint8Array(8))).toBe(1)
    expect(() => queue.receiveSync(new Uint8Array(8))).toThrow(QueueAbandoned)
    await expect(queue.peek()).rejects.toThrow(/every thread that sent to the queue has ended/)
    queue.sendSync(one)
    expect(queue.receiveSync(new Uint8Array(8))).toBe(1)
    expect(() => queue.peekSync({ timeoutMs: 0 })).toThrow('within 0 ms')
  })

  it('tells one that waits when a guest ends before it has come', async () => {
    const queue = RecordQueue.create(shape)
    const guest = queue.invite()
    const waits = queue.peek()
    queue.bury(guest)
    await expect(waits).rejects.toThrow(QueueAbandoned)
    queue.sendSync(one)
    queue.sendSync(one)
    const other = queue.invite()
    queue.leave()
    const sender = RecordQueue.open(queue.handle)
    const sends = sender.send(one)
    sender.bury(other)
    await expect(sends).rejects.toThrow(QueueAbandoned)
  })

  it('waits for guests that may come', async () => {
    const queue = RecordQueue.create(shape)
    const [guest, other] = [queue.invite(), queue.invite()]
    const waits = queue.peek()
    queue.bury(guest)
    const turns = new Promise((done) => setTimeout(done, 5, 'waits'))
    expect(await Promise.race([waits, turns])).toBe('waits')
    queue.bury(other)
    await expect(waits).rejects.toThrow(QueueAbandoned)
    queue.invite()
    await expect(queue.peek({ timeoutMs: 1 })).rejects.toThrow('within 1 ms')
  })
})
