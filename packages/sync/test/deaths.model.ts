import { awaitExchange, awaitValue, explore } from '@smpnet/interleave'
import { type Memory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { Lot, type Waiter, type Waiting } from '@smpnet/park'
import { buryBy, type Parked, parkedWorld, untilWoken } from '@smpnet/park/model'
import { budget, expectToHold } from '@smpnet/testing/models'
import { Barrier } from '../src/events/barrier.ts'
import { EventCount } from '../src/events/event-count.ts'
import { RwWord } from '../src/words/rw-word.ts'
import { Semaphore } from '../src/locks/semaphore.ts'
import { serve } from '../src/words/semaphore-word.ts'

const checker = { awaitExchange, awaitValue }

interface Model {
  readonly name: string
  /** What each thread does. */
  readonly lives: readonly ((parked: Parked, at: number) => Waiting<unknown>)[]
  /** Which of them may die. */
  readonly mortal: readonly number[]
  readonly begins?: (memory: Memory, at: number) => void
  /** What an undertaker does besides. */
  readonly more?: (td: Waiter, at: number) => Waiting<unknown>
  /** Whether those that live may wait for ever, as what they wait for has not happened. */
  readonly mayLast?: (memory: Memory, at: number) => boolean
}

/** Explores a model with one death, of one of its mortal threads, after any of its steps. */
function dying({ name, lives, mortal, begins, more, mayLast }: Model, isBuried = true) {
  return explore({ name, ...budget, deaths: 1 }, (world) => {
    const unlike = Array.from({ length: lives.length + 1 }, () => -1)
    const { threads, at } = parkedWorld(checker, unlike, 64, 'none', 2, Lot)
    const undertaker = threads[lives.length]!.td
    begins?.(undertaker.lot.memory, at)
    for (const [i, life] of lives.entries()) {
      const parked = threads[i]!
      const body = (): unknown => untilWoken(parked.td, life(parked, at))
      world.thread(`thread ${i}`, () => void body(), { mortal: mortal.includes(i) })
    }
    const { memory } = undertaker.lot
    if (isBuried) {
      buryBy(world, undertaker, {
        by: untilWoken,
        more: () => void (more && untilWoken(undertaker, more(undertaker, at))),
      })
    }
    world.acceptsStuck(() => mayLast?.(memory, at) === true)
    world.after(() => {})
  })
}

const rw = ({ memory }: Parked, at: number): RwWord => new RwWord(memory, at, () => 'rw')
const semaphore = ({ memory }: Parked, at: number): Semaphore => new Semaphore(memory, at, 2)

const models: Model[] = [
  {
    name: 'a writer of a rwlock that dies, for whom a reader waits',
    mortal: [0],
    lives: [
      function* (parked, at) {
        yield* rw(parked, at).write(parked.td)
        yield* rw(parked, at).unwrite(parked.td)
      },
      function* (parked, at) {
        yield* rw(parked, at).read(parked.td)
        if (rw(parked, at).readers() < 1) throw new Error('it reads and is not counted')
        yield* rw(parked, at).unread(parked.td)
      },
    ],
  },
  {
    name: 'a thread that dies as it releases permits for one that waits',
    mortal: [0],
    begins: (memory, at) => memory.store(at, 2),
    lives: [
      (parked, at) => semaphore(parked, at).release(parked.td),
      function* (parked, at) {
        yield* semaphore(parked, at).acquire(parked.td, 2)
        if (semaphore(parked, at).available() !== 0) throw new Error('more than there are')
      },
    ],
    more: serve,
    // The permit that the dead had not given back is gone with it, and no other.
    mayLast: (memory, at) => memory.load(at) >>> 1 === 1,
  },
  {
    name: 'a thread that dies as it advances an event count',
    mortal: [0],
    lives: [
      ({ memory, td }, at) => new EventCount(memory, at).advance(td),
      ({ memory, td }, at) => new EventCount(memory, at).wait(td, 0),
    ],
    mayLast: (memory, at) => memory.load(at) >>> 1 === 0,
  },
  {
    name: 'a party of a barrier that dies',
    mortal: [0],
    lives: [0, 1].map(() => ({ memory, td }: Parked, at: number) => {
      return new Barrier(memory, at, 2).arrive(td)
    }),
    mayLast: (memory, at) => memory.read(at) === 0,
  },
]

describe('After a death at any step, in every order of steps,', () => {
  it.each(models)('those that live come to their ends: $name', (model) => {
    expectToHold(dying(model))
  })

  it.each(models.slice(0, 3))('are found out when nobody buries: $name', (model) => {
    expect(dying(model, false).verdict).toBe('fails')
  })
})
