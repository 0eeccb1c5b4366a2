import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { deathCases, type LockKindUnderTest, lockCases } from '@smpnet/testing/locks'
import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { lockTable } from '../src/kinds/lock-table.ts'
import { lockKinds } from './fixtures/lock-kinds.mjs'
import { named } from './named.ts'

/** How often each thread locks and unlocks. */
const TURNS = thorough(2000, 500)

describe('The table of locks', () => {
  it('has each name once, and one word for it', () => {
    const names = lockTable.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]*$/)
  })

  it('leaves out nothing that no case tests, and nothing without a reason', () => {
    const elsewhere = [
      'who waits for long sleeps',
      'who waits for long lends its priority',
      'one that has ended waiting keeps nobody out',
    ]
    for (const kind of lockKinds) {
      const cases = [...lockCases(kind), ...deathCases(kind)].map(({ name }) => name)
      for (const [promised, reason] of Object.entries(kind.skips ?? {})) {
        expect([...cases, ...elsewhere]).toContain(promised)
        expect(reason).toMatch(/^\w+ .+\w$/)
      }
    }
  })
})

describe.each(lockKinds)('The lock $name', (kind) => {
  it.for(named(lockCases(kind)))('%s', async ([, { skip, run }], context) => {
    if (skip !== undefined) context.skip(skip)
    await expect(run()).resolves.toBeUndefined()
  })

  const sides = kind.create().read === undefined ? ['write'] : ['write', 'read']

  it.each(sides)('is not unlocked by another thread: %s', async (side) => {
    const { write, handle, ...others } = kind.create()
    const section = side === 'read' ? others.read! : write
    const guard = section.lockSync()
    const file = new URL('./fixtures/unlocking.mjs', import.meta.url)
    const worker = new Worker(file, { workerData: { name: kind.name, handle, side } })
    expect((await once(worker, 'message'))[0]).toBe('LockMisuse')
    guard.unlock()
    write.lockSync().unlock()
    section.lockSync().unlock()
  })

  it.each([
    ['two that block', ['blocking', 'blocking']],
    ['four, on fewer cores', ['blocking', 'blocking', 'blocking', 'blocking']],
    ['one that blocks and two event loops', ['blocking', 'awaiting', 'awaiting']],
    ['two that give up and try again', ['timed', 'timed', 'blocking']],
  ])('keeps what it protects whole on worker threads: %s', async (_, ways) => {
    // An event loop that waits in a queue of those that spin keeps it waiting for its next turn.
    const turns =
      kind.skips?.['one that has ended waiting keeps nobody out'] === undefined ? TURNS : TURNS / 5
    const lock = kind.create()
    const shared = new Int32Array(new SharedArrayBuffer(16))
    const file = new URL('./fixtures/writing-reading.mjs', import.meta.url)
    const workers = ways.map((way) => {
      const workerData = { name: kind.name, handle: lock.handle, shared, turns, way }
      return new Worker(file, { workerData })
    })
    await Promise.all(workers.map((worker) => once(worker, 'exit')))
    expect([...shared]).toEqual([turns * ways.length, turns * ways.length, 0, ways.length])
  })
})

describe('The case suite', () => {
  it('finds a lock that does not lock', async () => {
    const guard = { unlock: () => {} }
    const open = {
      lockSync: () => guard,
      lock: async () => guard,
      tryLock: () => guard,
      unlock: () => {},
    }
    const lock = { write: open, read: open, handle: {} }
    const broken: LockKindUnderTest = { name: 'broken', create: () => lock, open: () => lock }
    const cases = lockCases(broken).map(({ name, run }) =>
      run().then(
        () => `passes: ${name}`,
        () => 'fails',
      ),
    )
    const passed = (await Promise.all(cases)).filter((outcome) => outcome !== 'fails')
    expect(passed).toEqual([
      'passes: a free lock is had at once, again and again',
      'passes: readers are in together',
    ])
  })
})
