import { Interrupt } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { finish } from '@smpnet/park'
import {
  Counter,
  Epoch,
  LockMisuse,
  LockTimeout,
  RmLock,
  Seqc,
  Smr,
  SyncDomain,
  WRITING,
  NOBODY,
  placeLock,
} from '../src/index.ts'
import { readerOn } from './reader-on.ts'

describe('A counter', () => {
  it('sums what each thread has added on its own line', () => {
    const domain = SyncDomain.create({ threads: 4 })
    const counter = Counter.create(domain)
    counter.increment()
    counter.add(new Interrupt(3), 41)
    expect(Counter.open(structuredClone(counter.handle)).sum()).toBe(42)
  })

  it('goes beyond 2^31', () => {
    const counter = Counter.create(SyncDomain.create({ threads: 2 }))
    for (let i = 0; i < 6; i++) counter.increment(2 ** 31 - 1)
    expect(counter.sum()).toBe(6 * (2 ** 31 - 1))
  })

  it('counts up, by whole numbers', () => {
    const counter = Counter.create(SyncDomain.create({ threads: 2 }))
    for (const count of [-1, 0.5, 2 ** 31]) {
      expect(() => counter.increment(count)).toThrow(`2^31 - 1, came ${count}`)
    }
  })
})

describe('A sequence counter', () => {
  it('shows a reader that somebody wrote meanwhile', () => {
    const seqc = Seqc.create(SyncDomain.create())
    const before = seqc.tryRead()
    expect(seqc.isSame(before)).toBe(true)
    seqc.beginWrite()
    expect(seqc.tryRead()).toBe(WRITING)
    seqc.endWrite()
    expect(seqc.isSame(before)).toBe(false)
    let reads = 0
    const value = seqc.readSync(() => {
      if (reads++ === 0) {
        seqc.beginWrite()
        seqc.endWrite()
      }
      return reads
    })
    expect(value).toBe(2)
  })

  it('lets a reader wait for a writer, in a task too', async () => {
    const seqc = Seqc.create(SyncDomain.create())
    seqc.beginWrite()
    const reading = seqc.readAsync(() => 'whole')
    setTimeout(() => seqc.endWrite(), 2)
    expect(await reading).toBe('whole')
    expect(await seqc.readAsync(() => 'at once')).toBe('at once')
  })

  it('lets a reader wait no longer than it wants, for one writer or for many', async () => {
    const seqc = Seqc.create(SyncDomain.create())
    const write = (): void => {
      seqc.beginWrite()
      seqc.endWrite()
    }
    expect(() => seqc.readSync(write, { timeoutMs: 2 })).toThrow(LockTimeout)
    seqc.beginWrite()
    const never = (): void => expect.fail('somebody writes')
    expect(() => seqc.readSync(never, { timeoutMs: 2 })).toThrow(LockTimeout)
    expect(() => seqc.readSync(never, { timeoutMs: -1 })).toThrow(RangeError)
    await expect(seqc.readAsync(never, { timeoutMs: 2 })).rejects.toThrow(LockTimeout)
    const ending = new AbortController()
    const reading = seqc.readAsync(never, { signal: ending.signal })
    ending.abort(new Error('called off'))
    await expect(reading).rejects.toThrow('called off')
    seqc.endWrite()
    expect(seqc.readSync(() => 'usable')).toBe('usable')
  })
})

describe('An epoch', () => {
  it('waits for those who were inside, not for those who come later', async () => {
    const domain = SyncDomain.create({ threads: 3 })
    const epoch = Epoch.create(domain)
    const [one, other] = [readerOn(1), readerOn(2)]
    epoch.enter(one)
    let isOver = false
    const waiting = epoch.waitAsync().then(() => (isOver = true))
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(isOver).toBe(false)
    epoch.exit(one)
    epoch.enter(one)
    epoch.enter(other)
    await waiting
    expect(isOver).toBe(true)
  })

  it('is waited for no longer than one wants, by who comes back for it later', async () => {
    const epoch = Epoch.create(SyncDomain.create({ threads: 4 }))
    const readers = [1, 2, 3].map(readerOn)
    for (const td of readers) epoch.enter(td)
    expect(() => epoch.waitSync({ timeoutMs: 2 })).toThrow(LockTimeout)
    expect(() => epoch.waitSync({ timeoutMs: -1 })).toThrow(RangeError)
    await expect(epoch.waitAsync({ timeoutMs: 2 })).rejects.toThrow(LockTimeout)
    const signal = AbortSignal.abort(new Error('called off'))
    await expect(epoch.waitAsync({ signal })).rejects.toThrow('called off')
    for (const td of readers) epoch.exit(td)
    epoch.waitSync({ timeoutMs: 0 })
  })

  it('runs what was deferred when those who were inside have left', () => {
    const epoch = Epoch.create(SyncDomain.create({ threads: 3 }))
    const freed: string[] = []
    const interrupt = new Interrupt(1)
    epoch.enter(interrupt)
    epoch.call(() => freed.push('a'))
    expect([epoch.poll(), freed]).toEqual([1, []])
    epoch.call(() => freed.push('b'))
    epoch.exit(interrupt)
    expect([epoch.poll(), freed]).toEqual([0, ['a', 'b']])
  })

  it('can be entered again inside, and is left as often', () => {
    const epoch = Epoch.create(SyncDomain.create({ threads: 3 }))
    epoch.enterSync()
    epoch.enterSync()
    epoch.exitSync()
    expect(() => epoch.waitSync()).toThrow('this thread is pinned, or inside')
    epoch.exitSync()
    epoch.waitSync()
    expect(() => epoch.exitSync()).toThrow(LockMisuse)
  })

  it('is waited for while another thread of the same CPU is inside, and exited by none', () => {
    const epoch = Epoch.create(SyncDomain.create())
    const other = readerOn(epoch.domain!.thread)
    epoch.enter(other)
    expect(() => epoch.waitSync({ timeoutMs: 2 })).toThrow(LockTimeout)
    expect(() => epoch.exitSync()).toThrow('this thread, which is not pinned, is not')
    epoch.exit(other)
    epoch.waitSync()
  })

  it('pins its readers while they are inside', () => {
    const epoch = Epoch.create(SyncDomain.create())
    const { here } = epoch.domain!
    epoch.enterSync()
    epoch.enterSync()
    epoch.exitSync()
    expect(here.pins).toBe(1)
    epoch.exitSync()
    expect(here.pins).toBe(0)
  })
})

describe('Safe memory reclamation', () => {
  it('passes a goal when all who could see what was unlinked have left', () => {
    const smr = Smr.create(SyncDomain.create({ threads: 3 }))
    const [one, other] = [readerOn(1), readerOn(2)]
    smr.enter(one)
    const goal = smr.advance()
    expect(smr.poll(goal)).toBe(false)
    smr.enter(other)
    smr.exit(one)
    expect(smr.poll(goal)).toBe(true)
    expect(smr.poll(smr.advance())).toBe(false)
    smr.exit(other)
    smr.waitSync()
  })

  it('is waited for no longer than one wants, by who comes back for it later', async () => {
    const smr = Smr.create(SyncDomain.create({ threads: 3 }))
    const reader = readerOn(1)
    smr.enter(reader)
    const goal = smr.advance()
    expect(() => smr.waitSync(goal, { timeoutMs: 2 })).toThrow(LockTimeout)
    const ending = new AbortController()
    const waiting = smr.waitAsync(goal, { signal: ending.signal })
    ending.abort(new Error('called off'))
    await expect(waiting).rejects.toThrow('called off')
    const passing = smr.waitAsync(goal)
    setTimeout(() => smr.exit(reader), 2)
    await passing
    expect(smr.poll(goal)).toBe(true)
  })

  it('is entered once, and left once', () => {
    const smr = Smr.create(SyncDomain.create({ threads: 2 }))
    smr.enterSync()
    expect(() => smr.enterSync()).toThrow(LockMisuse)
    expect(smr.domain!.here.critical).toBe(1)
    smr.exitSync()
    expect(smr.domain!.here.critical).toBe(0)
    expect(() => smr.exitSync()).toThrow(LockMisuse)
  })

  it('works on when its sequence wraps', () => {
    const domain = SyncDomain.create({ threads: 2 })
    const smr = Smr.create(domain)
    for (const at of [smr.at, smr.at + 64]) domain.memory.store(at, 2 ** 31 - 2)
    const reader = readerOn(1)
    smr.enter(reader)
    const goal = smr.advance()
    expect(goal).toBeLessThan(0)
    expect(smr.poll(goal)).toBe(false)
    smr.exit(reader)
    expect(smr.poll(goal)).toBe(true)
  })
})

describe('A read-mostly lock', () => {
  it('pins its readers while they are inside, and lets none exit for another', () => {
    const rm = RmLock.create(SyncDomain.create())
    const { here } = rm.domain!
    rm.read.lockSync()
    rm.read.lockSync()
    expect(here.pins).toBe(2)
    const other = readerOn(rm.domain!.thread)
    expect(() => finish(other, rm.read.exit(other))).toThrow('this thread, which is not pinned')
    rm.read.unlock()
    rm.read.unlock()
    expect(here.pins).toBe(0)
  })

  it('makes a writer pay for every CPU that has read since, and for no other', () => {
    const domain = SyncDomain.create({ threads: 40 })
    const met: number[][] = []
    const memory = domain.memory
    const at = placeLock(
      { name: 'rm', code: 99, version: 1, names: NOBODY },
      domain,
      RmLock.bytes(40),
      {},
      64,
    )
    const rm = new RmLock(
      memory,
      at,
      40,
      function* (cpus) {
        met.push([...cpus])
      },
      domain,
    )
    const readOn = (cpu: number) => {
      memory.or(rm.tokensOf(cpu), 1 << (cpu & 31))
      expect(rm.hasTokens()).toBe(true)
    }
    rm.write.lockSync().unlock()
    for (const cpu of [3, 31, 39]) readOn(cpu)
    rm.write.lockSync().unlock()
    rm.write.lockSync().unlock()
    rm.read.lockSync().unlock()
    rm.write.lockSync().unlock()
    expect(met).toEqual([[3, 31, 39], [0]])
  })

  it('waits again for readers that a writer who gave up has waited for', async () => {
    const rm = RmLock.create(SyncDomain.create())
    const reader = await rm.read.lock()
    expect(() => rm.write.lockSync({ timeoutMs: 2 })).toThrow('was not to be had within 2 ms')
    expect(() => rm.write.lockSync({ timeoutMs: 2 })).toThrow('was not to be had within 2 ms')
    reader.unlock()
    rm.write.lockSync().unlock()
  })

  it('has a bound for CPUs', () => {
    expect(() => RmLock.create(SyncDomain.create({ threads: 513, bytes: 1 << 20 }))).toThrow(
      'cpus: expected 1 to 512, came 513',
    )
  })
})
