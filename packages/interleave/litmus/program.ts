import type { World } from '@smpnet/interleave'

/** A program of the litmus set. */
export interface LitmusProgram {
  /** What must come of it: `holds`, or the kind of failure. */
  readonly verdict: string
  /** Where the program and, if it has one, its bug are from. */
  readonly source: string
  /** Executions at least, where that is published or follows by hand; see `source`. */
  readonly minimum?: number
  readonly setup: (world: World) => void
}

/** Shared 32-bit words, all 0. */
export function words(count: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4 * count))
}

/** Throws unless the condition holds. */
export function check(condition: boolean, message: string): void {
  if (!condition) throw new AssertionError(message)
}

class AssertionError extends Error {
  override readonly name = 'AssertionError'
}
