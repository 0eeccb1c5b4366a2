import type { Execution } from '../engine/execution.ts'
import { Dooms } from './dooms.ts'
import { enabledThreads, type Strategy } from './strategy.ts'

/** The threads still to be tried at one depth; the first is the one on the path. */
type Choices = number[]

/**
 * Every order of every step, with no reduction at all: what the other strategies are measured by
 * and checked against. It is hopeless for all but the smallest programs.
 */
export class BruteForce implements Strategy {
  readonly name = 'brute force'
  readonly isExhaustive = true
  readonly claim = 'every order of every step'
  readonly #path: Choices[] = []
  readonly #enabled: number[] = []
  readonly #dooms = new Dooms()

  constructor(readonly resumesIdleLoops = true) {}

  begin(execution: Execution): void {
    this.#dooms.settle(execution)
  }

  choose(execution: Execution): number {
    const known = this.#path[execution.length]
    if (known !== undefined) return known[0]!
    const enabled = enabledThreads(execution, this.resumesIdleLoops, this.#enabled)
    if (enabled.length === 0) return -1
    this.#path.push([...enabled])
    return enabled[0]!
  }

  observe(): void {}

  finish({ persistent }: Execution): boolean {
    for (let choices = this.#path.at(-1); choices !== undefined; choices = this.#path.at(-1)) {
      choices.shift()
      if (choices.length > 0) return true
      this.#path.pop()
    }
    return this.#dooms.advance(persistent)
  }
}
