import { Arena, LiveMemory, type Memory, NIL, PricedMemory } from '@smpnet/memory'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CheckedMbufs, Mbufs, type MbufShape } from '../src/index.ts'
import { Chance } from './chance.ts'
import { type Numbers, Program } from './program.ts'
import { Free, MEMORY_BYTES, run } from './pools.ts'

/** So little that allocations fail now and then. */
const shape: MbufShape = {
  name: 'small',
  cpus: 2,
  mbufs: 40,
  clusters: { of2k: 12, of4k: 6, of9k: 3 },
  owners: ['udp', 'socket'],
}

/** Simulated time in which a CPU has often run ahead. */
class Ahead extends Free {
  #turn = 0
  override settled(): boolean {
    return this.#turn++ % 3 !== 0
  }
}

const live = (): Memory => LiveMemory.create(MEMORY_BYTES)
const simulated = (): Memory => new PricedMemory(MEMORY_BYTES, new Ahead())

/** Runs so many operations, and shows that nothing is lost or left. */
function runs(mbufs: Mbufs, numbers: Numbers, steps: number): void {
  const program = new Program(mbufs, numbers)
  for (let i = 0; i < steps; i++) {
    program.step()
    if (i % 64 === 0) program.compareAll()
  }
  const { mbufs: inUse, clusters } = program.finish()
  expect([inUse, clusters]).toEqual([0, { of2k: 0, of4k: 0, of9k: 0, of64k: 0 }])
  expect(mbufs.owners().every(({ packets, bytes }) => packets + bytes === 0)).toBe(true)
  expectAllThere(mbufs)
}

/** As many of each size as were asked for can be allocated. */
function expectAllThere(mbufs: Mbufs): void {
  const place = { cpu: 1 }
  for (const [bytes, count] of [
    [0, 40],
    [1984, 12],
    [4032, 6],
    [9152, 3],
  ] as const) {
    const all = Array.from({ length: count }, () => run(mbufs.alloc(place, bytes)))
    expect(all).not.toContain(NIL)
    expect(new Set(all).size).toBe(count)
    for (const packet of all) run(mbufs.free(place, packet))
  }
}

/** Says in an error of a run which seed it had. */
function seeded(seed: number, act: () => void): void {
  try {
    act()
  } catch (error) {
    throw new Error(`with seed ${seed}: ${(error as Error).message}`, { cause: error })
  }
}

const MILLION = 1_000_000
const SEEDS = 20

describe('whatever is done to packets', () => {
  it.each([
    ['live', live],
    ['simulated', simulated],
  ])('a million operations in %s memory come out as with arrays of bytes', (kind, create) => {
    const steps = kind === 'live' ? MILLION / SEEDS : 5000
    for (let seed = 0; seed < SEEDS; seed++) {
      const mbufs = Mbufs.create(Arena.create(create()), shape)
      seeded(seed, () => runs(mbufs, new Chance(seed), steps))
    }
  })

  it('nothing is wrong with them in the eyes of mbufs that check', () => {
    for (let seed = 0; seed < SEEDS; seed++) {
      const mbufs = CheckedMbufs.create(Arena.create(live()), shape)
      seeded(seed, () => runs(mbufs, new Chance(seed), 3000))
    }
  })

  it('short programs come out alike, too, which can be shrunk', () => {
    const numbers = fc.array(fc.nat(0xffff), { maxLength: 200 })
    fc.assert(
      fc.property(numbers, (list) => {
        let next = 0
        const below = (limit: number): number => (list[next++] ?? 0) % limit
        const mbufs = CheckedMbufs.create(Arena.create(live()), shape)
        runs(mbufs, { below }, Math.floor(list.length / 3))
      }),
      { numRuns: 100 },
    )
  })
})
