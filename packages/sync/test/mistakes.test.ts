import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  address,
  BadHandle,
  Barrier,
  Condition,
  Counter,
  detach,
  Epoch,
  EventCount,
  invite,
  LockMisuse,
  LockProfile,
  LockTimeout,
  McsLock,
  Mutex,
  NoWaiter,
  Once,
  RmLock,
  RwLock,
  Semaphore,
  Seqc,
  Smr,
  SpinMutex,
  Sx,
  SyncDomain,
  TicketLock,
  watch,
  Witness,
} from '../src/index.ts'
import { lockTable } from '../src/kinds/lock-table.ts'

const CLASSES = {
  Barrier: {
    create: (domain: SyncDomain) => Barrier.create(domain, { parties: 2 }),
    open: Barrier.open,
  },
  Condition,
  Counter,
  Epoch,
  EventCount,
  McsLock,
  Mutex,
  Once,
  RmLock,
  RwLock,
  Semaphore,
  Seqc,
  Smr,
  SpinMutex,
  Sx,
  TicketLock,
  Witness,
}
const KINDS = Object.entries(CLASSES)

afterEach(() => void vi.restoreAllMocks())

/** What a call throws, or that it has changed a byte of its domain all the same. */
function refusal(domain: SyncDomain, call: () => unknown): Error {
  const bytes = new Int32Array(domain.handle.buffer).slice()
  try {
    call()
  } catch (error) {
    const now = new Int32Array(domain.handle.buffer)
    if (bytes.every((word, i) => word === now[i])) return error as Error
    throw new Error('a call that was refused has changed its domain', { cause: error })
  }
  throw new Error('a call that was to be refused was not')
}

describe.each(KINDS)('What is no handle of a %s', (_name, Class) => {
  const domain = SyncDomain.create()
  const made = Class.create(domain)
  const open = Class.open as (handle: unknown) => unknown

  it.each([
    ['nothing', undefined, 'undefined came'],
    ['null', null, 'null came'],
    ['a number', 5, '5 came'],
    ['an empty object', {}, 'one whose kind is undefined came'],
    ['the object itself', made, 'itself came; pass its `.handle`'],
    ['the handle of its domain', domain.handle, 'one whose kind is undefined came'],
    ['what JSON made of it', JSON.parse(JSON.stringify(made.handle)), 'JSON cannot carry'],
    ['one that leads elsewhere', { ...made.handle, at: 4 }, 'of this version at 4'],
    ['one of a later version', { ...made.handle, version: 99 }, 'version 99, came'],
    ['a symbol', Symbol('s'), 'Symbol(s) came'],
  ])('is refused by a sentence: %s', (_what, wrong, sentence) => {
    const error = refusal(domain, () => open(wrong))
    expect(error).toBeInstanceOf(BadHandle)
    expect(error.message).toContain(sentence)
  })

  it('is no number in a domain: a thread that is refused has taken none', () => {
    const left = SyncDomain.create({ threads: 1 })
    const { handle } = Class.create(left)
    detach(left)
    expect(refusal(left, () => open({ ...handle, at: 4 }))).toBeInstanceOf(BadHandle)
    expect(refusal(left, () => open({ ...handle, kind: 'a lock' }))).toBeInstanceOf(BadHandle)
  })

  it('has its class placed in no domain either', () => {
    const create = Class.create as (domain: unknown) => unknown
    for (const wrong of [undefined, {}, domain.handle, 5]) {
      expect(() => create(wrong)).toThrow('is placed in a SyncDomain')
    }
  })
})

describe('A thread is not detached while it holds', () => {
  const HELD: readonly (readonly [string, (domain: SyncDomain) => { unlock(): void }])[] = [
    ['the mutex', (domain) => Mutex.create(domain).lockSync()],
    ['the spin mutex', (domain) => SpinMutex.create(domain).lockSync()],
    ['the ticket lock', (domain) => TicketLock.create(domain).lockSync()],
    ['the mcs lock', (domain) => McsLock.create(domain).lockSync()],
    ['the rwlock', (domain) => RwLock.create(domain).write.lockSync()],
    ['the sx', (domain) => Sx.create(domain).exclusive.lockSync()],
    ['the rmlock', (domain) => RmLock.create(domain).write.lockSync()],
    ['the mutex', (domain) => Mutex.create(domain, { at: address(0) }).lockSync()],
  ]
  const wide = () => {
    const buffer = new SharedArrayBuffer(1 << 18)
    return SyncDomain.create({ buffer, at: 4096, bytes: 1 << 17 })
  }

  it.each(HELD)('%s', (name, hold) => {
    const domain = wide()
    const guard = hold(domain)
    expect(refusal(domain, () => detach(domain))).toBeInstanceOf(LockMisuse)
    expect(() => detach(domain)).toThrow(`holds no lock: ${name} at`)
    guard.unlock()
    detach(domain)
  })

  it('a once that it does', () => {
    const domain = wide()
    Once.create(domain).runSync(() => expect(() => detach(domain)).toThrow('the once at'))
    detach(domain)
  })

  it('but is while words look like its own that are none of a lock', () => {
    const { handle } = wide()
    const other = SyncDomain.open({ ...handle, buffer: structuredClone(handle.buffer) })
    Counter.create(other).increment(other.here.at)
    Semaphore.create(other, { permits: other.here.at })
    detach(other)
    expect(() => detach(other)).toThrow('it is already')
  })
})

describe('A plain name that waits, called without a waiter, throws', () => {
  const domain = SyncDomain.create({ bytes: 1 << 20 })
  const mutex = Mutex.create(domain)
  const condition = Condition.create(domain)
  const lock = RwLock.create(domain)
  const CALLS: Record<string, (td: never) => unknown> = {
    'mutex.enter': (td) => mutex.enter(td),
    'mutex.exit': (td) => mutex.exit(td),
    'semaphore.acquire': (td) => Semaphore.create(domain).acquire(td),
    'semaphore.release': (td) => Semaphore.create(domain).release(td),
    'condition.wait': (td) => condition.wait(td, mutex),
    'condition.notify': (td) => condition.notify(td, mutex),
    'condition.notifyAll': (td) => condition.notifyAll(td, mutex),
    'eventCount.wait': (td) => EventCount.create(domain).wait(td, 0),
    'eventCount.advance': (td) => EventCount.create(domain).advance(td),
    'barrier.arrive': (td) => Barrier.create(domain, { parties: 2 }).arrive(td),
    'once.begin': (td) => Once.create(domain).begin(td),
    'once.done': (td) => Once.create(domain).done(td),
    'once.failed': (td) => Once.create(domain).failed(td),
    'epoch.wait': (td) => Epoch.create(domain).wait(td),
    'smr.wait': (td) => Smr.create(domain).wait(td, 1),
    'seqc.read': (td) => Seqc.create(domain).read(td),
    'lock.enter': (td) => lock.write.enter(td),
    'lock.exit': (td) => lock.read.exit(td),
    'sx.downgrade': (td) => Sx.create(domain).downgrade(td),
  }

  it.each(Object.entries(CALLS))('%s', (name, call) => {
    for (const wrong of [undefined, 2, mutex, domain, {}, null]) {
      expect(() => call(wrong as never)).toThrow(NoWaiter)
    }
    expect(() => call(undefined as never)).toThrow(`${name}(td) is for threads`)
  })

  it.each(lockTable.map(({ name, create }) => [name, create] as const))(
    'on every side of a %s',
    (_name, create) => {
      const { read, write } = create(domain)
      for (const side of [read, write].filter((side) => side !== undefined)) {
        expect(() => side.enter(undefined as never)).toThrow(NoWaiter)
        expect(() => side.exit(undefined as never)).toThrow(NoWaiter)
      }
    },
  )
})

describe('A thread does not block for a task of its own', () => {
  it.each(lockTable.map(({ name, create }) => [name, create] as const))(
    'that holds a %s',
    async (_name, create) => {
      const domain = SyncDomain.create()
      const { read, write } = create(domain)
      const guard = await write.lock()
      for (const side of [read, write].filter((side) => side !== undefined)) {
        expect(() => side.lockSync()).toThrow('is held by a task of this thread')
        expect(() => side.lockSync({ timeoutMs: 1 })).toThrow(LockTimeout)
      }
      guard.unlock()
      write.lockSync().unlock()
    },
  )

  it('that does a once', async () => {
    const once = Once.create(SyncDomain.create())
    let done: (() => void) | undefined
    const doing = once.run(() => new Promise<void>((resolve) => (done = resolve)))
    await vi.waitFor(() => expect(done).toBeDefined())
    expect(() => once.runSync(() => {}, { timeoutMs: 1 })).toThrow(LockTimeout)
    expect(() => once.runSync(() => {})).toThrow('is done by a task of this thread')
    done!()
    await doing
    once.runSync(() => expect.unreachable())
  })
})

describe('Where none may block', () => {
  it.each(lockTable.map(({ name, create }) => [name, create] as const))(
    'a look at a %s sleeps for none, and leaves it as it was',
    async (_name, create) => {
      const { write, read } = create(SyncDomain.create())
      const guard = await write.lock()
      const wait = vi.spyOn(Atomics, 'wait')
      for (const side of [read, write].filter((side) => side !== undefined)) {
        expect(() => side.lockSync({ timeoutMs: 0 })).toThrow(LockTimeout)
      }
      expect(wait).not.toHaveBeenCalled()
      guard.unlock()
      write.lockSync({ timeoutMs: 0 }).unlock()
    },
  )
})

/** A watched mutex whose profile has a clock that may throw. */
function profiled() {
  const clock = { throws: false }
  const profile = new LockProfile(() => {
    if (clock.throws) throw new Error('the clock of the caller')
    return 0
  })
  const mutex = Mutex.create(SyncDomain.create())
  return { clock, mutex, watched: watch(mutex, { name: 'so_rcv', profile }) }
}

describe('What throws leaves nothing held', () => {
  it('a notification under what is no mutex, while others sleep', async () => {
    const domain = SyncDomain.create({ buckets: 1 })
    const [mutex, condition] = [Mutex.create(domain), Condition.create(domain)]
    const guard = await mutex.lock()
    const waiting = condition.waitAsync(mutex, guard, { timeoutMs: 50 })
    await vi.waitFor(() => expect(mutex.owner()).toBe(0))
    const elsewhere = Mutex.create(SyncDomain.create())
    for (const wrong of [{}, undefined, condition, elsewhere]) {
      const error = refusal(domain, () => condition.notifySync(wrong as Mutex))
      expect(error).toBeInstanceOf(LockMisuse)
      expect(() => condition.notifyAllSync(wrong as Mutex)).toThrow('under a Mutex of its domain')
    }
    expect(await waiting).toBe(false)
    guard.unlock()
  })

  it('the clock of a profile, when a lock is entered', async () => {
    const { clock, mutex, watched } = profiled()
    clock.throws = true
    expect(() => watched.lockSync()).toThrow('the clock of the caller')
    await expect(watched.lock()).rejects.toThrow('the clock of the caller')
    expect(mutex.owner()).toBe(0)
    detach(mutex.domain!)
  })

  it('the clock of a profile, when a lock is exited: it is held until it was', async () => {
    const { clock, mutex, watched } = profiled()
    const guard = await watched.lock()
    clock.throws = true
    expect(() => guard.unlock()).toThrow('the clock of the caller')
    expect(mutex.owner()).toBe(guard.td.at)
    clock.throws = false
    guard.unlock()
    detach(mutex.domain!)
  })

  it('a callback of an epoch: the others run, each once', () => {
    const epoch = Epoch.create(SyncDomain.create())
    const ran: number[] = []
    epoch.call(() => ran.push(1))
    epoch.call(() => {
      throw new Error('of the caller')
    })
    epoch.call(() => ran.push(2))
    expect(() => epoch.poll()).toThrow('of the caller')
    expect(epoch.poll()).toBe(0)
    expect(ran).toEqual([1, 2])
  })

  it.each([
    ['a number', 100],
    ['a signal that is none', { signal: {} }],
    ['a time that is text', { timeoutMs: '5' }],
    ['a symbol', Symbol('s')],
  ])('options that are none: %s', async (_what, options) => {
    const domain = SyncDomain.create()
    const mutex = Mutex.create(domain)
    await expect(mutex.lock(options as never)).rejects.toThrow(/came/)
    expect(() => mutex.lockSync(options as never)).toThrow(/came/)
    expect(mutex.owner()).toBe(0)
    detach(domain)
  })
})

describe('A domain', () => {
  it('has room in a new buffer for the locks of any shape', () => {
    const domain = SyncDomain.create({ waiters: 10_000 })
    for (let i = 0; i < 800; i++) Mutex.create(domain)
    expect(domain.lot.handle.waiters).toBe(10_000)
  })

  it('says by which option it is for more', () => {
    const domain = SyncDomain.create({ threads: 1, waiters: 2 })
    domain.borrow()
    expect(() => domain.borrow()).toThrow('make it for more, by `waiters` of SyncDomain.create')
    expect(() => invite(domain)).toThrow('make it for more, by `threads` of SyncDomain.create')
  })

  it.each([
    [{ buffer: new ArrayBuffer(1 << 17) }, 'an ArrayBuffer came'],
    [{ buffer: {} }, 'an object came'],
    [{ buffer: new SharedArrayBuffer(1 << 17), at: '64' }, "'64' came"],
    [5, '5 came'],
    [{ waiters: Symbol('s') }, 'Symbol(s) came'],
  ])('is not made of %o', (options, sentence) => {
    expect(() => SyncDomain.create(options as never)).toThrow(sentence)
  })

  it('is opened by an invitation before its locks are, or says so', async () => {
    const domain = SyncDomain.create()
    const guest = invite(domain)
    const { handle } = Mutex.create(domain)
    const file = new URL('./fixtures/opening-late.mjs', import.meta.url)
    const worker = new Worker(file, { workerData: { handle, guest: guest.handle } })
    const message = await new Promise((resolve) => worker.once('message', resolve))
    await worker.terminate()
    expect(message).toMatch(/is thread \d already|opens the domain by the invitation first/)
  })
})
