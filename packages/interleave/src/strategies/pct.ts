import type { Event } from '../engine/event.ts'
import type { Machine } from '../engine/machine.ts'
import { Coverage } from './coverage.ts'
import { SeededRandom } from './random.ts'
import type { SampleOptions } from './random-walk.ts'
import { enabledThreads, type Strategy } from './strategy.ts'

export interface PctOptions extends SampleOptions {
  /** Ordering constraints that a bug may need, at most; 3 finds nearly all that are known. */
  readonly depth?: number
}

/**
 * Probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi and Nagarakatte, ASPLOS 2010):
 * the thread of highest priority runs, and at d - 1 random steps it falls to the bottom. Each
 * execution finds a bug of depth d with probability at least 1 / (n k^(d-1)), for n threads and k
 * steps. Depths that keep showing something new are tried more often.
 */
export class Pct implements Strategy {
  readonly name = 'PCT'
  readonly resumesIdleLoops = true
  readonly isExhaustive = false
  readonly #random: SeededRandom
  readonly #coverage = new Coverage()
  readonly #enabled: number[] = []
  readonly #depth: number
  /** How much each depth has shown, plus one. */
  readonly #worth: number[]
  #priorities: number[] = []
  #changes = new Set<number>()
  #chosen = 0
  #lowest = 0
  #left: number
  #longest = 20
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
      `probability of at least 1 in ${(odds * this.#depth).toLocaleString('en')}`
    )
  }

  begin(): void {
    this.#coverage.begin()
    this.#priorities = []
    this.#lowest = 0
    this.#chosen = this.#pickDepth()
    this.#changes = new Set()
    for (let i = 0; i < this.#chosen; i++) this.#changes.add(this.#random.below(this.#longest))
  }

  choose(machine: Machine): number {
    const enabled = enabledThreads(machine, true, this.#enabled)
    if (enabled.length === 0) return -1
    const first = this.#highest(enabled)
    if (!this.#changes.has(machine.length)) return first
    this.#priorities[first] = --this.#lowest
    return this.#highest(enabled)
  }

  observe(machine: Machine, event: Event): void {
    this.#coverage.observe(machine, event)
  }

  finish(machine: Machine): boolean {
    this.#longest = Math.max(this.#longest, machine.length)
    this.#threads = Math.max(this.#threads, machine.threads.length)
    this.#worth[this.#chosen]! += this.#coverage.added
    return --this.#left > 0
  }

  /** A number of changes, in proportion to what each has shown; each is tried now and then. */
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
