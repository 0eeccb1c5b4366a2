import { explore, awaitExchange, awaitValue } from '@smpnet/interleave'
import { describe, expect, it } from 'vitest'
import { Barrier } from '../src/events/barrier.ts'
import { EventCount } from '../src/events/event-count.ts'
import { Once } from '../src/events/once.ts'
import { Semaphore } from '../src/locks/semaphore.ts'
import { LED, TIMED_OUT, until, WOKEN } from '@smpnet/park'
import { budget, expectToHold, timely, whole } from '@smpnet/testing/models'
import {
  alikeIn,
  drive,
  type Fault,
  type ParkedFault,
  parkedWorld,
  tinyWorld,
  untilWoken,
} from '@smpnet/park/model'

const checker = { awaitExchange, awaitValue }

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
      const limit = until(td, isLimited ? { timeoutMs: 1 } : {})
      thread(`sleeper ${i}`, () => {
        memory.store(data + i * 4, drive(td, td.lot.park(td, at, at, 0, limit)) + 1)
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

/** Two permits: who takes both writes, the others read, and the checker reports who races. */
function semaphore(threads: number, times: number, weights: readonly number[], fault?: Fault) {
  const name = `semaphore ${threads} x ${times}, who take ${weights.slice(0, threads).join()}`
  return explore({ name, ...(threads > 2 ? timely : whole) }, ({ thread, after }) => {
    const alike = alikeIn(weights.slice(0, threads).map(String))
    const world = parkedWorld(checker, alike, 4, fault)
    const { at, data } = world
    world.threads[0]!.memory.write(at, 2 * 2)
    world.threads.forEach(({ memory, td }, i) => {
      const one = new Semaphore(memory, at, 2)
      const weight = weights[i]!
      thread(`takes ${weight}`, () => {
        for (let n = 0; n < times; n++) {
          untilWoken(td, one.acquire(td, weight))
          if (weight === 2) memory.write(data, memory.read(data) + 1)
          else memory.read(data)
          untilWoken(td, one.release(td, weight))
        }
      })
    })
    after(() => expect(world.threads[0]!.memory.load(at)).toBe(4))
  })
}

describe('A semaphore', () => {
  it.each([
    [2, 1, [2, 2]],
    [2, 1, [2, 1]],
    [2, 2, [2, 2]],
    [2, 2, [2, 1]],
    [3, 1, [2, 1, 1]],
    [3, 1, [2, 2, 1]],
    [3, 1, [2, 2, 2]],
  ])(
    'gives no more permits than it has: %i threads, %i times, who take %j',
    (threads, times, weights) => {
      expectToHold(semaphore(threads, times, weights))
    },
  )

  it.each(['torn compare-exchange', 'deaf sleeper'] as const)(
    'is found out with a %s',
    (fault) => {
      expect(semaphore(2, 2, [2, 1], fault).verdict).toBe('fails')
    },
  )
})

function barrier(parties: number, rounds: number, fault?: ParkedFault) {
  const name = `barrier ${parties} x ${rounds}`
  return explore({ name, ...whole }, ({ thread, after }) => {
    const world = parkedWorld(
      checker,
      numbered(parties).map((i) => i - 1),
      16,
      fault,
    )
    const { at, data } = world
    world.threads.forEach(({ memory, td }, i) => {
      const one = new Barrier(memory, at, parties)
      thread(`party ${i}`, () => {
        for (let round = 0; round < rounds; round++) {
          const came = data + round * parties * 4
          memory.write(came + i * 4, 1)
          const leads = untilWoken(td, one.arrive(td)) === LED
          for (const other of numbered(parties)) {
            if (memory.read(came + other * 4) !== 1) throw new Error(`${other} did not arrive`)
          }
          if (leads) memory.write(data + 60, memory.read(data + 60) + 1)
        }
      })
    })
    after(() => expect(world.threads[0]!.memory.read(data + 60)).toBe(rounds))
  })
}

describe('A barrier', () => {
  it.each(SIZES)('is passed when all have come, and one leads: %i x %i', (parties, rounds) => {
    expectToHold(barrier(parties, rounds))
  })

  it.each(['torn queue lock', 'deaf sleeper'] as const)('is found out with a %s', (fault) => {
    expect(barrier(2, 2, fault).verdict).toBe('fails')
  })
})

function once(threads: number, fails: number, fault?: Fault) {
  return explore(
    { name: `once ${threads}, ${fails} fail`, ...(threads > 2 && fails > 0 ? budget : whole) },
    ({ thread, after }) => {
      const alike = numbered(threads).map((i) => i - 1)
      const world = parkedWorld(checker, alike, 4, fault)
      const { at, data } = world
      world.threads.forEach(({ memory, td }, i) => {
        const one = new Once(memory, at)
        thread(`${i}`, () => {
          untilWoken(td, one.begin(td))
          if (!one.isDoer(td)) {
            if (memory.read(data) !== fails + 1) throw new Error('it was not done')
            return
          }
          const attempt = memory.read(data) + 1
          memory.write(data, attempt)
          untilWoken(td, attempt <= fails ? one.failed(td) : one.done(td))
        })
      })
      after(() => expect(world.threads[0]!.memory.read(data)).toBe(fails + 1))
    },
  )
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

function eventCount(waiters: number, items: number, fault?: Fault) {
  const limit = waiters * items > 2 ? budget : whole
  return explore({ name: `event count ${waiters} x ${items}`, ...limit }, ({ thread, after }) => {
    const alike = [...numbered(waiters).map((i) => i - 1), -1]
    const world = parkedWorld(checker, alike, 4, fault)
    const { at, data } = world
    world.threads.forEach(({ memory, td }, i) => {
      const count = new EventCount(memory, at)
      if (i < waiters) {
        thread('waiter', () => {
          for (;;) {
            const seen = count.read()
            if (memory.load(data) === items) break
            untilWoken(td, count.wait(td, seen))
          }
          memory.write(data + 4 + i * 4, 1)
        })
        return
      }
      thread('producer', () => {
        for (let item = 1; item <= items; item++) {
          memory.store(data, item)
          untilWoken(td, count.advance(td))
        }
      })
    })
    after(() => {
      const done = numbered(waiters).map((i) => world.threads[0]!.memory.read(data + 4 + i * 4))
      expect(done).toEqual(numbered(waiters).map(() => 1))
    })
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
