import { NIL } from '@smpnet/memory'
import { expect } from 'vitest'
import type { Mbufs, MbufShape } from '../src/index.ts'
import { run } from './pools.ts'
import { type Numbers, Program } from './program.ts'

/** So little that allocations fail now and then. */
export const small: MbufShape = {
  name: 'small',
  cpus: 2,
  mbufs: 40,
  clusters: { of2k: 12, of4k: 6, of9k: 3 },
  owners: ['udp', 'socket'],
}

/** Runs so many operations, and shows that nothing is lost or left. */
export function runs(mbufs: Mbufs, numbers: Numbers, steps: number): void {
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
export function seeded(seed: number, act: () => void): void {
  try {
    act()
  } catch (error) {
    throw new Error(`with seed ${seed}: ${(error as Error).message}`, { cause: error })
  }
}
