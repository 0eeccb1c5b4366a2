import {
  caseOf,
  errorOf,
  expectRefused,
  expectSame,
  type LockCase,
  type LockKindUnderTest,
  type SectionUnderTest,
  turn,
} from './lock-under-test.ts'

/** A lock with a thread inside that never leaves by itself. */
export interface HeldUnderTest {
  readonly write: SectionUnderTest
  readonly read?: SectionUnderTest
  /** What an error calls the lock. */
  readonly at: number
  /** Ends the thread inside, and tells the threads that share the lock. */
  end(): Promise<void>
  /** Whether a holder has ended inside, and no thread has mended what it left since. */
  isAbandoned(): boolean
  /** Says that what the lock protects is whole again; called by this thread, which is inside. */
  recover(): void
}

/** A kind of lock whose holders may end. */
export interface MortalKindUnderTest extends LockKindUnderTest {
  /** A new lock, which another thread has entered on that side. */
  held(side: 'read' | 'write'): Promise<HeldUnderTest>
}

const TOLD = 'who waits for one that has ended inside is told'
const TOLD_LATER = 'who comes after one that has ended inside is told'
const MENDED = 'what one that has ended inside left can be mended'
const READER = 'a reader that has ended inside keeps nobody out'

/**
 * What a kind promises of holders that end inside: waiters are told, and so are threads that come
 * later; the next holder can mend what the dead one left; and a dead reader keeps no writer out.
 *
 * A kind that cannot tell that a holder has ended, such as a lock that only counts its readers,
 * says so in its `skips`. It still has to leave a waiter a way out, and gets the case of a wait
 * that ends in time instead.
 */
export function deathCases(kind: MortalKindUnderTest): LockCase[] {
  const skips = kind.skips ?? {}
  return [
    ...told(kind),
    ...(TOLD_LATER in skips || !(MENDED in skips) ? [] : [refused(kind)]),
    ...(TOLD in skips ? [stuck(kind, 'write')] : []),
    ...(kind.create().read === undefined ? [] : [readerLeft(kind)]),
    ...(READER in skips ? [stuck(kind, 'read')] : []),
  ]
}

function told(kind: MortalKindUnderTest): LockCase[] {
  return [
    caseOf(kind, TOLD, async () => {
      const { at, end, ...sides } = await kind.held('write')
      const [read, write] = bothOf(sides)
      const waiting = [read.lock(), write.lock(), read.lock()].map((one) => reasonOf(one))
      await turn()
      await end()
      const errors = await Promise.all(waiting)
      const wanted = { name: 'LockAbandoned', lock: at, waiter: errors[0]?.waiter ?? 'one' }
      expectSame('the errors', errors, [wanted, wanted, wanted])
    }),
    caseOf(kind, TOLD_LATER, async () => {
      const { end, ...sides } = await kind.held('write')
      const [read, write] = bothOf(sides)
      await end()
      for (const side of [write, read, write]) {
        expectSame('blocking', await errorOf(() => side.lockSync()), 'LockAbandoned')
        const error = await errorOf(() => side.lock({ timeoutMs: 1000 }))
        expectSame('awaiting', error, 'LockAbandoned')
        // A kind whose word says so tells those, too, that only try.
        const tried = await errorOf(() => expectRefused(side))
        expectSame('trying', tried === 'none' || tried === 'LockAbandoned', true)
      }
    }),
    caseOf(kind, MENDED, async () => {
      const held = await kind.held('write')
      const [read, write] = bothOf(held)
      await held.end()
      read.lockSync({ recover: true }).unlock()
      const guard = write.lockSync({ recover: true })
      expectSame('abandoned', held.isAbandoned(), true)
      held.recover()
      guard.unlock()
      expectSame('abandoned, when it is mended', held.isAbandoned(), false)
      read.lockSync().unlock()
      ;(await write.lock()).unlock()
    }),
  ]
}

/** For a kind that tells threads that come later, and whose protected state cannot be mended. */
function refused(kind: MortalKindUnderTest): LockCase {
  return caseOf(kind, 'what nobody can mend refuses those, too, who would', async () => {
    const { end, ...sides } = await kind.held('write')
    await end()
    for (const side of [...bothOf(sides), ...bothOf(sides)]) {
      const error = await errorOf(() => side.lockSync({ recover: true }))
      expectSame('one who would', error, 'LockAbandoned')
    }
  })
}

function readerLeft(kind: MortalKindUnderTest): LockCase {
  return caseOf(kind, READER, async () => {
    const { end, write } = await kind.held('read')
    await end()
    write.lockSync({ timeoutMs: 1000 }).unlock()
    ;(await write.lock({ timeoutMs: 1000 })).unlock()
  })
}

function stuck(kind: MortalKindUnderTest, side: 'read' | 'write'): LockCase {
  const name = `a wait for one that has ended inside and is not told of ends in time: ${side}`
  return caseOf(kind, name, async () => {
    const { end, write } = await kind.held(side)
    await end()
    expectSame('blocking', await errorOf(() => write.lockSync({ timeoutMs: 2 })), 'TimeoutError')
    expectSame('awaiting', await errorOf(() => write.lock({ timeoutMs: 2 })), 'TimeoutError')
  })
}

type Sides = Pick<HeldUnderTest, 'read' | 'write'>

/** The readers' side first; the only side twice. */
function bothOf({ read, write }: Sides): [SectionUnderTest, SectionUnderTest] {
  return [read ?? write, write]
}

/** What a wait that has to fail failed with. */
async function reasonOf(wait: Promise<unknown>) {
  try {
    await wait
    return undefined
  } catch (thrown) {
    const { name, lock, waiter } = thrown as Error & { lock?: number; waiter?: number }
    return { name, lock, waiter }
  }
}
