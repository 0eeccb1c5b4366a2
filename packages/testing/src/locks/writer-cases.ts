import {
  caseOf,
  errorOf,
  expectRefused,
  expectSame,
  type LockCase,
  type LockKindUnderTest,
  turn,
} from './lock-under-test.ts'

/**
 * What every lock promises to the holders that it lets in one at a time: how a thread enters, how
 * it gives up, and what is refused. Holders and waiters are tasks of one event loop, so no case
 * needs a second thread; those that do are in the packages of the locks.
 */
export function writerCases(kind: LockKindUnderTest): LockCase[] {
  return [...entering(kind), ...givingUp(kind), ...misusing(kind)]
}

function entering(kind: LockKindUnderTest): LockCase[] {
  return [
    caseOf(kind, 'a free lock is had at once, again and again', () => {
      const { write } = kind.create()
      for (let i = 0; i < 3; i++) {
        write.lockSync().unlock()
        write.lockSync()
        write.unlock()
        const guard = write.tryLock()
        expectSame('tryLock gives a guard', guard === undefined, false)
        guard?.unlock()
      }
    }),
    caseOf(kind, 'a held lock is not had by tryLock', async () => {
      const { write } = kind.create()
      const guard = await write.lock()
      expectRefused(write)
      guard.unlock()
      write.lockSync().unlock()
    }),
    caseOf(kind, 'tasks of one event loop exclude each other', async () => {
      const { write } = kind.create()
      const seen: string[] = []
      const task = async (name: string): Promise<void> => {
        const guard = await write.lock()
        seen.push(name)
        await turn()
        seen.push(name)
        guard.unlock()
      }
      await Promise.all(['a', 'b', 'c'].map(task))
      const pairs = [0, 2, 4].map((at) => seen[at] === seen[at + 1])
      expectSame('each leaves before the next enters', pairs, [true, true, true])
    }),
    caseOf(kind, 'a cloned handle opens the same lock', async () => {
      const lock = kind.create()
      const again = kind.open(structuredClone(lock.handle))
      const guard = await lock.write.lock()
      expectRefused(again.write)
      guard.unlock()
      again.write.lockSync().unlock()
    }),
  ]
}

function givingUp(kind: LockKindUnderTest): LockCase[] {
  return [
    caseOf(kind, 'a wait ends when its time is over, and the lock works on', async () => {
      const { write } = kind.create()
      const guard = await write.lock()
      expectSame('blocking', await errorOf(() => write.lockSync({ timeoutMs: 3 })), 'TimeoutError')
      expectSame('awaiting', await errorOf(() => write.lock({ timeoutMs: 3 })), 'TimeoutError')
      guard.unlock()
      write.lockSync({ timeoutMs: 1000 }).unlock()
      ;(await write.lock({ timeoutMs: 1000 })).unlock()
    }),
    caseOf(kind, 'a wait ends with its signal, and the lock works on', async () => {
      const { write } = kind.create()
      const guard = await write.lock()
      const controller = new AbortController()
      const waiting = errorOf(() => write.lock({ signal: controller.signal }))
      await turn()
      controller.abort(new RangeError('of another mind'))
      expectSame('the reason', await waiting, 'RangeError')
      const late = await errorOf(() => write.lock({ signal: AbortSignal.abort() }))
      expectSame('an aborted signal', late, 'AbortError')
      guard.unlock()
      ;(await write.lock()).unlock()
    }),
    caseOf(kind, 'one that gives up leaves the others their turn', async () => {
      const { write } = kind.create()
      const guard = await write.lock()
      const hasty = errorOf(() => write.lock({ timeoutMs: 3 }))
      const patient = write.lock()
      expectSame('the hasty one', await hasty, 'TimeoutError')
      guard.unlock()
      ;(await patient).unlock()
    }),
    caseOf(kind, 'a time that cannot be waited is refused', async () => {
      const { write } = kind.create()
      for (const timeoutMs of [-1, Number.NaN]) {
        expectSame('blocking', await errorOf(() => write.lockSync({ timeoutMs })), 'RangeError')
        expectSame('awaiting', await errorOf(() => write.lock({ timeoutMs })), 'RangeError')
      }
      write.lockSync().unlock()
    }),
  ]
}

function misusing(kind: LockKindUnderTest): LockCase[] {
  return [
    caseOf(
      kind,
      'unlocking what one does not hold is refused, and the lock works on',
      async () => {
        const { write } = kind.create()
        expectSame('nobody holds it', await errorOf(() => write.unlock()), 'LockMisuse')
        const guard = await write.lock()
        expectSame('a task holds it', await errorOf(() => write.unlock()), 'LockMisuse')
        guard.unlock()
        expectSame('the guard again', await errorOf(() => guard.unlock()), 'LockMisuse')
        write.lockSync().unlock()
      },
    ),
    caseOf(kind, 'its holder cannot wait for it', async () => {
      const { write } = kind.create()
      const guard = write.lockSync()
      expectSame('again', await errorOf(() => write.lockSync()), 'LockMisuse')
      guard.unlock()
      write.lockSync().unlock()
    }),
  ]
}
