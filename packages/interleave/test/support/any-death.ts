import type { Execution } from '../../src/engine/execution.ts'
import { OP } from '../../src/runtime/operation.ts'
import { enabledThreads, type Strategy } from '../../src/strategies/strategy.ts'

/** No thread dies any more. */
const END = -1

/**
 * Every order of every step, in which any thread that may die does so at any moment or never, as
 * long as no more die than may. It is what the strategies are compared with, which settle in
 * advance which threads die in an execution.
 */
export class AnyDeath implements Strategy {
  readonly name = 'any death'
  readonly resumesIdleLoops = true
  readonly isExhaustive = true
  readonly claim = 'every order of every step and every death'
  readonly #path: number[][] = []
  readonly #enabled: number[] = []

  constructor(readonly mortals: readonly string[]) {}

  begin({ deaths }: Execution): void {
    deaths.doomed = this.mortals
  }

  choose(execution: Execution): number {
    const known = this.#path[execution.length]
    if (known !== undefined) return this.#go(execution, known[0]!)
    const enabled = enabledThreads(execution, true, this.#enabled)
    const isDeath = (id: number): boolean => execution.threads[id]!.operation.kind === OP.die
    let died = 0
    for (let i = 0; i < execution.length; i++) if (execution.event(i).kind === OP.die) died++
    const mayDie = died < execution.persistent.deaths
    const living = enabled.filter((id) => !isDeath(id))
    const deaths = mayDie ? enabled.filter(isDeath) : []
    this.#path.push([...living, ...deaths, ...(living.length === 0 ? [END] : [])])
    return this.#go(execution, this.#path.at(-1)![0]!)
  }

  observe(): void {}

  finish(): boolean {
    for (let choices = this.#path.at(-1); choices !== undefined; choices = this.#path.at(-1)) {
      choices.shift()
      if (choices.length > 0) return true
      this.#path.pop()
    }
    return false
  }

  #go(execution: Execution, choice: number): number {
    if (choice === END) execution.deaths.spare()
    return choice
  }
}
