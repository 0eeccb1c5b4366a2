import {
  type LockCase,
  placeCases,
  type PlacedUnderTest,
  reclaimCases,
  waitCases,
} from '@smpnet/testing/locks'
import { describe, expect, it } from 'vitest'
import { placedKinds, reclaimerKinds, waitKinds } from './fixtures/lock-kinds.mjs'
import { named } from './named.ts'

/** Every case of every kind is a test. */
function each(kinds: readonly { readonly name: string; readonly cases: LockCase[] }[]): void {
  describe.each(kinds)('A $name', ({ cases }) => {
    it.for(named(cases))('%s', async ([, { run }]) => {
      await expect(run()).resolves.toBeUndefined()
    })
  })
}

each(placedKinds.map((kind) => ({ name: kind.name, cases: placeCases(kind) })))
each(waitKinds.map((kind) => ({ name: `${kind.name}, waited for,`, cases: waitCases(kind) })))
each(reclaimerKinds.map((kind) => ({ name: `${kind.name}, read,`, cases: reclaimCases(kind) })))

describe('Every kind', () => {
  it('has a tag of its own, so that no handle leads to another kind', () => {
    const tags = placedKinds.map(({ tag }) => tag())
    expect(tags).not.toContain(undefined)
    expect(new Set(tags).size).toBe(placedKinds.length)
  })
})

/** The names of the cases that pass. */
async function passing(cases: LockCase[]): Promise<string[]> {
  const ended = await Promise.all(
    cases.map(({ name, run }) =>
      run().then(
        () => [name],
        () => [],
      ),
    ),
  )
  return ended.flat()
}

describe('The case suites', () => {
  it('find what is placed anywhere, and opened by anything', async () => {
    const one: PlacedUnderTest = { handle: { kind: '', version: 1, at: 0 }, use: () => {} }
    const world = { free: 64, size: 256, create: () => one, open: () => one }
    expect(await passing(placeCases({ name: 'broken', world: () => world }))).toEqual([
      'is used where it is placed, and by its handle',
    ])
  })

  it('find what is never waited for', async () => {
    const one = {
      handle: {},
      waitSync: () => {},
      wait: async () => {},
      serve: () => {},
      misuse: () => {},
    }
    const kind = { name: 'broken', misused: 'LockMisuse', create: () => one, open: () => one }
    expect(await passing(waitCases(kind))).toEqual([
      'several wait, and each is served',
      'a wait is served by one who has opened its handle',
    ])
  })

  it('find what frees too soon', async () => {
    const nothing = () => {}
    const one = { enterSync: nothing, exitSync: nothing, waitSync: nothing, poll: nothing }
    const hasty = { ...one, later: (callback: () => void) => callback() }
    expect(await passing(reclaimCases({ name: 'broken', create: () => hasty }))).toEqual([
      'nobody is waited for when nobody is inside',
    ])
  })
})
