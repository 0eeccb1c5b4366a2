import { explore } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { describe, expect, it } from 'vitest'
import {
  breakFrom,
  holderOf,
  LiveMemory,
  type Memory,
  spin,
  spinNow,
  spinNowAs,
  trySpin,
  trySpinAs,
  unspin,
} from '../src/index.ts'

const LOCK = 68
const COUNT = 64

/** Two threads add to a word under a lock, each by its own way in. */
function sections(name: string, one: (memory: Memory) => void, two: (memory: Memory) => void) {
  return explore({ name }, ({ thread, after }) => {
    const memory = LiveMemory.create(128)
    const adds = (enter: (memory: Memory) => void) => () => {
      enter(memory)
      memory.write(COUNT, memory.read(COUNT) + 1)
      unspin(memory, LOCK)
    }
    thread('a', adds(one))
    thread('b', adds(two))
    after(() => expect(memory.read(COUNT)).toBe(2))
  })
}

const waits = (memory: Memory): void => {
  const waiting = spin(memory, LOCK)
  while (!waiting.next(0).done);
}
const tries = (memory: Memory): void => {
  while (!trySpin(memory, LOCK));
}
const now = (memory: Memory): void => spinNow(memory, LOCK)

it.each([
  ['two that wait', waits, waits],
  ['one that tries and one that waits', tries, waits],
  ['one that must get in and one that waits', now, waits],
  ['two that must get in', now, now],
] as const)('excludes %s', (name, one, two) => {
  expect(sections(name, one, two)).toHold()
})

it('is caught when the lock is looked at first and taken later', () => {
  const torn = (memory: Memory): void => {
    while (memory.load(LOCK) !== 0);
    memory.store(LOCK, 1)
  }
  expect(sections('torn lock', torn, torn).verdict).toBe('fails')
})

it('is caught when the lock is let go before the section has ended', () => {
  const early = (memory: Memory): void => {
    now(memory)
    unspin(memory, LOCK)
  }
  expect(sections('early exit', early, now).verdict).toBe('fails')
})

const [DEAD, FIRST, SECOND, SURVIVOR] = [1, 2, 3, 4].map(holderOf) as [
  number,
  number,
  number,
  number,
]
/** A second word of what the lock protects: the section makes it what COUNT is. */
const COPY = 72

/** A section in steps, after any of which its thread may end. */
function* section(memory: Memory, holder: number): Generator<void, void> {
  yield* spinSteps(memory, holder)
  memory.write(COUNT, memory.read(COUNT) + 1)
  yield
  memory.write(COPY, memory.read(COUNT))
  yield
  unspin(memory, LOCK)
}

function* spinSteps(memory: Memory, holder: number): Generator<void, void> {
  while (!trySpinAs(memory, LOCK, holder));
  yield
}

/** What an undertaker does that ends after `steps` writes of its own. */
function repairUntil(memory: Memory, ended: number, holder: number, steps: number): boolean {
  if (memory.compareExchange(LOCK, ended, holder) !== ended) return false
  if (steps > 1) memory.write(COPY, memory.read(COUNT))
  return true
}

/**
 * One ends after `steps` steps of a section. Its first undertaker ends after so many of its own,
 * and then a second one buries both, while a survivor makes a section, too.
 */
function deaths(steps: number, undertakes: number, repairs = true) {
  return explore({ name: `a death after ${steps}, ${undertakes}` }, ({ thread, after }) => {
    const memory = LiveMemory.create(128)
    const dying = section(memory, DEAD)
    for (let step = 0; step < steps; step++) dying.next()
    const mend = (): void => {
      if (repairs) memory.write(COPY, memory.read(COUNT))
    }
    thread('undertakers', () => {
      if (undertakes > 0) repairUntil(memory, DEAD, FIRST, undertakes)
      for (const ended of [DEAD, FIRST]) breakFrom(memory, LOCK, ended, mend, SECOND)
    })
    thread('survivor', () => {
      spinNowAs(memory, LOCK, 'the lock', SURVIVOR)
      if (memory.read(COUNT) !== memory.read(COPY)) throw new Error('what it protects is torn')
      unspin(memory, LOCK)
    })
    after(() => expect(memory.load(LOCK)).toBe(0))
  })
}

describe('whose holder has ended', () => {
  const points = [0, 1, 2, 3, 4].flatMap((steps) =>
    [0, 1, 2].map((under) => [steps, under] as const),
  )

  it.each(points)(
    'after %i steps, and an undertaker after %i, is mended and free',
    (steps, under) => {
      expect(deaths(steps, under)).toHold()
    },
  )

  it('is caught when what it protects is not repaired', () => {
    expect(deaths(2, 0, false).verdict).toBe('fails')
  })
})

it('excludes two undertakers of the same holder from each other', () => {
  const undertakers = (isTorn: boolean) =>
    explore({ name: 'two undertakers' }, ({ thread, after }) => {
      const memory = LiveMemory.create(128)
      spinNowAs(memory, LOCK, 'the lock', DEAD)
      const repair = (): void => memory.write(COUNT, memory.read(COUNT) + 1)
      for (const holder of [FIRST, SECOND]) {
        thread(`${holder}`, () => {
          if (!isTorn) breakFrom(memory, LOCK, DEAD, repair, holder)
          else if (memory.load(LOCK) === DEAD) {
            repair()
            unspin(memory, LOCK)
          }
        })
      }
      after(() => expect([memory.read(COUNT), memory.load(LOCK)]).toEqual([1, 0]))
    })
  expect(undertakers(false)).toHold()
  expect(undertakers(true).verdict).toBe('fails')
})
