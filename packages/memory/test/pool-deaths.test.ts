import { atEveryDeath, Mortality } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { Arena, holderOf, LiveMemory, NIL, Pool, type PoolHandle } from '../src/index.ts'
import { run } from './memories.ts'

const shape = { name: 'rings', items: 3, itemBytes: 64 }
const [DEAD, UNDERTAKER, SECOND, LIVING] = [1, 2, 3, 4]
const nobodyKnows = (): boolean => false

function as(thread: number, memory: LiveMemory): LiveMemory {
  const own = new LiveMemory(memory.buffer)
  own.holder = holderOf(thread)
  return own
}

/** A pool of which a living thread has one item, and what another thread does before it dies. */
function world(mortality: Mortality, life: (pool: Pool) => void) {
  const memory = LiveMemory.create(4096)
  const { handle } = Pool.create(Arena.create(memory), shape)
  const mine = run(Pool.open(as(LIVING, memory), handle).alloc())
  const dying = mortality.of(as(DEAD, memory))
  mortality.lives(() => life(Pool.open(dying, handle)))
  return { memory, handle, mine }
}

/** All that the living can have: each item once, beside the one that was taken before. */
function expectWhole(memory: LiveMemory, handle: PoolHandle, mine: number): void {
  const pool = Pool.open(as(LIVING, memory), handle)
  expect(pool.inUse()).toBe(1)
  const rest = [run(pool.alloc()), run(pool.alloc()), run(pool.alloc())]
  expect(new Set([mine, ...rest])).toEqual(new Set([...pool.items(), NIL]))
}

const lives: Record<string, (pool: Pool) => void> = {
  'takes an item': (pool) => run(pool.alloc()),
  'takes an item and frees it': (pool) => run(pool.free(run(pool.alloc()))),
  'takes an item at once and frees it without a yield': (pool) => pool.freeNow(pool.tryAlloc()),
}

describe.each(Object.entries(lives))('A thread that %s', (_, life) => {
  it('may die after any step: its undertaker has the pool as if it had not been', () => {
    const deaths = atEveryDeath((mortality) => {
      const { memory, handle, mine } = world(mortality, life)
      run(Pool.open(as(UNDERTAKER, memory), handle).bury(DEAD, nobodyKnows))
      expectWhole(memory, handle, mine)
    })
    expect(deaths).toBeGreaterThanOrEqual(6)
  })

  it('is buried by a second undertaker, where the first dies after any step of that', () => {
    atEveryDeath((mortality) => {
      const { memory, handle, mine } = world(mortality, life)
      atEveryDeath((undertaking) => {
        const copy = LiveMemory.create(memory.size)
        copy.words.set(memory.words)
        const first = Pool.open(undertaking.of(as(UNDERTAKER, copy)), handle)
        undertaking.lives(() => run(first.bury(DEAD, nobodyKnows)))
        const second = Pool.open(as(SECOND, copy), handle)
        for (const dead of [UNDERTAKER, DEAD]) run(second.bury(dead, nobodyKnows))
        expectWhole(copy, handle, mine)
      })
    })
  })
})

describe('An undertaker of a pool', () => {
  it('leaves what others know of, and what others took', () => {
    const { memory, handle } = world(new Mortality(1000), (pool) => run(pool.alloc()))
    const pool = Pool.open(as(UNDERTAKER, memory), handle)
    run(pool.bury(DEAD, () => true))
    expect(pool.inUse()).toBe(2)
    run(pool.bury(SECOND, nobodyKnows))
    expect(pool.inUse()).toBe(2)
  })

  it('is needed: without it the lock of the dead stays', () => {
    const { memory, handle } = world(new Mortality(1), (pool) => run(pool.alloc()))
    expect(Pool.open(as(LIVING, memory), handle).tryAlloc()).toBe(Pool.HELD)
  })
})

describe('A use of an item', () => {
  it('is freed once, however many think that they have to', () => {
    const pool = Pool.create(Arena.create(LiveMemory.create(4096)), shape)
    const item = run(pool.alloc())
    const use = pool.useOf(item)
    expect([run(pool.free(item, use)), run(pool.free(item, use))]).toEqual([true, false])
    expect(pool.useOf(item)).toBe(0)
    expect(run(pool.alloc())).toBe(item)
    expect(pool.useOf(item)).toBe(use + 1)
    expect([run(pool.free(item, use)), pool.inUse()]).toEqual([false, 1])
  })
})
