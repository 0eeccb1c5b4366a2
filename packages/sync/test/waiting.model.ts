import { explore } from '@smpnet/interleave'
import { describe, expect, it } from 'vitest'
import { Barrier } from '../src/barrier.ts'
import { Condition } from '../src/condition.ts'
import { EventCount } from '../src/event-count.ts'
import type { Lot } from '../src/lot.ts'
import { Mutex } from '../src/mutex.ts'
import { Once } from '../src/once.ts'
import { Semaphore } from '../src/semaphore.ts'
import { LED, OWNER_DIED, TIMED_OUT, WOKEN } from '../src/wait.ts'
import { budget, expectToHold } from './models/budget.ts'
import { drive, type Fault, tinyWorld } from './models/drive.ts'

/** Sizes of the programs: threads by operations of each. */
const SIZES = [
  [2, 1],
  [2, 3],
  [3, 1],
  [3, 2],
] as const

function numbered(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i)
}

function parking(sleepers: number, isLimited: boolean, fault: Fault = 'none') {
  const name = `parking, ${sleepers} sleep${isLimited ? ' with a limit' : ''}`
  return explore({ name, ...budget }, ({ thread, after }) => {
    const { memory, tds, at, data } = tinyWorld(sleepers + 1, 16, fault)
    const waker = tds[sleepers]!
    for (const i of numbered(sleepers)) {
      const td = tds[i]!
      if (isLimited) td.timeoutMs = 1
      thread(`sleeper ${i}`, () => {
        memory.store(data + i * 4, drive(td, td.lot.park(td, at, at, 0)) + 1)
      })
    }
    thread('waker', () => {
      memory.store(at, 1)
      memory.store(data + 12, drive(waker, waker.lot.unpark(at, 9)))
    })
    after(() => {
      const outcomes = numbered(sleepers).map((i) => memory.load(data + i * 4) - 1)
      expect(outcomes.filter((outcome) => outcome === WOKEN)).toHaveLength(memory.load(data + 12))
      const late = outcomes.filter((outcome) => outcome === TIMED_OUT)
      expect(late.length).toBeLessThanOrEqual(isLimited ? sleepers : 0)
      expect(waker.lot.tryUnpark(at, 9)).toBe(0)
    })
  })
}

describe('Parking', () => {
  it.each([1, 2])('loses no wake: %i sleep, one wakes', (sleepers) => {
    expectToHold(parking(sleepers, false))
  })

  it.each([1, 2])('ends once, by a wake or by its time: %i sleep', (sleepers) => {
    expectToHold(parking(sleepers, true))
  })

  it('is found out when a sleeper is not notified', () => {
    expect(parking(1, false, 'deaf sleeper').verdict).toBe('fails')
  })
})

function semaphore(
  threads: number,
  times: number,
  weights: readonly number[],
  fault: Fault = 'none',
) {
  const name = `semaphore ${threads} x ${times}, of 2`
  return explore({ name, ...budget }, ({ thread, after }) => {
    const { memory, tds, at, data } = tinyWorld(threads, 4, fault)
    memory.store(at, 2 * 2)
    const one = new Semaphore(memory, at, 2)
    for (const i of numbered(threads)) {
      const td = tds[i]!
      thread(`takes ${weights[i]}`, () => {
        for (let n = 0; n < times; n++) {
          if (!one.tryAcquire(weights[i]!)) drive(td, one.acquire(td, weights[i]!))
          const inUse = memory.add(data, weights[i]!) + weights[i]!
          if (inUse > 2) throw new Error(`${inUse} permits are in use`)
          memory.add(data, -weights[i]!)
          if (!one.tryRelease(weights[i]!)) drive(td, one.release(td, weights[i]!))
        }
      })
    }
    after(() => expect(memory.load(at)).toBe(4))
  })
}

describe('A semaphore', () => {
  it.each(SIZES)('gives no more permits than it has: %i threads, %i times', (threads, times) => {
    expectToHold(semaphore(threads, times, [2, 1, 1]))
  })

  it.each(['torn compare-exchange', 'deaf sleeper'] as const)(
    'is found out with a %s',
    (fault) => {
      expect(semaphore(2, 2, [2, 1], fault).verdict).toBe('fails')
    },
  )
})

function condition(waiters: number, isAll: boolean, fault: Fault = 'none') {
  const name = `condition, ${waiters} wait${isAll ? ', all notified' : ''}`
  return explore({ name, ...budget }, ({ thread, after }) => {
    const { memory, tds, at, data } = tinyWorld(waiters + 1, 24, fault)
    const changed = new Condition(memory, at)
    const mutex = new Mutex(memory, at + 8)
    for (const i of numbered(waiters)) {
      const td = tds[i]!
      thread(`waiter ${i}`, () => {
        if (!mutex.tryEnter(td)) drive(td, mutex.enter(td))
        while (memory.read(data) === 0) drive(td, changed.wait(td, mutex))
        memory.write(data, memory.read(data) - 1)
        memory.write(data + 4, memory.read(data + 4) + 1)
        if (!mutex.tryExit(td)) drive(td, mutex.exit(td))
      })
    }
    const td = tds[waiters]!
    thread('notifier', () => {
      for (let left = isAll ? 1 : waiters; left > 0; left--) {
        if (!mutex.tryEnter(td)) drive(td, mutex.enter(td))
        memory.write(data, memory.read(data) + (isAll ? waiters : 1))
        const notify = isAll ? changed.notifyAll(td, mutex) : changed.notify(td, mutex)
        if (fault !== 'torn exchange') drive(td, notify)
        if (!mutex.tryExit(td)) drive(td, mutex.exit(td))
      }
    })
    after(() => expect(memory.read(data + 4)).toBe(waiters))
  })
}

describe('A condition', () => {
  it.each([
    [1, false],
    [2, false],
    [2, true],
  ])('reaches everyone who waits: %i wait, all at once %s', (waiters, isAll) => {
    expectToHold(condition(waiters, isAll))
  })

  it.each(['deaf sleeper', 'torn compare-exchange', 'torn exchange'] as const)(
    'is found out with a %s, or when nobody notifies',
    (fault) => {
      expect(condition(1, false, fault).verdict).toBe('fails')
    },
  )
})

function barrier(parties: number, rounds: number, fault: Fault = 'none') {
  return explore({ name: `barrier ${parties} x ${rounds}`, ...budget }, ({ thread, after }) => {
    const { memory, tds, at, data } = tinyWorld(parties, 16, fault)
    const one = new Barrier(memory, at, parties)
    for (const td of tds) {
      thread(`party ${td.at}`, () => {
        for (let round = 1; round <= rounds; round++) {
          memory.add(data, 1)
          if (drive(td, one.arrive(td)) === LED) memory.add(data + 4, 1)
          const arrivals = memory.load(data)
          if (arrivals < round * parties) throw new Error(`passed after ${arrivals} arrivals`)
        }
      })
    }
    after(() => expect(memory.load(data + 4)).toBe(rounds))
  })
}

describe('A barrier', () => {
  it.each(SIZES)('is passed when all have come, and one leads: %i x %i', (parties, rounds) => {
    expectToHold(barrier(parties, rounds))
  })

  it.each(['torn compare-exchange', 'deaf sleeper'] as const)(
    'is found out with a %s',
    (fault) => {
      expect(barrier(2, 2, fault).verdict).toBe('fails')
    },
  )
})

function once(threads: number, fails: number, fault: Fault = 'none') {
  return explore({ name: `once ${threads}, ${fails} fail`, ...budget }, ({ thread, after }) => {
    const { memory, tds, at, data } = tinyWorld(threads, 4, fault)
    const one = new Once(memory, at)
    for (const td of tds) {
      thread(`${td.at}`, () => {
        drive(td, one.begin(td))
        if (!one.isDoer(td)) return
        const attempt = memory.read(data) + 1
        memory.write(data, attempt)
        drive(td, attempt <= fails ? one.failed(td) : one.done(td))
      })
    }
    after(() => expect(memory.read(data)).toBe(fails + 1))
  })
}

describe('A once', () => {
  it.each([
    [2, 0],
    [2, 1],
    [3, 0],
    [3, 1],
  ])('is done by one, and by another when that fails: %i threads, %i fail', (threads, fails) => {
    expectToHold(once(threads, fails))
  })

  it.each(['torn compare-exchange', 'deaf sleeper'] as const)(
    'is found out with a %s',
    (fault) => {
      expect(once(2, 0, fault).verdict).toBe('fails')
    },
  )
})

function eventCount(waiters: number, items: number, fault: Fault = 'none') {
  return explore({ name: `event count ${waiters} x ${items}`, ...budget }, ({ thread, after }) => {
    const { memory, tds, at, data } = tinyWorld(waiters + 1, 4, fault)
    const count = new EventCount(memory, at)
    for (const i of numbered(waiters)) {
      const td = tds[i]!
      thread(`waiter ${i}`, () => {
        for (;;) {
          const seen = count.read()
          if (memory.load(data) === items) break
          drive(td, count.wait(td, seen))
        }
        memory.add(data + 4, 1)
      })
    }
    const td = tds[waiters]!
    thread('producer', () => {
      for (let item = 1; item <= items; item++) {
        memory.store(data, item)
        if (!count.tryAdvance()) drive(td, count.advance(td))
      }
    })
    after(() => expect(memory.load(data + 4)).toBe(waiters))
  })
}

describe('An event count', () => {
  it.each([
    [1, 1],
    [1, 3],
    [2, 1],
    [2, 2],
  ])('misses no event: %i wait, %i come', (waiters, items) => {
    expectToHold(eventCount(waiters, items))
  })

  it('is found out with a deaf sleeper', () => {
    expect(eventCount(1, 1, 'deaf sleeper').verdict).toBe('fails')
  })
})

function robust(survivors: number, isBuried: boolean) {
  const name = `robust mutex, ${survivors} survive`
  return explore({ name, ...budget }, ({ thread, after }) => {
    const { memory, tds, at, data } = tinyWorld(survivors + 2, 16, 'none', 4)
    const mutex = new Mutex(memory, at)
    const dead = tds[survivors]!
    const undertaker = tds[survivors + 1]!
    mutex.tryEnter(dead)
    for (const i of numbered(survivors)) {
      const td = tds[i]!
      thread(`survivor ${i}`, () => {
        const outcome = mutex.tryEnter(td) ? WOKEN : drive(td, mutex.enter(td))
        if (outcome === OWNER_DIED) {
          memory.write(data, memory.read(data) + 1)
          mutex.recover(td)
        }
        memory.write(data + 4, memory.read(data + 4) + 1)
        if (!mutex.tryExit(td)) drive(td, mutex.exit(td))
      })
    }
    thread('undertaker', () => {
      const number = isBuried ? dead.lot.cpu : 99
      drive(undertaker, (undertaker.lot as Lot).bury(number))
    })
    after(() => expect([memory.read(data), memory.read(data + 4)]).toEqual([1, survivors]))
  })
}

describe('A mutex whose holder has died', () => {
  it.each([1, 2])(
    'is inherited by one, who is told, and then works on: %i survive',
    (survivors) => {
      expectToHold(robust(survivors, true))
    },
  )

  it('is found out when nobody buries the dead', () => {
    expect(robust(1, false).verdict).toBe('fails')
  })
})
