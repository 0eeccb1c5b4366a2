import { deathCases, type LockUnderTest, type MortalKindUnderTest } from '@smpnet/testing/locks'
import { describe, expect, it } from 'vitest'
import { lockKinds } from './fixtures/lock-kinds.mjs'
import { named } from './named.ts'

describe.each(lockKinds)('The lock $name, when one has ended inside', (kind) => {
  it.for(named(deathCases(kind)))('%s', async ([, { skip, run }], context) => {
    if (skip !== undefined) context.skip(skip)
    await expect(run()).resolves.toBeUndefined()
  })
})

describe('The cases of holders that end', () => {
  /** The outcomes of all cases over a lock that is not told that its holder has ended. */
  async function outcomes(skips: MortalKindUnderTest['skips'], lock: LockUnderTest) {
    const kind = {
      name: 'broken',
      skips: skips ?? {},
      create: () => lock,
      open: () => lock,
      held: async () => ({
        ...lock,
        at: 64,
        end: async () => {},
        isAbandoned: () => true,
        recover: () => {},
      }),
    }
    const outcome = deathCases(kind).map(({ run }) =>
      run().then(
        () => 'passes',
        () => 'fails',
      ),
    )
    return Promise.all(outcome)
  }

  const guard = { unlock: () => {} }
  const open = {
    lockSync: () => guard,
    lock: async () => guard,
    tryLock: () => guard,
    unlock: () => {},
  }

  it('find a lock that lets in whoever comes', async () => {
    const lock = { write: open, read: open, handle: {} }
    expect(await outcomes({}, lock)).toEqual(Array(4).fill('fails'))
    const reason = { 'what one that has ended inside left can be mended': 'it is lost' }
    expect(await outcomes(reason, lock)).toEqual(Array(5).fill('fails'))
  })

  it('find one that says of a wait that is too long what another error says', async () => {
    const refuse = () => {
      throw Object.assign(new Error('it is lost'), { name: 'LockMisuse' })
    }
    const write = { ...open, lockSync: refuse, lock: async () => refuse() }
    const reasons = {
      'who waits for one that has ended inside is told': 'nobody sleeps',
      'who comes after one that has ended inside is told': 'nobody sleeps',
    }
    expect(await outcomes(reasons, { write, handle: {} })).toEqual(Array(4).fill('fails'))
  })
})
