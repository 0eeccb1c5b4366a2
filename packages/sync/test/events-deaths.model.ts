import { awaitExchange, awaitValue, explore } from '@smpnet/interleave'
import { describe, expect, it } from 'vitest'
import { Lot, OWNER_DIED, type Waiter } from '@smpnet/park'
import { budget, expectToHold } from '@smpnet/testing/models'
import { buryBy, parkedWorld, untilWoken } from '@smpnet/park/model'
import { Counter } from '../src/reading/counter.ts'
import { Once } from '../src/events/once.ts'
import { Seqc, WRITING } from '../src/reading/seqc.ts'

const checker = { awaitExchange, awaitValue }

/** A world of `count` threads that may die, and an undertaker that does not. */
function mortalWorld(count: number, bytes: number) {
  const unlike = Array.from({ length: count + 1 }, () => -1)
  const { threads, at, data } = parkedWorld(checker, unlike, bytes, 'none', 4, Lot)
  return { mortals: threads.slice(0, count), undertaker: threads[count]!.td, at, data }
}

/** Does a once's work in two steps, unless it was done: whether it is done then. */
function doOnce(once: Once, td: Waiter, data: number): void {
  const { memory } = once
  untilWoken(td, once.begin(td))
  if (once.isDoer(td)) {
    memory.store(data, memory.load(data) + 1)
    memory.store(data + 4, 1)
    untilWoken(td, once.done(td))
  }
  if (memory.load(data + 4) !== 1) throw new Error('not done')
}

function onceOf(count: number, isBuried = true) {
  return explore({ name: `a once of ${count}`, ...budget, deaths: 1 }, (world) => {
    const { mortals, undertaker, at, data } = mortalWorld(count, Once.bytes)
    for (const [i, { memory, td }] of mortals.entries()) {
      world.thread(`thread ${i}`, () => doOnce(new Once(memory, at), td, data))
    }
    if (isBuried) buryBy(world, undertaker, { by: untilWoken })
    world.after(() => {
      const { memory } = undertaker.lot
      expect(new Once(memory, at).isDone()).toBe(true)
      expect(memory.load(data + 4)).toBe(1)
      expect(memory.load(data)).toBeLessThanOrEqual(2)
    })
  })
}

describe('A once of which one thread dies anywhere', () => {
  it.each([2, 3])('is done by another, and all that live hear of it: %i', (count) => {
    expectToHold(onceOf(count))
  })

  it('is found out when nobody buries the doer', () => {
    expect(onceOf(2, false).failure?.kind).toBe('deadlock')
  })
})

/** Says nothing of a writer that has ended. */
class DeafSeqc extends Seqc {
  override isAbandoned(): boolean {
    return false
  }
}

function seqcOf(Class: typeof Seqc) {
  return explore({ name: 'a seqc whose writer dies', ...budget, deaths: 1 }, (world) => {
    const { mortals, undertaker, at, data } = mortalWorld(2, Seqc.bytes)
    const [{ memory, td }, other] = mortals as [(typeof mortals)[0], (typeof mortals)[0]]
    const write = (by: typeof other, value: number): number => {
      const seqc = new Class(by.memory, at)
      const outcome = seqc.beginWrite(by.td)
      for (const word of [0, 4]) by.memory.store(data + word, value)
      seqc.endWrite()
      return outcome
    }
    world.thread('writer', () => write({ memory, td } as typeof other, 1))
    world.thread(
      'reader',
      () => {
        const seqc = new Class(other.memory, at)
        const sequence = untilWoken(other.td, seqc.read(other.td))
        const [one, two] = [0, 4].map((word) => other.memory.load(data + word))
        const isTold = sequence === WRITING
        if (!isTold && seqc.isSame(sequence) && one !== two) throw new Error('half written')
        if (isTold !== seqc.isAbandoned() && isTold) throw new Error('no sequence came')
        if (isTold && write(other, 2) !== OWNER_DIED) throw new Error('the next was not told')
      },
      { mortal: false },
    )
    buryBy(world, undertaker, { by: untilWoken })
    world.after(() => {
      const seqc = new Seqc(undertaker.lot.memory, at)
      if (seqc.isAbandoned()) return
      const [one, two] = [0, 4].map((word) => undertaker.lot.memory.load(data + word))
      expect(one).toBe(two)
    })
  })
}

describe('A sequence counter whose writer dies anywhere', () => {
  it('tells its readers, and the next writer, which writes all anew', () => {
    expectToHold(seqcOf(Seqc))
  })

  it('is found out when it tells nobody', () => {
    expect(seqcOf(DeafSeqc).failure?.kind).toMatch(/deadlock|livelock|stuck/)
  })
})

/** Carries low word first. */
class HastyCounter extends Counter {
  override add(place: Waiter, count: number): void {
    const { memory, at } = this
    const line = at + place.cpu * 64
    const low = memory.read(line)
    memory.store(line, (low + count) | 0)
    if ((low ^ (low + count)) < 0) memory.store(line + 4, memory.read(line + 4) + 1)
  }
}

const NEARLY = 2 ** 31 - 1

function counterOf(Class: typeof Counter) {
  // Others read what a CPU has added plainly.
  const options = { name: 'a counter that dies', ...budget, deaths: 1, races: 'ignore' } as const
  return explore(options, (world) => {
    const { mortals, undertaker, at } = mortalWorld(1, Counter.bytes(1))
    const [{ memory, td }] = mortals as [(typeof mortals)[0]]
    memory.write(at, NEARLY)
    const counts = (): void => {
      const counter = new Class(memory, at, 1)
      counter.add(td, 1)
      counter.add(td, NEARLY)
      counter.add(td, 2)
    }
    const parts = [0, 1, 1 + NEARLY, 3 + NEARLY]
    const possible = parts.flatMap((dead) => parts.map((next) => NEARLY + dead + next))
    world.thread('adds', counts)
    world.thread(
      'reads',
      () => {
        const counter = new Class(undertaker.lot.memory, at, 1)
        const sums = [counter.sum(), counter.sum()]
        for (const sum of sums) if (!possible.includes(sum)) throw new Error(`torn: ${sum}`)
        if (sums[0]! > sums[1]!) throw new Error('a sum goes back')
      },
      { mortal: false },
    )
    world.onDeath(() => {
      const before = new Class(memory, at, 1).sum()
      counts()
      const added = new Class(memory, at, 1).sum() - before
      if (added !== 3 + NEARLY) throw new Error(`the next of its number added ${added}`)
    })
  })
}

describe('A counter whose thread dies anywhere', () => {
  it('is read by all as it was before an addition or after it, and goes on', () => {
    expectToHold(counterOf(Counter))
  })

  it('is found out when it carries the low word first', () => {
    expect(counterOf(HastyCounter as typeof Counter).verdict).toBe('fails')
  })
})
