import { describe, expect, it } from 'vitest'
import { Arena, NIL, OutOfMemory, Pool } from '../src/index.ts'
import { kinds, run } from './memories.ts'

const shape = { name: 'rings', items: 3, itemBytes: 1000 }

describe.each(kinds)('a pool of %s memory', (_, create) => {
  it('gives out as many items as it has, apart from each other, and no more', () => {
    const pool = Pool.create(Arena.create(create(1 << 13)), shape)
    const items = [0, 1, 2].map(() => run(pool.alloc()))
    expect(items[1]! - items[0]!).toBe(1024)
    expect(items[2]! - items[1]!).toBe(1024)
    expect(run(pool.alloc())).toBe(NIL)
    run(pool.free(items[1]!))
    expect(pool.inUse()).toBe(2)
    expect(run(pool.alloc())).toBe(items[1])
  })

  it('gives one out at once unless another holds its lock', () => {
    const arena = Arena.create(create(1 << 13))
    const pool = Pool.create(arena, { ...shape, items: 2 })
    const first = pool.tryAlloc()
    expect([pool.isItem(first), pool.inUse()]).toEqual([true, 1])
    arena.memory.store(pool.handle.at, 1)
    expect([pool.tryAlloc(), pool.inUse()]).toEqual([Pool.HELD, 1])
    arena.memory.store(pool.handle.at, 0)
    expect(pool.tryAlloc()).toBeGreaterThan(first)
    expect(pool.tryAlloc()).toBe(NIL)
  })

  it('takes one back at once unless another holds its lock, and once in each use', () => {
    const arena = Arena.create(create(1 << 13))
    const pool = Pool.create(arena, shape)
    const item = run(pool.alloc())
    const use = pool.useOf(item)
    arena.memory.store(pool.handle.at, 1)
    expect([pool.tryFree(item, use), pool.inUse()]).toEqual([false, 1])
    arena.memory.store(pool.handle.at, 0)
    expect([pool.tryFree(item, use), pool.inUse()]).toEqual([true, 0])
    expect(run(pool.alloc())).toBe(item)
    expect([pool.tryFree(item, use), pool.inUse()]).toEqual([true, 1])
    expect(() => pool.tryFree(item + 4)).toThrow('pool rings takes back the 3 items that it has')
  })

  it('is opened by its handle', () => {
    const arena = Arena.create(create(1 << 13))
    const { handle } = Pool.create(arena, shape)
    const pool = Pool.open(arena.memory, structuredClone(handle))
    expect(run(pool.alloc())).toBeGreaterThan(handle.at)
  })

  it('refuses figures that it cannot have, and memory that does not suffice', () => {
    const arena = Arena.create(create(1 << 10))
    expect(() => Pool.create(arena, { ...shape, items: 0 })).toThrow(
      'pool rings has a whole number of items, at least 1: 0 came',
    )
    expect(() => Pool.create(arena, shape)).toThrow(OutOfMemory)
  })
})
