import { OP } from './operation.ts'
import { state } from './state.ts'

/** Rounds without any step after which a loop is taken to be endless. */
const MAX_SILENT_ROUNDS = 1_000_000

/** One run of a loop, from its first test to its last. */
export class Loop {
  #steps = -1
  #changes = 0
  #start = -1
  #silentRounds = 0
  #variables: readonly unknown[] = []

  constructor(readonly place: number) {}

  /**
   * Called whenever the loop is about to test again, with the variables that this round may read
   * before writing. True when the last round left everything as it was: the same variables, the
   * same objects, and no lasting trace in shared memory. Then the execution without that round is
   * an execution too, so nothing is lost by going on only when another thread has written what the
   * round read; and `state.pending` says so.
   */
  isIdle(variables: readonly unknown[]): boolean {
    const { host, thread } = state
    if (host === undefined || thread === undefined) return false
    const before = this.#steps
    const isIdle =
      before >= 0 &&
      host.length > before &&
      same(variables, this.#variables) &&
      thread.changes.isUndoneSince(this.#changes, this) &&
      host.isRemovable(before)
    if (isIdle) state.pending.event(OP.spin, this.place, before)
    this.turn(variables)
    return isIdle
  }

  /** Called at each round of a loop that is not asked whether it is idle. */
  turn(variables: readonly unknown[]): void {
    const { host, thread } = state
    if (host === undefined || thread === undefined) return
    const { changes } = thread
    if (this.#start < 0) this.#start = changes.mark()
    else changes.noteRound(this, this.#start, !same(variables, this.#variables))
    this.#silentRounds = host.length === this.#steps ? this.#silentRounds + 1 : 0
    if (this.#silentRounds > MAX_SILENT_ROUNDS) {
      throw new RangeError(
        `expected a step, got ${MAX_SILENT_ROUNDS} rounds of a loop without any`,
      )
    }
    this.#steps = host.length
    this.#changes = changes.mark()
    this.#variables = variables
  }
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false
  return true
}
