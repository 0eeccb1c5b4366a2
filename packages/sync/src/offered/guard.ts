import type { Waiter } from '@smpnet/park'

/** `Symbol.dispose`, or, where an engine has none yet, what compilers put in its place. */
export const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose')

/** Proof of having entered. `using guard = mutex.lockSync()` exits at the end of the block. */
export interface Guard {
  /** The waiter that entered. */
  readonly td: Waiter
  /** Exits the section. Throws LockMisuse when that was done already. */
  unlock(): void
  [Symbol.dispose](): void
}
