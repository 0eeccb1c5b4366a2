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
  type Skips = NonNullable<MortalKindUnderTest['skips']>

  /** The names of the cases that pass over a lock that hears nothing of its holder's end. */
  async function passing(lock: LockUnderTest, skips: Skips = {}): Promise<string[]> {
    const kind = {
      name: 'broken',
      skips,
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
    const ended = deathCases(kind).map(({ name, run }) =>
      run().then(
        () => [name],
        () => [],
      ),
    )
    return (await Promise.all(ended)).flat()
  }

  const guard = { unlock: () => {} }
  const open = {
    lockSync: () => guard,
    lock: async () => guard,
    tryLock: () => guard,
    unlock: () => {},
  }
  const refusing = (name: string) => {
    const refuse = () => {
      throw Object.assign(new Error('it is lost'), { name })
    }
    return { ...open, lockSync: refuse, lock: async () => refuse(), tryLock: () => undefined }
  }
  const spins: Skips = {
    'who waits for one that has ended inside is told': 'nobody sleeps',
    'who comes after one that has ended inside is told': 'nobody sleeps',
  }
  const reader = 'a reader that has ended inside keeps nobody out'

  it('find a lock that lets in whoever comes', async () => {
    const lock = { write: open, read: open, handle: {} }
    expect(await passing(lock)).toEqual([reader])
    const skips = {
      'what one that has ended inside left can be mended': 'it is',
      [reader]: 'it is',
    }
    expect(await passing(lock, skips)).toEqual([reader])
  })

  it('find a lock that stays taken', async () => {
    const taken = refusing('TimeoutError')
    expect(await passing({ write: taken, read: taken, handle: {} })).toEqual([])
  })

  it('find a lock that refuses by another error than it should', async () => {
    const refused = refusing('LockMisuse')
    expect(await passing({ write: refused, read: refused, handle: {} }, spins)).toEqual([])
  })
})
