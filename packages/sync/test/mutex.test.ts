import { LiveMemory, Arena } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { READY, RUNNING, TIMED_OUT, until, WAITER, WOKEN } from '@smpnet/park'
import { LockMisuse, LockTimeout, Mutex, NOBODY, placeLock, SyncDomain } from '../src/index.ts'
import { untilEnded, untilParked } from './by-hand.ts'

/** A mutex with three waiters whose generators the test drives itself, as a kernel does. */
function kernelMutex(options = {}) {
  const domain = SyncDomain.create()
  const mutex = new Mutex(
    domain.memory,
    placeLock({ name: 'm', code: 9, version: 1, names: NOBODY }, domain, 8),
    options,
  )
  const [a, b, c] = [domain.borrow(), domain.borrow(), domain.borrow()] as const
  return { mutex, a, b, c, memory: domain.memory }
}

describe('A free mutex', () => {
  it('is taken and given up without any wait, by whoever comes', () => {
    const { mutex, a, b } = kernelMutex()
    expect(mutex.tryEnter(a)).toBe(true)
    expect(mutex.owner()).toBe(a.at)
    expect(mutex.tryEnter(b)).toBe(false)
    expect(mutex.tryExit(a)).toBe(true)
    expect(mutex.tryEnter(b)).toBe(true)
  })

  it('is free again in memory: all zero', () => {
    const { mutex, a, b, memory } = kernelMutex()
    mutex.tryEnter(a)
    const entering = untilParked(mutex.enter(b))
    untilEnded(mutex.exit(a))
    untilEnded(entering)
    untilEnded(mutex.exit(b))
    expect(memory.load(mutex.at)).toBe(0)
  })
})

describe('A held mutex', () => {
  it('is spun for while its owner runs, and slept for when it does not', () => {
    const { mutex, a, b, c, memory } = kernelMutex()
    mutex.tryEnter(a)
    expect(memory.load(a.at + WAITER.offset.state)).toBe(RUNNING)
    const spinning = mutex.enter(b)
    expect(spinning.next(WOKEN).value).not.toBe(2)
    memory.store(a.at + WAITER.offset.state, READY)
    untilParked(spinning)
    expect(mutex.enter(c).next(WOKEN)).toEqual({ done: false, value: 2 })
  })

  it('wakes one sleeper on exit, in order of arrival, and stays contested for the next', () => {
    const { mutex, a, b, c } = kernelMutex()
    mutex.tryEnter(a)
    const second = untilParked(mutex.enter(b))
    const third = untilParked(mutex.enter(c))
    expect(mutex.tryExit(a)).toBe(false)
    untilEnded(mutex.exit(a))
    expect(untilEnded(second)).toBe(WOKEN)
    expect(mutex.owner()).toBe(b.at)
    untilEnded(mutex.exit(b))
    expect(untilEnded(third)).toBe(WOKEN)
    expect(mutex.owner()).toBe(c.at)
  })

  it('lets a newcomer pass the one that was woken, but not for ever', () => {
    const { mutex, a, b } = kernelMutex()
    mutex.tryEnter(a)
    const woken = untilParked(mutex.enter(b))
    let races = 0
    for (; mutex.owner() !== b.at && races < 100; races++) {
      untilEnded(mutex.exit(a))
      if (mutex.owner() === b.at) break
      expect(mutex.tryEnter(a)).toBe(true)
      untilParked(woken)
    }
    expect(races).toBeGreaterThan(1)
    expect(races).toBeLessThan(20)
    expect(untilEnded(woken)).toBe(WOKEN)
  })

  it('is handed to one whose time is limited, so that one sleep is enough', () => {
    const { mutex, a, b } = kernelMutex()
    mutex.tryEnter(a)
    const entering = untilParked(mutex.enter(b, until(b, { timeoutMs: 1000 })))
    untilEnded(mutex.exit(a))
    expect(mutex.owner()).toBe(b.at)
    expect(untilEnded(entering)).toBe(WOKEN)
  })

  it('is left alone by one whose time is over', () => {
    const { mutex, a, b } = kernelMutex()
    mutex.tryEnter(a)
    const limit = until(b, { timeoutMs: 1000 })
    expect(untilEnded(untilParked(mutex.enter(b, limit)), TIMED_OUT)).toBe(TIMED_OUT)
    untilEnded(mutex.exit(a))
    expect(mutex.owner()).toBe(0)
  })
})

describe('Misuse of a mutex is refused, and it stays usable', () => {
  it('when another unlocks it', () => {
    const { mutex, a, b } = kernelMutex()
    mutex.tryEnter(a)
    expect(mutex.tryExit(b)).toBe(false)
    expect(() => untilEnded(mutex.exit(b))).toThrow(LockMisuse)
    expect(() => untilEnded(mutex.exit(b))).toThrow(`waiter ${a.at} holds it, ${b.at} came`)
    expect(mutex.tryExit(a)).toBe(true)
  })

  it('when it is unlocked twice', () => {
    const { mutex, a } = kernelMutex()
    mutex.tryEnter(a)
    mutex.tryExit(a)
    expect(() => untilEnded(mutex.exit(a))).toThrow('nobody holds it')
    expect(mutex.tryEnter(a)).toBe(true)
  })

  it('when its holder takes it again', () => {
    const { mutex, a } = kernelMutex()
    mutex.tryEnter(a)
    expect(() => untilEnded(mutex.enter(a))).toThrow('held by this waiter already')
    expect(mutex.tryExit(a)).toBe(true)
  })

  it('when a thread uses a kernel mutex, which does not know who waits', () => {
    const { mutex } = kernelMutex()
    expect(() => mutex.lockSync()).toThrow('made without a domain')
    expect(() => mutex.handle).toThrow('made without a domain')
  })
})

describe('A recursive mutex', () => {
  it('is its owner’s until it was exited as often as entered', () => {
    const { mutex, a, b } = kernelMutex({ recursive: true })
    for (let i = 0; i < 3; i++) if (!mutex.tryEnter(a)) untilEnded(mutex.enter(a))
    const waiting = untilParked(mutex.enter(b))
    for (let i = 0; i < 2; i++) untilEnded(mutex.exit(a))
    expect(mutex.owner()).toBe(a.at)
    untilEnded(mutex.exit(a))
    expect(untilEnded(waiting)).toBe(WOKEN)
    expect(() => untilEnded(mutex.exit(a))).toThrow(LockMisuse)
  })
})

describe('A mutex of a domain', () => {
  it('is locked and unlocked by a thread that blocks', () => {
    const mutex = Mutex.create(SyncDomain.create())
    {
      using _guard = mutex.lockSync()
      expect(mutex.owner()).not.toBe(0)
    }
    expect(mutex.owner()).toBe(0)
    mutex.lockSync()
    mutex.unlock()
    expect(mutex.tryLock()).toBeDefined()
    expect(mutex.tryLock()).toBeUndefined()
  })

  it('excludes the tasks of one event loop, in order', async () => {
    const mutex = Mutex.create(SyncDomain.create())
    const seen: string[] = []
    const task = async (name: string) => {
      using _guard = await mutex.lock()
      seen.push(`${name} in`)
      await new Promise((resolve) => setTimeout(resolve, 1))
      seen.push(`${name} out`)
    }
    await Promise.all(['a', 'b', 'c'].map(task))
    expect(seen).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out'])
  })

  it('times out, blocking and awaiting, and stays usable', async () => {
    const mutex = Mutex.create(SyncDomain.create())
    const guard = await mutex.lock()
    expect(() => mutex.lockSync({ timeoutMs: 5 })).toThrow(LockTimeout)
    await expect(mutex.lock({ timeoutMs: 5 })).rejects.toThrow('was not to be had within 5 ms')
    guard.unlock()
    mutex.lockSync({ timeoutMs: 0 }).unlock()
  })

  it('ends the wait of a task whose signal is aborted, with its reason', async () => {
    const mutex = Mutex.create(SyncDomain.create())
    const guard = await mutex.lock()
    const controller = new AbortController()
    const waiting = mutex.lock({ signal: controller.signal })
    setTimeout(() => controller.abort(new Error('changed my mind')), 1)
    await expect(waiting).rejects.toThrow('changed my mind')
    await expect(mutex.lock({ signal: AbortSignal.abort() })).rejects.toThrow('abort')
    guard.unlock()
    ;(await mutex.lock()).unlock()
  })

  it('refuses times that nobody can wait', async () => {
    const mutex = Mutex.create(SyncDomain.create())
    expect(() => mutex.lockSync({ timeoutMs: -1 })).toThrow(
      'expected 0 or more milliseconds, came -1',
    )
    expect(() => mutex.lockSync({ timeoutMs: Number.NaN })).toThrow(RangeError)
    await expect(mutex.lock({ timeoutMs: -1 })).rejects.toThrow(RangeError)
  })

  it('is unlocked once by a guard', async () => {
    const mutex = Mutex.create(SyncDomain.create())
    const guard = await mutex.lock()
    guard.unlock()
    expect(() => guard.unlock()).toThrow('unlocked once by each guard')
    const sync = mutex.lockSync()
    sync.unlock()
    expect(() => sync.unlock()).toThrow(LockMisuse)
  })

  it('has room in a machine’s memory, whose threads are waiters like others', () => {
    const memory = LiveMemory.create(1 << 16)
    const mutex = new Mutex(memory, Arena.create(memory).place('mutex', Mutex.bytes))
    expect(mutex.owner()).toBe(0)
  })
})
