import type { Execution } from '../engine/execution.ts'
import { differs } from '../strategies/repeatable.ts'
import type { Strategy } from '../strategies/strategy.ts'

/** What is compared of a step: its thread, its kind, its place, its object and its result. */
type Row = readonly number[]

/** An execution that was made, as the strategy that makes it once more. */
export class Repeat implements Strategy {
  readonly name = 'repeat'
  readonly resumesIdleLoops = true
  readonly claim = 'one schedule'
  readonly isExhaustive = false
  readonly #rows: Row[]
  readonly #doomed: string[]
  readonly #timely: readonly string[] | undefined

  constructor(execution: Execution) {
    this.#rows = rowsOf(execution)
    this.#doomed = [...execution.deaths.doomed]
    this.#timely = execution.timely
  }

  begin(execution: Execution): void {
    execution.deaths.doomed = this.#doomed
    execution.timely = this.#timely
  }

  choose(execution: Execution): number {
    const next = this.#rows[execution.length]
    if (next === undefined) return -1
    const id = next[0]!
    const thread = execution.threads[id]
    const isAble = execution.isEnabled(thread) || (thread && execution.canResume(thread))
    if (!isAble) throw differs(execution, execution.length)
    return id
  }

  observe(): void {}

  finish(): boolean {
    return false
  }

  /** Throws a `Refusal` if the execution is another one than that which was made first. */
  compare(execution: Execution): void {
    const rows = rowsOf(execution)
    const at = this.#rows.findIndex((row, i) => row.some((value, k) => value !== rows[i]?.[k]))
    if (at >= 0) throw differs(execution, at)
  }
}

function rowsOf(execution: Execution): Row[] {
  const rows: Row[] = []
  for (let i = 0; i < execution.length; i++) {
    const { thread, kind, place, size, objects, changed, afterLow, afterHigh } = execution.event(i)
    const isMemory = size > 0 && kind <= 10
    const values = isMemory ? [objects[0]!, changed[0]!, afterLow, afterHigh] : []
    rows.push([thread, kind, place, ...values])
  }
  return rows
}
