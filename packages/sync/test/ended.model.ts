import { explore } from '@smpnet/interleave'
import { describe, expect, it } from 'vitest'
import type { Lot, Waiter } from '@smpnet/park'
import { budget, expectToHold, whole } from '@smpnet/testing/models'
import { drive, tinyWorld } from '@smpnet/park/model'
import { serve } from '../src/words/semaphore-word.ts'
import { Semaphore } from '../src/locks/semaphore.ts'

const PERMITS = 2

/**
 * One holds a permit of two, and one that waited for both has died; another buries it, and the
 * living want one each, which they give back. An undertaker that is hasty serves nobody.
 */
function queueing(living: number, isHasty = false) {
  const limit = living > 1 ? budget : whole
  return explore({ name: `${living} behind the dead`, ...limit }, ({ thread, after }) => {
    const { memory, tds, at } = tinyWorld(living + 2)
    const one = new Semaphore(memory, at, PERMITS)
    memory.store(at, 2)
    const [dead, undertaker] = tds.slice(living) as [Waiter, Waiter]
    one.acquire(dead, PERMITS).next()
    tds.slice(0, living).forEach((td, i) => {
      thread(`${i}`, () => {
        if (!one.tryAcquire()) drive(td, one.acquire(td))
        if (!one.tryRelease()) drive(td, one.release(td))
      })
    })
    thread('undertaker', () => {
      drive(
        undertaker,
        (undertaker.lot as Lot).bury(dead.lot.cpu, () => false),
      )
      if (!isHasty) drive(undertaker, serve(undertaker, at))
    })
    after(() => expect(memory.load(at)).toBe(2))
  })
}

describe('A semaphore in whose queue one has died', () => {
  it.each([1, 2])('serves those behind: %i', (living) => {
    expectToHold(queueing(living))
  })

  it('is found out when the undertaker does not', () => {
    expect(queueing(1, true).verdict).toBe('fails')
  })
})
