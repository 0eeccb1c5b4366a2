import { explore, awaitExchange, awaitValue } from '@smpnet/interleave'
import { type Address, NIL } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { Condition } from '../src/events/condition.ts'
import { Mutex } from '../src/locks/mutex.ts'
import type { Parking } from '@smpnet/park'
import { budget, expectToHold, timely, whole } from '@smpnet/testing/models'
import { type Fault, type ParkedWorld, parkedWorld, untilWoken } from '@smpnet/park/model'
import { BareMutex } from './models/bare-mutex.ts'
import { OrderlyMutex } from './models/orderly-mutex.ts'

const checker = { awaitExchange, awaitValue }

/**
 * Waiting for a condition, over a mutex that is no more than one, which shows what becomes of the
 * condition's own queue for any mutex; over one into whose queue waiters are moved and out of which
 * they are woken as in the real one; and over the real one.
 */
interface Shape {
  readonly waiters: number
  /**
   * The notifier brings one item for each waiter: one each time that it has the mutex, or all at
   * once, and notifies one waiter for each item, or all of them.
   */
  readonly notified: 'one by one' | 'one for each' | 'all at once'
  /** Whether it notifies while it has the mutex, or afterwards. */
  readonly from?: 'inside' | 'outside'
  readonly mutex: keyof typeof MUTEXES
  /** Two when the queues of the condition and of the mutex are apart, as they are as a rule. */
  readonly buckets?: 1 | 2
}

const MUTEXES = { bare: BareMutex, orderly: OrderlyMutex, real: Mutex }

type ConditionFault = Fault | 'silent notifier' | 'mutex that is not marked' | 'forgotten sleeper'

/** Moves waiters to the mutex's queue, and does not tell its owner. */
function unmarked(mutex: Mutex): Mutex {
  return Object.assign(mutex, { markContested: () => true })
}

/** Takes a queue in which others sleep for an empty one. */
function forgetful(lot: Parking): void {
  Object.assign(lot, { first: () => NIL })
}

const PARKED_FAULTS: readonly string[] = ['deaf sleeper', 'torn compare-exchange']

function condition(shape: Shape, limit: object, fault: ConditionFault = 'none') {
  const { waiters, notified, from = 'inside', mutex: kind, buckets = 2 } = shape
  const name = `condition, ${nameOf(shape)}`
  const items = notified === 'one by one' ? 1 : waiters
  return explore({ name, ...limit }, ({ thread, after }) => {
    const alike = [...Array.from({ length: waiters }, (_, i) => i - 1), -1]
    const planted = PARKED_FAULTS.includes(fault) ? (fault as Fault) : 'none'
    const world = parkedWorld(checker, alike, 64, planted, buckets)
    const { at, data } = world
    const beside = besides(world, at, buckets === 2)
    world.threads.forEach(({ memory, td }, i) => {
      const changed = new Condition(memory, at)
      const plain = new MUTEXES[kind](memory, beside)
      const mutex = fault === 'mutex that is not marked' ? unmarked(plain) : plain
      if (fault === 'forgotten sleeper') forgetful(td.lot)
      const inside = (work: () => void): void => {
        untilWoken(td, mutex.enter(td))
        work()
        untilWoken(td, mutex.exit(td))
      }
      if (i < waiters) {
        // It takes one item, and says so.
        thread('waiter', () =>
          inside(() => {
            if (plain instanceof OrderlyMutex) plain.goAway()
            while (memory.read(data) === 0) untilWoken(td, changed.wait(td, mutex))
            memory.write(data, memory.read(data) - 1)
            memory.write(data + 4, memory.read(data + 4) + 1)
          }),
        )
        return
      }
      const notify = (): void => {
        if (fault === 'silent notifier') return
        if (notified === 'all at once') untilWoken(td, changed.notifyAll(td, mutex))
        else for (let n = 0; n < items; n++) untilWoken(td, changed.notify(td, mutex))
      }
      thread('notifier', () => {
        for (let left = waiters; left > 0; left -= items) {
          inside(() => {
            memory.write(data, memory.read(data) + items)
            if (from === 'inside') notify()
          })
          if (from === 'outside') notify()
        }
      })
    })
    after(() => expect(world.threads[0]!.memory.read(data + 4)).toBe(waiters))
  })
}

function nameOf({ waiters, notified, from = 'inside', mutex, buckets = 2 }: Shape): string {
  const queues = buckets === 2 ? 'apart' : 'in one bucket'
  return `${waiters} wait, notified ${notified} from ${from}, ${mutex} mutex, queues ${queues}`
}

function named(shapes: readonly Shape[]): { name: string; shape: Shape }[] {
  return shapes.map((shape) => ({ name: nameOf(shape), shape }))
}

/** An address for a lock beside the one at `at`, with a bucket of its own, or with the same. */
function besides({ threads }: ParkedWorld, at: Address, isApart: boolean): Address {
  const { lot } = threads[0]!.td
  const offsets = Array.from({ length: 8 }, (_, i) => 8 + i * 4)
  return at + offsets.find((by) => (lot.queueOf(at + by) !== lot.queueOf(at)) === isApart)!
}

const SMALL: Shape[] = [
  { waiters: 1, notified: 'one by one', mutex: 'real' },
  { waiters: 1, notified: 'one by one', mutex: 'real', buckets: 1 },
  { waiters: 1, notified: 'one by one', mutex: 'real', from: 'outside' },
  { waiters: 2, notified: 'one by one', mutex: 'bare' },
  { waiters: 2, notified: 'one for each', mutex: 'bare' },
  { waiters: 2, notified: 'all at once', mutex: 'bare' },
  { waiters: 2, notified: 'one by one', mutex: 'bare', from: 'outside' },
  { waiters: 2, notified: 'all at once', mutex: 'bare', from: 'outside' },
  { waiters: 3, notified: 'all at once', mutex: 'bare' },
  { waiters: 2, notified: 'one by one', mutex: 'orderly' },
  { waiters: 2, notified: 'one by one', mutex: 'orderly', buckets: 1 },
  { waiters: 2, notified: 'all at once', mutex: 'orderly' },
  { waiters: 2, notified: 'one by one', mutex: 'orderly', from: 'outside' },
]

const LARGE: Shape[] = [
  { waiters: 3, notified: 'one by one', mutex: 'bare' },
  { waiters: 2, notified: 'all at once', mutex: 'real' },
  { waiters: 2, notified: 'all at once', mutex: 'real', buckets: 1 },
  { waiters: 2, notified: 'one for each', mutex: 'real' },
  { waiters: 2, notified: 'all at once', mutex: 'real', from: 'outside' },
]

/** Its end is farther than anybody has waited; over an orderly mutex it is near. */
const VAST: Shape = { waiters: 2, notified: 'one by one', mutex: 'real' }
const SO_FAR = 20_000

describe('A condition reaches everyone who waits', () => {
  it.each(named(SMALL))('to the end: $name', ({ shape }) => {
    expectToHold(condition(shape, timely))
  })

  it.each(named(LARGE))('$name', ({ shape }) => {
    expectToHold(condition(shape, budget))
  })
})

describe('As far as it is tried, a condition reaches everyone who waits', () => {
  it('2 wait, notified one by one, over the real mutex', () => {
    const maxExecutions = Math.min(budget.maxExecutions, SO_FAR)
    expectToHold(condition(VAST, { maxExecutions }))
  })
})

describe('A condition is found out', () => {
  it.each([
    'deaf sleeper',
    'torn compare-exchange',
    'silent notifier',
    'mutex that is not marked',
  ] as const)('with a %s', (fault) => {
    const shape: Shape = { waiters: 1, notified: 'one by one', mutex: 'real' }
    expect(condition(shape, whole, fault).verdict).toBe('fails')
  })

  it.each([
    ['mutex that is not marked', 'bare'],
    ['forgotten sleeper', 'bare'],
    ['mutex that is not marked', 'orderly'],
    ['forgotten sleeper', 'orderly'],
    ['torn compare-exchange', 'orderly'],
  ] as const)('with a %s, when its mutex is %s', (fault, mutex) => {
    const shape: Shape = { waiters: 2, notified: 'one by one', mutex }
    expect(condition(shape, whole, fault).verdict).toBe('fails')
  })
})
