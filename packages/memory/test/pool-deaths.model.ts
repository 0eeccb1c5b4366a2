import { explore } from '@smpnet/interleave'
import { budget, expectToHold } from '@smpnet/testing/models'
import { expect, it } from 'vitest'
import { type Address, Arena, holderOf, LiveMemory, NIL, Pool } from '../src/index.ts'

/** Planted faults: nobody is buried, or the undertaker frees what the dead took unasked. */
type Fault = 'none' | 'no burial' | 'unasked'

/** Each thread takes an item, marks it and gives it back, or keeps it; one dies after any step. */
function takers(name: string, keeps: boolean, fault: Fault = 'none') {
  return explore({ name, ...budget, deaths: 1 }, (world) => {
    const memory = LiveMemory.create(512)
    const shape = { name: 'items', items: 2, itemBytes: 64 }
    const { handle } = Pool.create(Arena.create(memory), shape)
    const poolOf = (thread: number): Pool => {
      const own = new LiveMemory(memory.buffer)
      own.holder = holderOf(thread)
      return Pool.open(own, handle)
    }
    const isKept = (item: Address): boolean => fault !== 'unasked' && memory.load(item + 4) !== 0
    for (const thread of [0, 1]) {
      const pool = poolOf(thread)
      world.thread(`taker ${thread}`, () => {
        const item = done(pool.alloc())
        if (item === NIL) throw new Error('there are two items for two')
        if (memory.exchange(item + 4, thread + 1) !== 0) throw new Error('an item has two takers')
        if (keeps) return
        memory.store(item + 4, 0)
        done(pool.free(item))
      })
    }
    if (fault !== 'no burial') {
      world.onDeath(({ number }) => done(poolOf(2).bury(number, isKept)))
    }
    world.after(() => {
      const pool = poolOf(3)
      const marked = [...pool.items()].filter((item) => memory.load(item + 4) !== 0)
      expect(pool.inUse()).toBe(marked.length)
      for (let left = 2 - marked.length; left > 0; left--) {
        expect(marked).not.toContain(done(pool.alloc()))
      }
      expect(done(pool.alloc())).toBe(NIL)
    })
  })
}

function done<T>(waiting: Generator<number, T, number>): T {
  for (;;) {
    const step = waiting.next(0)
    if (step.done) return step.value
  }
}

it.each([true, false])(
  'loses no item to a thread that dies after any step (kept: %s)',
  (keeps) => {
    expectToHold(takers('a pool with a death', keeps))
  },
)

it('is found out when nobody buries the dead', () => {
  expect(takers('no burial', false, 'no burial').verdict).toBe('fails')
})

it('is found out when an undertaker frees what is known to others', () => {
  expect(takers('unasked', true, 'unasked').verdict).toBe('fails')
})
