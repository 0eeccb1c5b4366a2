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

type Sides = () => { readonly read: SectionUnderTest; readonly write: SectionUnderTest }

/** What a lock with two sides promises to its readers and its writers. */
export function readerCases(kind: LockKindUnderTest): LockCase[] {
  if (kind.create().read === undefined) return []
  const sides: Sides = () => {
    const { read, write } = kind.create()
    return { read: read!, write }
  }
  return [...sharing(kind, sides), ...leaving(kind, sides)]
}

function sharing(kind: LockKindUnderTest, sides: Sides): LockCase[] {
  return [
    caseOf(kind, 'readers are in together', async () => {
      const { read } = sides()
      const guards = [await read.lock(), await read.lock(), read.lockSync()]
      for (const guard of guards) guard.unlock()
    }),
    caseOf(kind, 'a writer waits for all readers', async () => {
      const { read, write } = sides()
      const [first, second] = [await read.lock(), await read.lock()]
      expectRefused(write)
      const writer = write.lock()
      first.unlock()
      expectSame('the writer', await Promise.race([writer.then(() => 'in'), turn()]), undefined)
      second.unlock()
      ;(await writer).unlock()
    }),
    caseOf(kind, 'readers wait for a writer', async () => {
      const { read, write } = sides()
      const guard = await write.lock()
      expectRefused(read)
      const readers = [read.lock(), read.lock()]
      await turn()
      guard.unlock()
      for (const reader of await Promise.all(readers)) reader.unlock()
    }),
    caseOf(kind, 'no reader passes a writer that waits', async () => {
      const { read, write } = sides()
      const reader = await read.lock()
      const writer = write.lock()
      await turn()
      expectRefused(read)
      reader.unlock()
      ;(await writer).unlock()
      read.lockSync().unlock()
    }),
  ]
}

function leaving(kind: LockKindUnderTest, sides: Sides): LockCase[] {
  return [
    caseOf(kind, 'a writer that gives up leaves the readers their turn', async () => {
      const { read, write } = sides()
      const reader = await read.lock()
      expectSame('in time', await errorOf(() => write.lock({ timeoutMs: 3 })), 'TimeoutError')
      const waiting = read.lock({ timeoutMs: 2000 })
      reader.unlock()
      ;(await waiting).unlock()
      write.lockSync().unlock()
    }),
    caseOf(kind, 'a reader gives up in time, and by its signal', async () => {
      const { read, write } = sides()
      const guard = await write.lock()
      expectSame('blocking', await errorOf(() => read.lockSync({ timeoutMs: 3 })), 'TimeoutError')
      const controller = new AbortController()
      const waiting = errorOf(() => read.lock({ signal: controller.signal }))
      await turn()
      controller.abort()
      expectSame('awaiting', await waiting, 'AbortError')
      guard.unlock()
      read.lockSync().unlock()
    }),
    caseOf(kind, 'a reader that is not inside cannot exit', async () => {
      const { read } = sides()
      expectSame('nobody is', await errorOf(() => read.unlock()), 'LockMisuse')
      const guard = await read.lock()
      expectSame('a task is', await errorOf(() => read.unlock()), 'LockMisuse')
      guard.unlock()
      expectSame('the guard again', await errorOf(() => guard.unlock()), 'LockMisuse')
      read.lockSync().unlock()
    }),
  ]
}
