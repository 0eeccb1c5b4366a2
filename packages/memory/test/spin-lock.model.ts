import { explore } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { expect, it } from 'vitest'
import { LiveMemory, type Memory, spin, spinNow, trySpin, unspin } from '../src/index.ts'

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
