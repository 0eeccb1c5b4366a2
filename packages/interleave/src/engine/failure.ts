/** What can be wrong with an execution. */
export type FailureKind =
  /** An assertion in a thread or in the final check did not hold. */
  | 'assertion'
  /** A thread threw something else. */
  | 'exception'
  /** No thread can go on. */
  | 'deadlock'
  /** A thread sleeps although what it waits for has happened. */
  | 'lost-wakeup'
  /** Threads go round in loops that no thread will end. */
  | 'livelock'
  /** Two accesses that nothing orders. */
  | 'data-race'
  /** A history that no order of the operations explains. */
  | 'not-linearizable'
  /** Something was allocated and never given back. */
  | 'leak'
  /** Something is given back twice, or was never given out. */
  | 'double-free'
  | 'bad-free'
  /** Something is used that was given back. */
  | 'use-after-free'
  /** Something is given out that is in use. */
  | 'double-allocation'

export interface Failure {
  readonly kind: FailureKind
  readonly message: string
  /** The thread it happened in, or undefined when it is of no thread in particular. */
  readonly thread: number | undefined
  /** The number of the place, 0 when there is none. */
  readonly place: number
  /** The other access of a data race. */
  readonly other?: { readonly thread: number; readonly place: number }
  /** What was thrown, if anything was. */
  readonly error?: unknown
}

/** Whether what a thread threw says that an assertion failed. */
export function isAssertion(error: unknown): boolean {
  return error instanceof Error && /Assertion/.test(`${error.name} ${error.constructor.name}`)
}

export function describe(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`
  return `threw ${String(error)}`
}
