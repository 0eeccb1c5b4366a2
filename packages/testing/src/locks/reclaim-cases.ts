import { errorOf, expectSame, type LockCase } from './lock-under-test.ts'

/** What frees memory when all readers that may still see it have left. */
export interface ReclaimerUnderTest {
  enterSync(): void
  exitSync(): void
  waitSync(): void
  /** Calls back later, when all readers that are inside now have left. */
  later(callback: () => void): void
  /** Makes the calls whose readers have left. */
  poll(): void
}

export interface ReclaimerKindUnderTest {
  readonly name: string
  create(): ReclaimerUnderTest
}

/** What every reclaimer promises of its readers and of calls that wait for them. */
export function reclaimCases(kind: ReclaimerKindUnderTest): LockCase[] {
  const named = (name: string, run: (one: ReclaimerUnderTest) => Promise<void>): LockCase => ({
    name,
    skip: undefined,
    run: () => run(kind.create()),
  })
  return [
    named('nobody is waited for when nobody is inside', async (one) => {
      one.waitSync()
      one.waitSync()
    }),
    named('what is to be done later is done when the reader has left', async (one) => {
      let isDone = false
      one.enterSync()
      one.later(() => (isDone = true))
      one.poll()
      expectSame('with a reader inside', isDone, false)
      one.exitSync()
      one.poll()
      expectSame('when it has left', isDone, true)
    }),
    named('exiting without being inside is refused, and it works on', async (one) => {
      expectSame('exit', await errorOf(() => one.exitSync()), 'LockMisuse')
      one.enterSync()
      one.exitSync()
      expectSame('exit again', await errorOf(() => one.exitSync()), 'LockMisuse')
      one.waitSync()
    }),
    named('waiting inside is refused, for it would never end', async (one) => {
      one.enterSync()
      expectSame('waitSync', await errorOf(() => one.waitSync()), 'LockMisuse')
      one.exitSync()
      one.waitSync()
    }),
  ]
}
