import { Arena, LiveMemory, type Memory, PricedMemory } from '@smpnet/memory'
import * as fc from 'fast-check'
import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { CheckedMbufs, Mbufs } from '../src/index.ts'
import { Chance } from './chance.ts'
import { Free, MEMORY_BYTES } from './pools.ts'
import { runs, seeded, small } from './programs.ts'

/** Simulated time in which a CPU has often run ahead. */
class Ahead extends Free {
  #turn = 0
  override settled(): boolean {
    return this.#turn++ % 3 !== 0
  }
}

const live = (): Memory => LiveMemory.create(MEMORY_BYTES)
const simulated = (): Memory => new PricedMemory(MEMORY_BYTES, new Ahead())

const SEEDS = 20

describe('whatever is done to packets', () => {
  it.each([
    ['live', live, thorough(1_000_000, 100_000)],
    ['simulated', simulated, thorough(100_000, 20_000)],
  ])('operations in %s memory come out as with arrays of bytes', (_, create, steps) => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const mbufs = Mbufs.create(Arena.create(create()), small)
      seeded(seed, () => runs(mbufs, new Chance(seed), steps / SEEDS))
      expect(mbufs.statistics().mbufs).toBe(0)
    }
  })

  it('nothing is wrong with them in the eyes of mbufs that check', () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const mbufs = CheckedMbufs.create(Arena.create(live()), small)
      seeded(seed, () => runs(mbufs, new Chance(seed), thorough(10_000, 1_000)))
      expect(mbufs.statistics().mbufs).toBe(0)
    }
  })

  it('short programs come out alike, too, which can be shrunk', () => {
    const numbers = fc.array(fc.nat(0xffff), { maxLength: 200 })
    fc.assert(
      fc.property(numbers, (list) => {
        let next = 0
        const below = (limit: number): number => (list[next++] ?? 0) % limit
        const mbufs = CheckedMbufs.create(Arena.create(live()), small)
        runs(mbufs, { below }, Math.floor(list.length / 3))
      }),
      { numRuns: 100 },
    )
  })
})
