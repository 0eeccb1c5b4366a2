import type { Execution } from '../engine/execution.ts'
import { isDoom } from '../engine/deaths.ts'
import { Dooms } from './dooms.ts'
import { enabledThreads, type Strategy } from './strategy.ts'

/** One state on the path of the current execution. */
interface Node {
  /** Threads still to be tried, the one on the path first. */
  readonly choices: number[]
  /** Preemptions made before this state. */
  readonly spent: number
  /** The thread that would go on if no thread were preempted, or -1. */
  readonly running: number
  /** Which of the choices are deaths: these interrupt nobody. */
  readonly deaths: readonly number[]
}

/**
 * Every schedule with at most so many preemptions, first those with none, then those with one,
 * and so on (Musuvathi and Qadeer, Iterative context bounding, PLDI 2007). Most bugs need one or
 * two. Switching away from a thread that cannot go on is free, and so is a death.
 */
export class Bounded implements Strategy {
  readonly name = 'preemption bounding'
  readonly resumesIdleLoops = true
  readonly #path: Node[] = []
  readonly #enabled: number[] = []
  readonly #dooms = new Dooms()
  #bound: number
  /** Whether some schedule of this round would have needed one preemption more. */
  #isCut = false

  constructor(
    readonly maxPreemptions: number,
    first = 0,
  ) {
    this.#bound = first
  }

  /** When the last round had to leave nothing out, it was all there is. */
  get isExhaustive(): boolean {
    return !this.#isCut
  }

  get claim(): string {
    return this.#isCut
      ? `every schedule with at most ${this.#bound} preemptions`
      : `every schedule; none needs more than ${this.#bound} preemptions`
  }

  /** The number of preemptions that are being tried. */
  get bound(): number {
    return this.#bound
  }

  begin(execution: Execution): void {
    this.#dooms.settle(execution)
  }

  choose(execution: Execution): number {
    const known = this.#path[execution.length]
    if (known !== undefined) return known.choices[0]!
    const enabled = enabledThreads(execution, true, this.#enabled)
    if (enabled.length === 0) return -1
    const { spent, last } = this.#spentAt(execution)
    const running = enabled.includes(last) ? last : -1
    const deaths = enabled.filter((id) => isDoom(execution.threads[id]!))
    let choices = [...enabled]
    if (running >= 0) {
      if (spent < this.#bound) choices = [running, ...enabled.filter((id) => id !== running)]
      else {
        choices = [running, ...deaths.filter((id) => id !== running)]
        if (enabled.length > choices.length) this.#isCut = true
      }
    }
    this.#path.push({ choices, spent, running, deaths })
    return choices[0]!
  }

  observe(): void {}

  finish({ persistent }: Execution): boolean {
    if (this.#backtrack() || this.#dooms.advance(persistent)) return true
    if (!this.#isCut || this.#bound === this.maxPreemptions) return false
    this.#bound++
    this.#isCut = false
    return true
  }

  #spentAt(execution: Execution): { spent: number; last: number } {
    const before = this.#path[execution.length - 1]
    if (before === undefined) return { spent: 0, last: -1 }
    const last = before.choices[0]!
    if (before.deaths.includes(last)) return { spent: before.spent, last: before.running }
    const isPreemption = before.running >= 0 && last !== before.running
    return { spent: before.spent + (isPreemption ? 1 : 0), last }
  }

  #backtrack(): boolean {
    for (let node = this.#path.at(-1); node !== undefined; node = this.#path.at(-1)) {
      node.choices.shift()
      if (node.choices.length > 0) return true
      this.#path.pop()
    }
    return false
  }
}
