import { LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { SETTLE, type Waiting } from '@smpnet/park'
import { tinyWorld } from '@smpnet/park/model'
import { RmLock } from '../src/reading/rm-lock.ts'
import { sectionKinds } from './models/section-kinds.ts'

/** A simulated CPU's memory when it has run ahead of another's next event. */
class AheadMemory extends LiveMemory {
  touches = 0

  override settled(): boolean {
    return false
  }

  override load(at: number): number {
    this.touches++
    return super.load(at)
  }

  override store(at: number, value: number): void {
    this.touches++
    super.store(at, value)
  }

  override exchange(at: number, value: number): number {
    this.touches++
    return super.exchange(at, value)
  }

  override compareExchange(at: number, expected: number, value: number): number {
    this.touches++
    return super.compareExchange(at, expected, value)
  }

  override add(at: number, delta: number): number {
    this.touches++
    return super.add(at, delta)
  }

  override or(at: number, bits: number): number {
    this.touches++
    return super.or(at, bits)
  }

  override and(at: number, bits: number): number {
    this.touches++
    return super.and(at, bits)
  }
}

/** The first turns of something that cannot go on. */
function turns(waiting: Waiting<unknown>): unknown[] {
  return [1, 2, 3].map(() => waiting.next().value)
}

describe.each(sectionKinds)('The lock $name on a CPU that has run ahead', ({ bytes, make }) => {
  const sides = make(tinyWorld(1, bytes).memory, 256)

  it.each(sides.read === undefined ? (['write'] as const) : (['write', 'read'] as const))(
    'touches nothing that others touch before the others have come as far: %s',
    (side) => {
      const { memory, tds, at } = tinyWorld(1, bytes)
      const [td] = tds as [(typeof tds)[0]]
      const ahead = new AheadMemory(memory.words.buffer)
      const section = make(ahead, at)[side]!
      expect(section.tryEnter(td)).toBe(false)
      expect(turns(section.enter(td))).toEqual([SETTLE, SETTLE, SETTLE])
      const inside = make(memory, at)[side]!
      expect(inside.tryEnter(td) || inside.enter(td).next().done).toBe(true)
      expect(section.tryExit(td)).toBe(false)
      expect(turns(section.exit(td))).toEqual([SETTLE, SETTLE, SETTLE])
      expect(ahead.touches).toBe(0)
      expect(inside.tryExit(td)).toBe(true)
    },
  )
})

/** Memory of a CPU that has run ahead, until it is asked for the third time. */
class SoonMemory extends AheadMemory {
  #asked = 0

  override settled(): boolean {
    return ++this.#asked > 2
  }
}

it('A reader of an rmlock that has its token waits for the others, and not for the mutex', () => {
  const { memory, tds, at } = tinyWorld(1, RmLock.bytes(1))
  const [td] = tds as [(typeof tds)[0]]
  const { read } = new RmLock(memory, at, 1)
  while (read.enter(td).next().done !== true);
  expect(read.tryExit(td)).toBe(true)
  const held = new RmLock(memory, at, 1)
  expect(held.mutex.tryEnter(td)).toBe(true)
  const ahead = new RmLock(new SoonMemory(memory.words.buffer), at, 1)
  expect(ahead.read.tryEnter(td)).toBe(false)
  const entering = ahead.read.enter(td)
  expect(entering.next().value).toBe(SETTLE)
  expect(entering.next().done).toBe(true)
})
