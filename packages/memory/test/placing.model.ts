import { explore } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { expect, it } from 'vitest'
import { type Address, Arena, LiveMemory, NIL, Pool } from '../src/index.ts'

/** Compares and exchanges in two steps, between which another may do the same. */
class TornMemory extends LiveMemory {
  override compareExchange(at: Address, expected: number, value: number): number {
    const before = super.load(at)
    if (before === expected) super.store(at, value)
    return before
  }
}

type MemoryClass = new (buffer: SharedArrayBuffer) => LiveMemory

/** What plain code makes of a generator that spins: it tries again. */
function spin<T>(waiting: Generator<number, T, number>): T {
  for (;;) {
    const step = waiting.next(0)
    if (step.done) return step.value
  }
}

/** Two threads place something at the same time. */
function places(name: string, Memory: MemoryClass) {
  return explore({ name }, ({ thread, after }) => {
    const memory = new Memory(new SharedArrayBuffer(512))
    const arena = Arena.create(memory)
    const placed: Address[] = []
    thread('a', () => placed.push(arena.place('one', 64), arena.place('two', 64)))
    thread('b', () => placed.push(Arena.open(memory).place('three', 128)))
    after(() => {
      const [one, two, three] = placed.toSorted((x, y) => x - y)
      expect(new Set([one, two, three]).size).toBe(3)
      expect(arena.left()).toBe(512 - 64 - 256)
    })
  })
}

it('an arena gives no place to two who ask at the same time', () => {
  const result = places('arena', LiveMemory)
  expect(result).toHold()
  console.log(result.summary)
})

it('is caught when it looks first and takes later', () => {
  expect(places('torn arena', TornMemory).verdict).toBe('fails')
})

/** Two threads take and give back what a pool of two has, more often than there are items. */
function pooling(name: string, Memory: MemoryClass) {
  return explore({ name }, ({ thread, after }) => {
    const memory = new Memory(new SharedArrayBuffer(1024))
    const arena = Arena.create(memory)
    const { handle } = Pool.create(arena, { name: 'items', items: 2, itemBytes: 8 })
    const owners = new LiveMemory(new SharedArrayBuffer(1024))
    const uses = () => {
      const pool = Pool.open(memory, handle)
      const item = spin(pool.alloc())
      if (item === NIL) throw new Error('one of two items is there for each of two threads')
      if (owners.add(item, 1) !== 0) throw new Error(`two threads have the item at ${item}`)
      owners.add(item, -1)
      spin(pool.free(item))
    }
    thread('a', uses)
    thread('b', uses)
    after(() => {
      const pool = Pool.open(memory, handle)
      const items = [spin(pool.alloc()), spin(pool.alloc()), spin(pool.alloc())]
      expect(new Set(items).size).toBe(3)
      expect(items[2]).toBe(NIL)
      expect(pool.inUse()).toBe(2)
    })
  })
}

it('a pool gives no item to two who ask at the same time, and loses none', () => {
  const result = pooling('pool', LiveMemory)
  expect(result).toHold()
  console.log(result.summary)
})

it('is caught when its lock does not exclude', () => {
  expect(pooling('torn pool', TornMemory).verdict).toBe('fails')
})
