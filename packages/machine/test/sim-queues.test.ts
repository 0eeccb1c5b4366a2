import { work } from '@smpnet/memory'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EventHeap } from '../src/sim/event-heap.ts'
import { SimRandom } from '../src/sim/sim-random.ts'
import { TournamentTree } from '../src/sim/tournament-tree.ts'

const WORK = work('interrupt')
const noted = { cycles: fc.array(fc.nat(20), { minLength: 1, maxLength: 60 }) }

describe('the turn tree', () => {
  it('gives the turn to the earliest, and among those to the lowest number', () => {
    const moves = fc.array(fc.tuple(fc.nat(12), fc.nat(9)), { maxLength: 60 })
    const property = fc.property(moves, (moves) => {
      const tree = new TournamentTree(13)
      const at: number[] = Array.from({ length: 13 }, () => Number.POSITIVE_INFINITY)
      for (const [cpu, cycle] of moves) {
        tree.set(cpu, cycle)
        at[cpu] = cycle
        expect(tree.first()).toBe(at.indexOf(Math.min(...at)))
      }
    })
    fc.assert(property, { seed: 1 })
  })

  it('lets a CPU run to the next turn of another, at the same cycle only by number', () => {
    const tree = new TournamentTree(3)
    tree.set(1, 100)
    expect(tree.horizon(0)).toBe(100)
    expect(tree.horizon(2)).toBe(99)
    tree.set(1, Number.POSITIVE_INFINITY)
    expect(tree.horizon(2)).toBe(Number.POSITIVE_INFINITY)
  })

  it('has the horizon of a CPU where the first of all others acts', () => {
    const times = fc.array(fc.nat(9), { minLength: 2, maxLength: 13 })
    const property = fc.property(times, fc.nat(12), (times, wanted) => {
      const tree = new TournamentTree(times.length)
      times.forEach((at, cpu) => tree.set(cpu, at))
      const cpu = wanted % times.length
      const others = times.map((at, other) => (other > cpu ? at : at - 1))
      expect(tree.horizon(cpu)).toBe(Math.min(...others.filter((_, other) => other !== cpu)))
    })
    fc.assert(property, { seed: 1 })
  })
})

describe('what is to happen later', () => {
  it('happens in the order of time, and then in the order in which it was set', () => {
    const property = fc.property(noted.cycles, (cycles) => {
      const queue = new EventHeap()
      cycles.forEach((at) => queue.add(at, WORK, () => {}))
      const taken = cycles.map(() => queue.take())
      const sorted = [...taken].sort((a, b) => a.at - b.at || a.order - b.order)
      expect(taken).toEqual(sorted)
      expect(queue.firstAt).toBe(Number.POSITIVE_INFINITY)
    })
    fc.assert(property, { seed: 1 })
  })

  it('does not happen when it is cancelled', () => {
    const property = fc.property(
      noted.cycles,
      fc.infiniteStream(fc.boolean()),
      (cycles, coins) => {
        const queue = new EventHeap()
        const set = cycles.map((at) => queue.add(at, WORK, () => {}))
        const cancelled = set.filter(() => coins.next().value)
        for (const later of cancelled) queue.cancel(later)
        const kept = set.filter((later) => !cancelled.includes(later))
        expect(queue.firstAt).toBe(Math.min(...kept.map(({ at }) => at)))
        expect(new Set(kept.map(() => queue.take()))).toEqual(new Set(kept))
      },
    )
    fc.assert(property, { seed: 1 })
  })
})

describe('what does not happen', () => {
  it('takes room for a while only, and does not change the order of the rest', () => {
    const queue = new EventHeap()
    const rest = Array.from({ length: 100 }, (_, i) => {
      for (let j = 0; j < 50; j++) queue.cancel(queue.add(3000 - j, WORK, () => {}))
      expect(queue.length).toBeLessThanOrEqual(Math.max(64, 2 * (i + 1)))
      return queue.add(2000 - 10 * (i % 7), WORK, () => {})
    })
    const sorted = rest.toSorted((a, b) => a.at - b.at || a.order - b.order)
    expect(rest.map(() => queue.take())).toEqual(sorted)
    expect(queue.firstAt).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('the machine’s chance', () => {
  it('is the same on every host', () => {
    const random = new SimRandom(42)
    expect([random.next(), random.next(), random.next()]).toEqual([
      2837322924, 544945897, 479756282,
    ])
  })

  it('stays below its bound and reaches all that is below it', () => {
    const random = new SimRandom(1)
    const drawn = new Set(Array.from({ length: 1000 }, () => random.below(7)))
    expect([...drawn].sort()).toEqual([0, 1, 2, 3, 4, 5, 6])
  })
})
