import {
  awaitValue,
  bounded,
  explore,
  pct,
  randomWalk,
  spawn,
  type World,
} from '@smpnet/interleave'
import { timeline } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { describe, expect, it } from 'vitest'
import { outcomesOf, words } from './support/outcomes.ts'

const FREE = 0

/** A lock that names its holder, two words that it protects, and who gives it back for the dead. */
function inheriting(burial: 'right' | 'none' | 'careless') {
  return ({ thread, onDeath, after }: World): void => {
    const w = words(3)
    const change = (me: number): void => {
      while (Atomics.compareExchange(w, 0, FREE, me) !== FREE);
      if (Atomics.load(w, 1) !== Atomics.load(w, 2)) throw new Error('half changed')
      Atomics.store(w, 1, Atomics.load(w, 1) + 1)
      Atomics.store(w, 2, Atomics.load(w, 1))
      Atomics.store(w, 0, FREE)
    }
    thread('a', () => change(1))
    thread('b', () => change(2))
    if (burial === 'none') return
    onDeath(({ number }) => {
      if (Atomics.load(w, 0) !== number + 1) return
      if (burial === 'right') Atomics.store(w, 2, Atomics.load(w, 1))
      Atomics.store(w, 0, FREE)
    })
    after(() => expect(w[0]).toBe(FREE))
  }
}

describe('a thread that may die', () => {
  it('is buried, and the others go on', () => {
    expect(explore({ name: 'burial', deaths: 1 }, inheriting('right'))).toHold()
    expect(explore({ name: 'burial', deaths: 2 }, inheriting('right'))).toHold()
  })

  it('lives where no deaths are asked for', () => {
    expect(explore({}, inheriting('none'))).toHold()
  })

  it('leaves the others waiting when nobody buries it', () => {
    const { failure } = explore({ deaths: 1 }, inheriting('none'))
    expect(failure!.kind).toBe('livelock')
    expect(failure!.text).toMatch(/dies here +deaths\.model\.ts:\d+:\d+ /)
    expect(failure!.threads).toEqual(['a', 'b'])
  })

  const STRATEGIES = [
    undefined,
    bounded(),
    pct({ executions: 10_000, seed: 1 }),
    randomWalk({ executions: 10_000, seed: 1 }),
  ]

  it.each(STRATEGIES)('leaves behind what it was about to change: strategy %#', (strategy) => {
    const options = strategy === undefined ? {} : { strategy }
    const result = explore({ ...options, deaths: 1 }, inheriting('careless'))
    expect(result).toFailWith('exception', 'half changed')
    const { failure } = result
    expect(failure!.replay).toMatch(/[01]x/)
    expect(failure!.threads).toContain(`undertaker of ${failure!.thread === 'a' ? 'b' : 'a'}`)
    expect(timeline(failure!, 'lock')).toContain('<b>dies</b> here')
    const again = explore({ replay: failure!.replay }, inheriting('careless'))
    expect(again.failure!.text).toBe(failure!.text)
  })

  it('does not come to what it would have done at the end', () => {
    const { outcomes } = outcomesOf(
      ({ thread }) => {
        const w = words(2)
        thread('a', () => {
          try {
            Atomics.store(w, 0, 1)
          } finally {
            Atomics.store(w, 1, 1)
          }
        })
        return () => [...w]
      },
      { deaths: 1 },
    )
    expect(outcomes).toEqual(['[0,0]', '[1,0]', '[1,1]'])
  })

  it('is not woken in the place of one that lives', () => {
    const { outcomes, result } = outcomesOf(
      ({ thread, onDeath }) => {
        const w = words(3)
        for (const at of [1, 2]) {
          thread(
            `sleeper ${at}`,
            () => {
              Atomics.wait(w, 0, 0)
              Atomics.store(w, at, 1)
            },
            { mortal: at === 1 },
          )
        }
        onDeath(() => Atomics.store(w, 1, 2))
        thread(
          'waker',
          () => {
            awaitValue(w, 1, 2)
            Atomics.store(w, 0, 1)
            Atomics.notify(w, 0, 1)
          },
          { mortal: false },
        )
        return () => w[2]
      },
      { deaths: 1 },
    )
    // Without the death nobody wakes them; with it, the one that lives is woken.
    expect(outcomes).toEqual(['1'])
    expect(result).toFailWith('deadlock')
  })

  it('is one that may: others live, and so do those that who buries has started', () => {
    const { outcomes } = outcomesOf(
      ({ thread, onDeath }) => {
        const w = words(3)
        thread(
          'a',
          () => {
            spawn('child', () => void Atomics.store(w, 0, 1))
            Atomics.store(w, 1, 1)
          },
          { mortal: false },
        )
        thread('b', () => {})
        onDeath(({ name, number }) => {
          expect([name, number]).toEqual(['b', 1])
          spawn('mourner', () => void Atomics.store(w, 2, 1)).join()
        })
        return () => [...w]
      },
      { deaths: 1 },
    )
    expect(outcomes).toEqual(['[1,1,0]', '[1,1,1]'])
  })

  it('starts threads that may die like itself, and to join them tells', () => {
    const { outcomes } = outcomesOf(
      ({ thread }) => {
        const w = words(2)
        thread('a', () => {
          try {
            spawn('child', () => void Atomics.store(w, 0, 1)).join()
          } catch (error) {
            const isTold = (error as Error).message === 'thread child has died'
            Atomics.store(w, 1, isTold ? 1 : 2)
          }
        })
        return () => [...w]
      },
      { deaths: 1 },
    )
    expect(outcomes).toEqual(['[0,0]', '[0,1]', '[1,0]'])
  })

  it('may leave others stuck where the program accepts that', () => {
    const result = explore({ deaths: 1 }, (world) => {
      inheriting('none')(world)
      world.acceptsStuck(() => true)
    })
    expect(result).toHold()
  })
})

it('how many die is a number', () => {
  expect(() => explore({ deaths: -1 }, inheriting('right'))).toThrow(
    'expected deaths to be a whole number, 0 or more, got -1',
  )
})
