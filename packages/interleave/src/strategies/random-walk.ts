import type { Event } from '../engine/event.ts'
import type { Execution } from '../engine/execution.ts'
import { Coverage } from './coverage.ts'
import { SeededRandom } from './random.ts'
import { Doom } from './dooms.ts'
import { enabledThreads, type Strategy } from './strategy.ts'

export interface SampleOptions {
  /** Executions to run. */
  readonly executions: number
  readonly seed: number
}

/** An execution that showed something new. */
interface Shown {
  readonly trace: readonly number[]
  readonly doomed: readonly string[]
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
  readonly #corpus: Shown[] = []
  readonly #enabled: number[] = []
  readonly #doom = new Doom()
  /** Steps of the longest execution so far, which is where threads die. */
  #longest = 1
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

  begin({ persistent, deaths }: Execution): void {
    this.#coverage.begin()
    this.#trace = []
    const isNew = this.#corpus.length === 0 || this.#random.below(2) === 0
    const base = isNew ? undefined : this.#random.pick(this.#corpus)
    const trace = base?.trace ?? []
    this.#prefix = trace.slice(0, this.#random.below(trace.length + 1))
    if (base === undefined) this.#doom.draw(persistent, this.#longest, this.#random)
    else this.#doom.set(base.doomed, this.#longest, this.#random)
    deaths.doomed = this.#doom.doomed
  }

  choose(execution: Execution): number {
    const enabled = enabledThreads(execution, true, this.#enabled)
    if (enabled.length === 0) return -1
    const wanted = this.#prefix[execution.length]
    const next =
      wanted !== undefined && enabled.includes(wanted)
        ? wanted
        : this.#random.pick(this.#doom.restrict(execution, enabled))
    this.#trace.push(next)
    return next
  }

  observe(execution: Execution, event: Event): void {
    this.#coverage.observe(execution, event)
  }

  finish({ length }: Execution): boolean {
    this.#longest = Math.max(this.#longest, length)
    if (this.#coverage.added > 0) {
      const shown: Shown = { trace: this.#trace, doomed: this.#doom.doomed }
      if (this.#corpus.length < MAX_CORPUS) this.#corpus.push(shown)
      else this.#corpus[this.#random.below(MAX_CORPUS)] = shown
    }
    return --this.#left > 0
  }
}
