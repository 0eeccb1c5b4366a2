/** `Symbol.dispose`, or, where an engine has none yet, what compilers put in its place. */
export const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose')

/** Proof that a section was entered. `using guard = mutex.lockSync()` exits it at the block's end. */
export interface Guard {
  /** Exits the section. Throws LockMisuse when that was done already. */
  unlock(): void
  [Symbol.dispose](): void
}
