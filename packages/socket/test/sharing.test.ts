import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { NIL } from '@smpnet/memory'
import { awaiting, block, finish } from '@smpnet/park'
import { Mutex } from '@smpnet/sync'
import { describe, expect, it } from 'vitest'
import { DIRECTION } from '../src/pair-layout.ts'
import { Poller, READABLE, SocketDomain, SocketZone, WOULD_BLOCK } from '../src/index.ts'
import { bytesOf, makeEnds, textIn } from './ends.ts'

describe('Threads that have opened one end', () => {
  it('lose nothing when they send one after the other', () => {
    const { b, zone, a, atA, atB, lot } = makeEnds()
    const [one, other] = [zone.end(a.handle), new SocketZone(lot, zone.handle).end(a.handle)]
    one.sendSync(atA, bytesOf('AAAA'))
    other.sendSync(atA, bytesOf('BBBB'))
    one.sendSync(atA, bytesOf('CCCC'))
    expect(textIn(atB, b)).toBe('AAAABBBBCCCC')
  })

  it('lose nothing when they receive one after the other', () => {
    const { b, zone, a, atA, atB } = makeEnds()
    const again = zone.end(b.handle)
    const all = Array.from({ length: 40 }, (_, i) => `<${i}>`)
    let got = ''
    for (const [i, piece] of all.entries()) {
      a.sendSync(atA, bytesOf(piece))
      got += textIn(atB, i % 3 === 0 ? again : b, 2)
    }
    while (b.receiving.available() > 0) got += textIn(atB, again)
    expect(got).toBe(all.join(''))
  })

  it('lose nothing when both are worker threads that send under a mutex', async () => {
    const domain = SocketDomain.create({ pairs: 1, bufferBytes: 64 })
    const [here, there] = domain.pair()
    const mutex = Mutex.create(domain.sync)
    const file = new URL('./fixtures/taking-turns.mjs', import.meta.url)
    const both = new Int32Array(new SharedArrayBuffer(4))
    const workers = [1, 2].map((tag) => {
      const workerData = { socket: there.handle, mutex: mutex.handle, tag, both }
      return new Worker(file, { workerData, execArgv: [] })
    })
    const ended = Promise.all(workers.map((worker) => once(worker, 'exit')))
    const counts = [0, 0, 0]
    const bytes = new Uint8Array(1000)
    for (let left = 3200; left > 0; ) {
      const taken = await here.receive(bytes, { timeoutMs: 20_000 })
      if (taken <= 0) break
      for (const tag of bytes.subarray(0, taken)) counts[tag]!++
      left -= taken
    }
    expect(counts).toEqual([0, 1600, 1600])
    await ended
  })

  it('are told when two send at once', () => {
    const { a, b, zone, atA, atB, lot } = makeEnds()
    a.sendSync(atA, bytesOf('x'))
    expect(textIn(atB, b)).toBe('x')
    const again = zone.end(a.handle)
    const other = lot.waiter()
    // The other sends between the moment that this one has looked and that it publishes.
    const copyIn = lot.memory.copyIn.bind(lot.memory)
    lot.memory.copyIn = (...args) => {
      lot.memory.copyIn = copyIn
      again.sendSync(other, bytesOf('yy'))
      copyIn(...args)
    }
    expect(() => a.trySend(atA, bytesOf('z'))).toThrow('one thread at a time sends on an end')
    expect(b.receiving.available()).toBe(2)
  })
})

describe('A try', () => {
  it('has told a receiver that waits when it says that it has sent', async () => {
    const { a, b, atA, atB } = makeEnds()
    const received = b.receiveAsync(atB, new Uint8Array(8))
    expect(a.trySend(atA, bytesOf('x'))).toBe(1)
    expect(await received).toBe(1)
  })

  it('has told a sender that waits when it says that it has received', async () => {
    const { a, b, atA, atB } = makeEnds({ bufferBytes: 64 })
    const sent = a.sendAsync(atA, new Uint8Array(100))
    expect(b.tryReceive(atB, new Uint8Array(64))).toBe(64)
    expect(await sent).toBe(100)
  })

  it('wakes a worker that sleeps for its bytes', async () => {
    const domain = SocketDomain.create({ pairs: 1 })
    const [here, there] = domain.pair()
    const file = new URL('./fixtures/draining.mjs', import.meta.url)
    const worker = new Worker(file, { workerData: there.handle, execArgv: [] })
    const total = once(worker, 'message')
    const { memory } = domain.sync
    const want = here.stream.sending.at + DIRECTION.offset.wantData
    while (memory.load(want) === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    // While it falls asleep it holds its queue, and a try says that it cannot.
    while (here.trySend(bytesOf('x')) === WOULD_BLOCK);
    expect(here.tryReceive(new Uint8Array(1))).toBe(WOULD_BLOCK)
    here.shutdown()
    expect((await total)[0]).toBe(1)
    here.close()
  })

  it('does nothing while the queue of a waiter is held by another', async () => {
    const { a, b, atA, atB, lot } = makeEnds()
    const { sent, wantData } = DIRECTION.offset
    a.sendSync(atA, bytesOf('first'))
    expect(textIn(atB, b)).toBe('first')
    const received = awaiting(atB, b.receive(atB, new Uint8Array(8)))
    const words = (): number[] =>
      [sent, wantData].map((offset) => lot.memory.load(a.sending.at + offset))
    const before = words()
    const queue = lot.tryLockQueue(a.sending.at + wantData)
    expect(queue).not.toBe(NIL)
    expect([a.trySend(atA, bytesOf('x')), words()]).toEqual([WOULD_BLOCK, before])
    expect([a.trySend(atA, bytesOf('yy')), words()]).toEqual([WOULD_BLOCK, before])
    lot.unlockQueue(queue)
    expect(a.trySend(atA, bytesOf('zzz'))).toBe(3)
    expect(await received).toBe(3)
  })

  it('does nothing while the queue of a poller that sleeps is held by another', async () => {
    const { a, b, atA, atB, lot, arena } = makeEnds()
    const poller = Poller.create(arena)
    finish(atB, poller.add(atB, b, READABLE))
    expect(block(atB, poller.wait(atB, false))).toEqual([])
    const waiting = poller.waitAsync(atB)
    const asleep = b.note.sleepingPoller()
    const queue = lot.tryLockQueue(asleep)
    expect(a.trySend(atA, bytesOf('x'))).toBe(WOULD_BLOCK)
    expect([b.note.isPosted(), b.receiving.available()]).toEqual([false, 0])
    lot.unlockQueue(queue)
    expect(a.trySend(atA, bytesOf('x'))).toBe(1)
    expect(await waiting).toEqual([b])
  })

  it('tells a receiver and the poller of its end', async () => {
    const { a, b, atA, atB, lot, arena } = makeEnds()
    const poller = Poller.create(arena)
    finish(atB, poller.add(atB, b, READABLE))
    expect(block(atB, poller.wait(atB, false))).toEqual([])
    const waiting = poller.waitAsync(atB)
    const received = b.receiveAsync(lot.waiter(), new Uint8Array(1))
    expect(a.trySend(atA, bytesOf('xy'))).toBe(2)
    expect([await received, await waiting]).toEqual([1, [b]])
  })
})
