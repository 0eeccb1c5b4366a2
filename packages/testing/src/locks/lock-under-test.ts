/**
 * What a lock must offer to be tested: the shape of `@smpnet/sync`'s sections, said here once more,
 * since this package knows none of those that it tests.
 */
export interface GuardUnderTest {
  unlock(): void
}

export interface SectionUnderTest {
  lockSync(options?: { readonly timeoutMs?: number; readonly recover?: boolean }): GuardUnderTest
  lock(options?: {
    readonly timeoutMs?: number
    readonly signal?: AbortSignal
  }): Promise<GuardUnderTest>
  tryLock(): GuardUnderTest | undefined
  unlock(): void
}

export interface LockUnderTest {
  /** The side that excludes all other threads. */
  readonly write: SectionUnderTest
  /** The side that several threads may be on, if the lock has such a side. */
  readonly read?: SectionUnderTest
  /** What another thread opens it by. */
  readonly handle: unknown
}

/** A kind of lock: one line in the list of a package that tests its locks. */
export interface LockKindUnderTest {
  readonly name: string
  /** A new lock, alone in its memory. */
  create(): LockUnderTest
  /** The lock that a handle names. */
  open(handle: unknown): LockUnderTest
  /** Cases by name that this kind does not promise, each with the reason. */
  readonly skips?: Readonly<Record<string, string>>
}

/** A case: a promise, and a run that throws when it is broken. */
export interface LockCase {
  readonly name: string
  /** Why this kind does not promise it; then it is not run. */
  readonly skip: string | undefined
  run(): Promise<void>
}

/** The case of a name for a kind. */
export function caseOf(
  kind: LockKindUnderTest,
  name: string,
  run: () => Promise<void> | void,
): LockCase {
  return { name, skip: kind.skips?.[name], run: async () => await run() }
}

/** Throws a sentence that says what was expected and what came. */
export function expectSame(what: string, found: unknown, expected: unknown): void {
  const [is, wanted] = [JSON.stringify(found), JSON.stringify(expected)]
  if (is !== wanted) throw new Error(`${what}: expected ${wanted}, came ${is}`)
}

/** Throws unless the section cannot be had at once. */
export function expectRefused(section: SectionUnderTest): void {
  expectSame('whether tryLock enters', section.tryLock() !== undefined, false)
}

/** The name of the error that `run` throws or rejects with; 'none' if it does not. */
export async function errorOf(run: () => unknown): Promise<string> {
  try {
    await run()
    return 'none'
  } catch (error) {
    return (error as Error).name
  }
}

/** Lets the tasks that can go on do so. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 2))
}
