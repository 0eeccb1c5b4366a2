import type { Event } from '../engine/event.ts'
import type { Execution } from '../engine/execution.ts'
import { Coverage } from './coverage.ts'
import { SeededRandom } from './random.ts'
import type { SampleOptions } from './random-walk.ts'
import { Doom } from './dooms.ts'
import { enabledThreads, type Strategy } from './strategy.ts'

export interface PctOptions extends SampleOptions {
  /** Ordering constraints that a bug may need, at most; 3 finds nearly all that are known. */
  readonly depth?: number
}

/**
 * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi and Nagarakatte, ASPLOS 2010):
 * the thread of highest priority runs, and at up to d - 1 random steps the thread that is about to
 * make the step falls below all that have not fallen. Which of the fallen is above which is random
 * too: a thread that fell first may have to wait for one that fell later. An execution with d - 1
 * such changes finds a bug of depth d with probability at least 1 / (n k^(d-1)), for n threads and
 * k steps. Numbers of changes that keep showing something new are tried more often, and none is
 * given up.
 *
 * Several changes may fall on one step, and then one thread after another falls. So each thread
 * can be made the next one at each step by at most n - 1 changes, and with a depth of
 * 1 + (n - 1) (k - 1) every schedule has a chance, the first step being the initial priorities'.
 */
export class Pct implements Strategy {
  readonly name = 'PCT'
  readonly resumesIdleLoops = true
  readonly isExhaustive = false
  readonly #random: SeededRandom
  readonly #coverage = new Coverage()
  readonly #enabled: number[] = []
  readonly #doom = new Doom()
  readonly #depth: number
  /** How much each depth has shown, plus one. */
  readonly #worth: number[]
  #priorities: number[] = []
  /** By step: the priorities to which threads that are about to make it fall, one by one. */
  readonly #changes = new Map<number, number[]>()
  #chosen = 0
  #left: number
  /** Steps of the longest execution so far, which is where changes are made. */
  #longest = 1
  #threads = 1

  constructor(readonly options: PctOptions) {
    this.#random = new SeededRandom(options.seed)
    this.#left = options.executions
    this.#depth = options.depth ?? 3
    this.#worth = Array.from({ length: this.#depth }, () => 1)
  }

  get claim(): string {
    const { seed } = this.options
    const odds = this.#threads * this.#longest ** (this.#depth - 1)
    return (
      `a sample of seed ${seed}; each execution finds a bug of depth ${this.#depth} with ` +
      `probability of at least 1 in ${(odds * this.#depth ** 2).toLocaleString('en')}`
    )
  }

  begin({ persistent, deaths }: Execution): void {
    this.#coverage.begin()
    this.#doom.draw(persistent, this.#longest, this.#random)
    deaths.doomed = this.#doom.doomed
    this.#priorities = []
    this.#chosen = this.#pickDepth()
    this.#changes.clear()
    for (let i = 1; i <= this.#chosen; i++) this.#fallAt(this.#random.below(this.#longest), -i)
  }

  choose(execution: Execution): number {
    const able = enabledThreads(execution, true, this.#enabled)
    const enabled = this.#doom.restrict(execution, able)
    if (enabled.length === 0) return -1
    let next = this.#highest(enabled)
    for (const priority of this.#changes.get(execution.length) ?? []) {
      this.#priorities[next] = priority
      next = this.#highest(enabled)
    }
    return next
  }

  observe(execution: Execution, event: Event): void {
    this.#coverage.observe(execution, event)
  }

  finish(execution: Execution): boolean {
    this.#longest = Math.max(this.#longest, execution.length)
    this.#threads = Math.max(this.#threads, execution.threads.length)
    this.#worth[this.#chosen]! += this.#coverage.added
    return --this.#left > 0
  }

  #fallAt(step: number, priority: number): void {
    const priorities = this.#changes.get(step)
    if (priorities === undefined) this.#changes.set(step, [priority])
    else priorities.push(priority)
  }

  /**
   * A number of changes, in proportion to what each has shown; one time in d, any of the d numbers
   * with equal chances, which makes the odds that reports tell d² times worse than the theorem's.
   */
  #pickDepth(): number {
    if (this.#random.below(this.#depth) === 0) return this.#random.below(this.#depth)
    const total = this.#worth.reduce((sum, worth) => sum + worth, 0)
    let at = this.#random.below(total)
    return this.#worth.findIndex((worth) => (at -= worth) < 0)
  }

  /** Priorities are given when a thread is first seen. */
  #highest(enabled: readonly number[]): number {
    let best = enabled[0]!
    for (const id of enabled) {
      this.#priorities[id] ??= 1 + this.#random.below(1 << 30)
      if (this.#priorities[id] > this.#priorities[best]!) best = id
    }
    return best
  }
}
