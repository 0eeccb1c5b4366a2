import { errorOf, expectSame, type LockCase, turn } from './lock-under-test.ts'

export interface WaitOptionsUnderTest {
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** Something that is waited for until another serves it: the shape that all such kinds share. */
export interface WaitUnderTest {
  /** Waits, blocking this thread. Throws TimeoutError when the time is over. */
  waitSync(options?: WaitOptionsUnderTest): unknown
  /** Waits in a task. Rejects with TimeoutError or the signal's reason. */
  wait(options?: WaitOptionsUnderTest): Promise<unknown>
  /** Ends one wait, that of the first waiter, or all waits. */
  serve(): unknown
  /** Uses it in a way that is forbidden. */
  misuse(): unknown
  readonly handle: unknown
}

export interface WaitKindUnderTest {
  readonly name: string
  /** A new object, which has to be served before any wait ends. */
  create(): WaitUnderTest
  open(handle: unknown): WaitUnderTest
  /** The name of the error that misuse throws. */
  readonly misused: string
}

/**
 * What everything that is waited for promises. The suite knows three things of a kind: how to wait,
 * how to end a wait, and how to misuse it; so semaphores, barriers and conditions run the same
 * cases. Waiters and servers are tasks of one event loop, which take turns by `turn`.
 */
export function waitCases(kind: WaitKindUnderTest): LockCase[] {
  const named = (name: string, run: (one: WaitUnderTest) => Promise<void>): LockCase => ({
    name,
    skip: undefined,
    run: () => run(kind.create()),
  })
  return [
    named('a wait ends when it is served, and not before', async (one) => {
      const waiting = one.wait()
      const early = await Promise.race([waiting.then(() => 'served'), turn()])
      expectSame('before', early, undefined)
      one.serve()
      await waiting
    }),
    named('several wait, and each is served', async (one) => {
      const served: number[] = []
      const waiting = [1, 2, 3].map((number) => one.wait().then(() => served.push(number)))
      while (served.length < waiting.length) {
        await turn()
        one.serve()
      }
      await Promise.all(waiting)
    }),
    named('a wait is served by one who has opened its handle', async (one) => {
      const again = kind.open(structuredClone(one.handle))
      const waiting = one.wait()
      await turn()
      again.serve()
      await waiting
    }),
    named('a wait ends when its time is over, and others are served', async (one) => {
      expectSame('blocking', await errorOf(() => one.waitSync({ timeoutMs: 3 })), 'TimeoutError')
      expectSame('awaiting', await errorOf(() => one.wait({ timeoutMs: 3 })), 'TimeoutError')
      await servedAfter(one)
    }),
    named('a wait ends with its signal, and others are served', async (one) => {
      const controller = new AbortController()
      const patient = one.wait()
      const waiting = errorOf(() => one.wait({ signal: controller.signal }))
      await turn()
      controller.abort(new RangeError('of another mind'))
      expectSame('the reason', await waiting, 'RangeError')
      const late = await errorOf(() => one.wait({ signal: AbortSignal.abort() }))
      expectSame('an aborted signal', late, 'AbortError')
      one.serve()
      await patient
    }),
    named(
      'a time that cannot be waited is refused, whether one would wait or not',
      async (one) => {
        const refused = async (timeoutMs: number): Promise<void> => {
          expectSame('blocking', await errorOf(() => one.waitSync({ timeoutMs })), 'RangeError')
          expectSame('awaiting', await errorOf(() => one.wait({ timeoutMs })), 'RangeError')
        }
        for (const timeoutMs of [-1, Number.NaN]) await refused(timeoutMs)
        await servedAfter(one)
        one.serve()
        for (const timeoutMs of [-1, Number.NaN]) await refused(timeoutMs)
      },
    ),
    named('misuse is refused by name, and others are served', async (one) => {
      expectSame('misuse', await errorOf(() => one.misuse()), kind.misused)
      await servedAfter(one)
    }),
  ]
}

/** A wait is served: what came before has left the object working. */
async function servedAfter(one: WaitUnderTest): Promise<void> {
  const waiting = one.wait({ timeoutMs: 10_000 })
  await turn()
  one.serve()
  await waiting
}
