import { explore } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { CACHE_LINE_BYTES, LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { GenerationRing } from '../src/timehands/generation-ring.ts'
import { UncheckedRing } from './models/unchecked-ring.ts'

const AT = CACHE_LINE_BYTES
/** A record whose words must belong together: two equal numbers. */
const WORDS = 2

function ringIn(memory: LiveMemory): GenerationRing {
  return new GenerationRing(memory, AT, WORDS)
}

/** A writer that publishes `count` records, each from the one it finds, as a windup does. */
function windUp(memory: LiveMemory, seat: number, count: number): void {
  const ring = ringIn(memory)
  const words = new Int32Array(WORDS)
  for (let i = 0; i < count; i++) {
    const base = ring.copy(words)
    words[0] = words[0]! + 1
    words[1] = words[0]!
    ring.publish(seat, base, words)
  }
}

function start(memory: LiveMemory): void {
  ringIn(memory).publish(0, 0, new Int32Array(WORDS))
}

const BYTES = 4096

describe('Under every schedule, a reader of a generation ring', () => {
  it('gets a whole record, and never an older one, while a writer goes round its slots', () => {
    const result = explore({ name: 'reader against windup' }, ({ thread, after }) => {
      const memory = LiveMemory.create(BYTES)
      start(memory)
      thread('windup', () => windUp(memory, 0, 3))
      thread('reader', () => {
        const words = new Int32Array(WORDS)
        const ring = ringIn(memory)
        ring.copy(words)
        const first = words[0]!
        expect(words[1]).toBe(first)
        ring.copy(words)
        expect(words[1]).toBe(words[0])
        expect(words[0]).toBeGreaterThanOrEqual(first)
      })
      after(() => {
        const words = new Int32Array(WORDS)
        ringIn(memory).copy(words)
        expect([...words]).toEqual([3, 3])
      })
    })
    expect(result).toHold()
  })

  it('gets a whole record while two writers race for the same publication', () => {
    const result = explore({ name: 'reader against two writers' }, ({ thread }) => {
      const memory = LiveMemory.create(BYTES)
      start(memory)
      thread('one', () => windUp(memory, 0, 1))
      thread('other', () => windUp(memory, 1, 1))
      thread('reader', () => {
        const words = new Int32Array(WORDS)
        ringIn(memory).copy(words)
        expect(words[1]).toBe(words[0])
      })
    })
    expect(result).toHold()
  })

  it('gets a torn one when the generation check is taken out: the canary', () => {
    const result = explore({ name: 'no generation check' }, ({ thread }) => {
      const memory = LiveMemory.create(BYTES)
      start(memory)
      thread('windup', () => windUp(memory, 0, 3))
      thread('reader', () => {
        const words = new Int32Array(WORDS)
        new UncheckedRing(memory, AT, WORDS).copyUnchecked(words)
        expect(words[1]).toBe(words[0])
      })
    })
    expect(result).toFailWith('assertion')
  })
})
