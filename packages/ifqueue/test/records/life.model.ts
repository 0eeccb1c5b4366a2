import { explore, type Exploration } from '@smpnet/interleave'
import { LiveMemory } from '@smpnet/memory'
import { budget, expectToHold, thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { CONSUMES, Life, PRODUCES } from '../../src/records/life.ts'
import { RingWorld } from './ring-world.ts'

const some = thorough(budget, { maxExecutions: 200 })
const [ME, GUEST, OTHER] = [0, 1, 2]

type LifeClass = typeof Life

interface Guests {
  /** Whether a second guest was invited, which lives. */
  readonly hasOther?: boolean
  readonly Lives?: LifeClass
}

/**
 * A consumer waits for what guests send, of which the first one may die after any step, before it
 * has come or later, and is buried. While one of them lives it is not told that none is left, and
 * when none is left it is told.
 */
function guests(name: string, { hasOther = false, Lives = Life }: Guests): Exploration {
  return explore({ name, deaths: 1, ...some }, ({ thread, onDeath, after }) => {
    const world = new RingWorld({ kind: 'mpmc', cells: 2 })
    const lifeOf = (): Life => new Lives(new LiveMemory(world.buffer), 0, world.shape)
    const setUp = lifeOf()
    setUp.join(ME, CONSUMES)
    setUp.invite(GUEST)
    if (hasOther) setUp.invite(OTHER)
    let isDead = false
    let wasFalse = false
    const mine = lifeOf()
    const looks = (): void => {
      for (let n = 0; n < 2; n++) {
        if (mine.isMissing(PRODUCES) && (!isDead || hasOther)) wasFalse = true
      }
    }
    thread('consumer', looks, { mortal: false })
    const theirs = lifeOf()
    thread('guest', () => theirs.join(GUEST, PRODUCES))
    const others = lifeOf()
    if (hasOther) thread('other', () => others.join(OTHER, PRODUCES), { mortal: false })
    onDeath(() => {
      isDead = true
      lifeOf().bury(GUEST)
    })
    after(() => {
      expect(wasFalse).toBe(false)
      expect(lifeOf().isMissing(PRODUCES)).toBe(isDead && !hasOther)
      expect(lifeOf().isMissing(CONSUMES)).toBe(false)
    })
  })
}

describe('Under every schedule, one that waits for guests', () => {
  it('is told when the only one dies after any step, before it has come or later', () => {
    expectToHold(guests('one guest', {}))
  })

  it('is told nothing while another lives, which may not have come yet', () => {
    expectToHold(guests('two guests', { hasOther: true }))
  })
})

describe('The models find', () => {
  it('an undertaker that takes a guest without a role for nobody', () => {
    class Forgetful extends Life {
      override invite(): void {}
    }
    expect(guests('forgetful', { Lives: Forgetful }).verdict).toBe('fails')
    expect(guests('forgetful of two', { Lives: Forgetful, hasOther: true }).verdict).toBe('fails')
  })

  it('a guest that says it has come before it says what it is', () => {
    class Hasty extends Life {
      override join(thread: number, role: number): void {
        super.leave(thread)
        super.join(thread, role)
      }
    }
    expect(guests('hasty', { Lives: Hasty }).verdict).toBe('fails')
  })
})
