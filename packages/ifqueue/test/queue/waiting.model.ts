import { awaitExchange, awaitValue, explore, type Exploration } from '@smpnet/interleave'
import { FOREVER, Lot, type Waiter, type Waiting } from '@smpnet/park'
import { buryBy, parkedWorld, untilWoken } from '@smpnet/park/model'
import { budget, expectToHold, thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { type Awaited, Want } from '../../src/queue/want.ts'

const some = thorough(budget, { maxExecutions: 100 })

type WantClass = typeof Want

/**
 * So many sleep until a number of changes has come, which one thread makes and tells, each after
 * the other; where it may die, it is buried, and its undertaker tells all.
 */
function telling(
  name: string,
  sleepers: number,
  changes: number,
  { Wants = Want, deaths = 0, tells = true }: Options = {},
): Exploration {
  return explore({ name, deaths, ...some }, (world) => {
    const alike = Array.from({ length: sleepers + 2 }, () => -1)
    const checker = { awaitExchange, awaitValue }
    const { threads, at, data } = parkedWorld(checker, alike, 8, 'none', 1, Lot)
    const wantOf = (i: number): Want => new Wants(threads[i]!.memory, at, data + 32)
    for (let i = 0; i < sleepers; i++) {
      const { memory, td } = threads[i]!
      const what: Awaited = {
        attempt: () => (memory.load(data) === changes ? 0 : -1),
        check: () => {
          if (memory.load(data + 4) !== 0) throw new Error('nobody is left')
        },
        watched: data,
        seen: 0,
      }
      const want = wantOf(i)
      const sleeps = (): void => {
        try {
          untilWoken(td, want.wait(td, what, FOREVER))
        } catch (error) {
          if ((error as Error).message !== 'nobody is left') throw error
        }
      }
      world.thread(`sleeper ${i}`, sleeps, { mortal: false })
    }
    const { memory, td } = threads[sleepers]!
    const want = wantOf(sleepers)
    world.thread('teller', () => {
      for (let n = 0; n < changes; n++) {
        memory.add(data, 1)
        want.tell(td)
      }
    })
    const undertaker = threads[sleepers + 1]!
    const mine = wantOf(sleepers + 1)
    const more = (): void => {
      undertaker.memory.store(data + 4, 1)
      if (tells) mine.tellAll(undertaker.td)
    }
    if (deaths > 0) buryBy(world, undertaker.td, { by: untilWoken, more })
  })
}

interface Options {
  readonly Wants?: WantClass
  readonly deaths?: number
  readonly tells?: boolean
}

describe('Under every schedule, none that waits for a queue sleeps on', () => {
  it.each([
    [1, 1],
    [1, 2],
    [2, 1],
  ])('%i who wait for %i changes', (sleepers, changes) => {
    expectToHold(telling('waiting', sleepers, changes))
  })

  it('when the thread of the other side dies after any step, and is buried', () => {
    expectToHold(telling('a teller dies', 1, 1, { deaths: 1 }))
  })
})

describe('The models find', () => {
  it('a waiter that does not look once more', () => {
    class HastyWant extends Want {
      override *wait(td: Waiter, what: Awaited): Waiting<number> {
        if (what.attempt() !== -1) return 0
        this.memory.store(this.at, 1)
        yield* td.lot.park(td, this.at, this.at, 1)
        return 0
      }
    }
    expect(telling('hasty', 1, 1, { Wants: HastyWant }).failure?.kind).toBe('deadlock')
  })

  it('a teller that clears the word when it has woken', () => {
    class LateWant extends Want {
      override tellAll(td: Waiter): void {
        while (td.lot.tryUnpark(this.at, 9) < 0);
        this.memory.and(this.at, ~1)
      }
    }
    expect(telling('late', 1, 2, { Wants: LateWant }).verdict).toBe('fails')
  })

  it('a bit without a count, by which one waiter makes another sleep', () => {
    class BitWant extends Want {
      override tellAll(td: Waiter): void {
        this.memory.store(this.at, 0)
        while (td.lot.tryUnpark(this.at, 9) < 0);
      }
    }
    expect(telling('bit', 2, 1, { Wants: BitWant }).failure?.kind).toBe('deadlock')
  })

  it('an undertaker that does not tell', () => {
    expect(telling('silent', 1, 1, { deaths: 1, tells: false }).verdict).toBe('fails')
  })
})
