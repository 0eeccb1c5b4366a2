import { expect } from 'vitest'
import { matchers } from './matcher.ts'

expect.extend(matchers)

interface InterleaveMatchers<R> {
  /** The program holds under every schedule that its strategy covers. */
  toHold(): R
  /** The program fails, and in this way. */
  toFailWith(kind?: string, text?: string): R
}

declare module 'vitest' {
  // Both names of the parameter and its default have to be as Vitest has them.
  // oxlint-disable-next-line typescript/no-explicit-any
  interface Matchers<T = any> extends InterleaveMatchers<T> {}
}

export { matchers }
