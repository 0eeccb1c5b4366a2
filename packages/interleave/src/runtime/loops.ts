import { OP } from './operation.ts'
import { state } from './state.ts'

/** One run of a loop, from its first test to its last. */
export class Loop {
  #steps = -1
  #changes = 0
  #variables: readonly unknown[] = []

  constructor(readonly place: number) {}

  /**
   * Called whenever the loop is about to test again, with the variables that this round may read
   * before writing. True when the last round left everything as it was: the same variables, the
   * same objects, and no lasting trace in shared memory. Then the execution without that round is
   * an execution too, so nothing is lost by going on only when somebody else has written what the
   * round read; and `state.pending` says so.
   */
  isIdle(variables: readonly unknown[]): boolean {
    const { host, thread } = state
    if (host === undefined || thread === undefined) return false
    const isIdle =
      this.#steps >= 0 &&
      host.length > this.#steps &&
      same(variables, this.#variables) &&
      thread.changes.isUndoneSince(this.#changes) &&
      host.isRemovable(this.#steps)
    if (isIdle) state.pending.event(OP.spin, this.place, this.#steps)
    this.#steps = host.length
    this.#changes = thread.changes.mark()
    this.#variables = variables
    return isIdle
  }
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false
  return true
}
