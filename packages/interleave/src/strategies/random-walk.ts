import type { Event } from '../engine/event.ts'
import type { Execution } from '../engine/execution.ts'
import { Coverage } from './coverage.ts'
import { SeededRandom } from './random.ts'
import { enabledThreads, type Strategy } from './strategy.ts'

export interface SampleOptions {
  /** Executions to run. */
  readonly executions: number
  readonly seed: number
}

/** Schedules worth starting from again. */
const MAX_CORPUS = 64

/**
 * A thread at random at each step. Half of the executions start as one did that had shown
 * something new, and leave it at a random step: what is rare is reached from what is nearly there.
 */
export class RandomWalk implements Strategy {
  readonly name = 'random walk'
  readonly resumesIdleLoops = true
  readonly isExhaustive = false
  readonly #random: SeededRandom
  readonly #coverage = new Coverage()
  readonly #corpus: number[][] = []
  readonly #enabled: number[] = []
  #prefix: readonly number[] = []
  #trace: number[] = []
  #left: number

  constructor(readonly options: SampleOptions) {
    this.#random = new SeededRandom(options.seed)
    this.#left = options.executions
  }

  get claim(): string {
    return `a sample of seed ${this.options.seed}, ${this.#coverage.size} pairs of places met`
  }

  begin(): void {
    this.#coverage.begin()
    this.#trace = []
    const isNew = this.#corpus.length === 0 || this.#random.below(2) === 0
    const base = isNew ? [] : this.#random.pick(this.#corpus)
    this.#prefix = base.slice(0, this.#random.below(base.length + 1))
  }

  choose(execution: Execution): number {
    const enabled = enabledThreads(execution, true, this.#enabled)
    if (enabled.length === 0) return -1
    const wanted = this.#prefix[execution.length]
    const next =
      wanted !== undefined && enabled.includes(wanted) ? wanted : this.#random.pick(enabled)
    this.#trace.push(next)
    return next
  }

  observe(execution: Execution, event: Event): void {
    this.#coverage.observe(execution, event)
  }

  finish(): boolean {
    if (this.#coverage.added > 0) {
      if (this.#corpus.length < MAX_CORPUS) this.#corpus.push(this.#trace)
      else this.#corpus[this.#random.below(MAX_CORPUS)] = this.#trace
    }
    return --this.#left > 0
  }
}
