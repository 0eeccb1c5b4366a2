import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  Barrier,
  Epoch,
  EventCount,
  Mutex,
  Once,
  RmLock,
  RwLock,
  Semaphore,
  Seqc,
  Smr,
  SpinMutex,
  Sx,
  SyncDomain,
} from '../src/index.ts'

/** Calls that would take some seconds. */
const A_LOT = 3_000_000

const domain = SyncDomain.create()
const mutex = Mutex.create(domain)
const rw = RwLock.create(domain)
const sx = Sx.create(domain)
const spin = SpinMutex.create(domain)
const rm = RmLock.create(domain)
const semaphore = Semaphore.create(domain)
const events = EventCount.create(domain)
const once = Once.create(domain)
const seqc = Seqc.create(domain)
const epoch = Epoch.create(domain)
const smr = Smr.create(domain)
const barrier = Barrier.create(domain, { parties: 1 })
once.runSync(() => {})

/** Calls that find what they await, each by its name. */
const FREE: Record<string, () => Promise<unknown>> = {
  'mutex.lock': async () => (await mutex.lock()).unlock(),
  'rw.read.lock': async () => (await rw.read.lock()).unlock(),
  'rw.write.lock': async () => (await rw.write.lock()).unlock(),
  'sx.shared.lock': async () => (await sx.shared.lock()).unlock(),
  'spin.lock': async () => (await spin.lock()).unlock(),
  'rm.read.lock': async () => (await rm.read.lock()).unlock(),
  'rm.write.lock': async () => (await rm.write.lock()).unlock(),
  'semaphore.acquireAsync': async () => {
    await semaphore.acquireAsync()
    semaphore.releaseSync()
  },
  'events.waitAsync': () => events.waitAsync(events.read() + 1),
  'once.run': () => once.run(() => {}),
  'seqc.readAsync': () => seqc.readAsync(() => 1),
  'epoch.waitAsync': () => epoch.waitAsync(),
  'smr.waitAsync': () => smr.waitAsync(),
  'barrier.arriveAsync': () => barrier.arriveAsync(),
}

describe('The event loop has its turns', () => {
  it.each(Object.keys(FREE))('while a task awaits %s again and again, free', async (name) => {
    const timer = { rang: false }
    setTimeout(() => (timer.rang = true), 1)
    for (let i = 0; !timer.rang && i < A_LOT; i++) await FREE[name]!()
    expect(timer.rang).toBe(true)
  })

  it('while many tasks do so at once', async () => {
    const timer = { rang: false }
    setTimeout(() => (timer.rang = true), 1)
    const loops = Array.from({ length: 100 }, async () => {
      for (let i = 0; !timer.rang && i < A_LOT / 100; i++) {
        await semaphore.acquireAsync()
        semaphore.releaseSync()
      }
    })
    await Promise.all(loops)
    expect(timer.rang).toBe(true)
  })

  it('before a task is inside, so that it does not hold the lock meanwhile', async () => {
    const seen = { held: 0, turns: 0 }
    const timer = setInterval(() => {
      seen.turns++
      if (mutex.tryLock() === undefined) seen.held++
      else mutex.unlock()
    }, 0)
    for (let i = 0; seen.turns < 3 && i < A_LOT; i++) (await mutex.lock()).unlock()
    clearInterval(timer)
    expect(seen).toEqual({ held: 0, turns: 3 })
  })
})

describe('A wait that has an end', () => {
  const held = {
    mutex: () => mutex.lock({ timeoutMs: 1000 }),
    spin: () => spin.lock({ timeoutMs: 1000 }),
    'rw.write': () => rw.write.lock({ timeoutMs: 1000 }),
    'rm.write': () => rm.write.lock({ timeoutMs: 1000 }),
    semaphore: () => semaphore.acquireAsync(1, { timeoutMs: 1000 }),
    seqc: () => seqc.readAsync(() => 1, { timeoutMs: 1000 }),
  }
  afterEach(() => {
    mutex.unlock()
    spin.unlock()
    rw.read.unlock()
    rm.read.unlock()
    semaphore.releaseSync()
    seqc.endWrite()
  })

  it('ends by the clock, and not by how often the thread could look', async () => {
    mutex.lockSync()
    spin.lockSync()
    rw.read.lockSync()
    rm.read.lockSync()
    semaphore.acquireSync()
    seqc.beginWrite()
    const late: string[] = []
    const waits = Object.entries(held).map(async ([name, begin]) => {
      await begin().then(
        () => late.push(`${name} had it`),
        () => {},
      )
      if (performance.now() > resumedMs + 500) late.push(name)
    })
    await new Promise((resolve) => setTimeout(resolve, 20))
    // The whole thread stands still, as under SIGSTOP, for longer than the waits have.
    const resumedMs = performance.now() + 1100
    while (performance.now() < resumedMs);
    await Promise.all(waits)
    expect(late).toEqual([])
  })
})

describe('One signal', () => {
  it('ends the waits of many tasks by one listener, which is gone afterwards', async () => {
    const controller = new AbortController()
    const { signal } = controller
    const adds = vi.spyOn(signal, 'addEventListener')
    const removes = vi.spyOn(signal, 'removeEventListener')
    mutex.lockSync()
    const served = new AbortController()
    const waits = Array.from({ length: 40 }, () => mutex.lock({ signal }))
    const first = mutex.lock({ signal: served.signal })
    await Promise.resolve()
    controller.abort(new Error('no longer needed'))
    const refused = waits.map((wait) => expect(wait).rejects.toThrow('no longer needed'))
    await Promise.all(refused)
    mutex.unlock()
    ;(await first).unlock()
    expect([adds.mock.calls.length, removes.mock.calls.length]).toEqual([1, 1])
  })
})
