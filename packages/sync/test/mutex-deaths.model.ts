import { awaitExchange, awaitValue, explore } from '@smpnet/interleave'
import { describe, expect, it } from 'vitest'
import { Lot, OWNER_DIED } from '@smpnet/park'
import { budget, expectToHold, timely, whole } from '@smpnet/testing/models'
import { buryBy, parkedWorld, untilWoken } from '@smpnet/park/model'
import { Mutex } from '../src/locks/mutex.ts'

const checker = { awaitExchange, awaitValue }

/** Planted faults: nobody is buried; or an heir takes what it inherits for whole. */
type Fault = 'none' | 'no burial' | 'careless heir'

/**
 * So many threads enter a mutex, change two words alike and exit, and one of them dies after any of
 * its steps. Those that live come in one by one, and find the words alike unless they are told that
 * they may not be; then they mend them.
 */
function dying(count: number, fault: Fault = 'none', limits = count > 2 ? budget : whole) {
  const options = {
    name: `a mutex of ${count} threads`,
    ...limits,
    deaths: 1,
  }
  return explore(options, (world) => {
    const unlike = Array.from({ length: count + 1 }, () => -1)
    const { threads, at, data } = parkedWorld(checker, unlike, Mutex.bytes, 'none', 4, Lot)
    const undertaker = threads[count]!.td
    for (const [i, { memory, td }] of threads.slice(0, count).entries()) {
      const mutex = new Mutex(memory, at)
      world.thread(`thread ${i}`, () => {
        const isHalf = untilWoken(td, mutex.enter(td)) === OWNER_DIED
        const before = memory.read(data)
        if (isHalf && fault !== 'careless heir') memory.write(data + 4, before)
        if (memory.read(data + 4) !== before) throw new Error('half changed')
        memory.write(data, before + 1)
        memory.write(data + 4, before + 1)
        if (isHalf) mutex.recover(td)
        untilWoken(td, mutex.exit(td))
      })
    }
    if (fault !== 'no burial') buryBy(world, undertaker, { by: untilWoken })
    world.after(() => {
      const changes = undertaker.lot.memory.read(data)
      expect(changes).toBeGreaterThanOrEqual(count - 1)
      expect(changes).toBeLessThanOrEqual(count)
    })
  })
}

describe('A mutex of which one thread dies anywhere', () => {
  it.each([2, 3])('keeps the others apart, and lets them in: %i', (count) => {
    expectToHold(dying(count, 'none', count > 2 ? budget : timely))
  })

  it('is found out when nobody buries the dead', () => {
    expect(dying(2, 'no burial').failure?.kind).toBe('deadlock')
  })

  it('is found out when an heir does not mend what it inherits', () => {
    expect(dying(2, 'careless heir').failure?.message).toContain('half changed')
  })
})
