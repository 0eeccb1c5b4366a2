import { Refusal } from '../runtime/refusal.ts'
import { state } from '../runtime/state.ts'
import type { Strategy } from '../strategies/strategy.ts'
import { Environment } from './environment.ts'
import type { Failure } from './failure.ts'
import type { Persistent } from './core.ts'
import { Machine } from './machine.ts'
import { ObjectNames } from './objects.ts'
import type { RacePolicy } from './core.ts'
import { conclude, type Ending } from './verdict.ts'
import { type World, WorldOf } from './world.ts'

export type Setup = (world: World) => void

/** Where an exploration has to stop, whether or not it is done. */
export interface Budget {
  /** Executions at most. */
  readonly executions: number
  /** Steps at most in one execution; more is reported as possibly endless. */
  readonly stepsPerExecution: number
  /** True when there is no more time; asked once per execution. */
  readonly isOver: () => boolean
}

/** One execution that was run to its end. */
export interface Execution {
  readonly machine: Machine
  readonly ending: Ending | 'abandoned' | 'too-long'
  readonly failure: Failure | undefined
}

/** What an exploration has done so far. */
export interface Totals {
  executions: number
  redundant: number
  steps: number
  maxSteps: number
  maxThreads: number
}

/** Runs a program again and again, each time as its strategy says. */
export class Explorer {
  readonly totals: Totals = { executions: 0, redundant: 0, steps: 0, maxSteps: 0, maxThreads: 0 }
  readonly persistent: Persistent
  readonly #environment = new Environment()

  constructor(
    readonly setup: Setup,
    races: RacePolicy,
  ) {
    const names = new ObjectNames()
    this.persistent = { names, threadIds: new Map(), events: [], races }
  }

  /**
   * Explores until the strategy is done, the budget is used up or `see` says to stop. Returns why
   * it stopped, or undefined when the strategy was done. Throws a `Refusal` for code that cannot
   * be checked, and whatever `setup` throws.
   */
  explore(
    strategy: Strategy,
    budget: Budget,
    see: (execution: Execution) => boolean,
  ): string | undefined {
    this.#environment.enter()
    try {
      for (;;) {
        const execution = this.#run(strategy, budget.stepsPerExecution)
        const stop = see(execution)
        if (execution.ending === 'too-long') {
          return `an execution of more than ${budget.stepsPerExecution} steps`
        }
        if (stop || !strategy.finish(execution.machine)) return undefined
        if (this.totals.executions + this.totals.redundant >= budget.executions) {
          return `${budget.executions} executions`
        }
        if (budget.isOver()) return 'the end of the time'
      }
    } finally {
      this.#environment.leave()
    }
  }

  #run(strategy: Strategy, maxSteps: number): Execution {
    const machine = new Machine(this.persistent)
    this.#environment.begin(machine)
    const world = new WorldOf()
    this.setup(world)
    try {
      state.host = machine
      strategy.begin(machine)
      world.start(machine)
      const ended = this.#steps(machine, strategy, maxSteps)
      const ending = ended ?? conclude(machine)
      if (ending === 'complete') world.finish(machine)
      this.#count(machine, ending)
      return { machine, ending, failure: machine.failures[0] }
    } finally {
      state.host = undefined
      state.thread = undefined
    }
  }

  #steps(
    machine: Machine,
    strategy: Strategy,
    maxSteps: number,
  ): 'abandoned' | 'too-long' | undefined {
    for (;;) {
      const id = strategy.choose(machine)
      if (id < 0) break
      if (machine.length >= maxSteps) return 'too-long'
      const thread = machine.threads[id]
      if (thread === undefined) throw new RangeError(`expected a thread's number, got ${id}`)
      strategy.observe(machine, machine.step(thread))
    }
    const isAble = machine.threads.some(
      (t) => t && (machine.isEnabled(t) || (strategy.resumesIdleLoops && machine.canResume(t))),
    )
    return isAble ? 'abandoned' : undefined
  }

  #count(machine: Machine, ending: Execution['ending']): void {
    const { totals } = this
    const isRedundant = ending === 'abandoned' || ending === 'redundant'
    if (isRedundant && machine.failures.length === 0) totals.redundant++
    else totals.executions++
    totals.steps += machine.length
    totals.maxSteps = Math.max(totals.maxSteps, machine.length)
    totals.maxThreads = Math.max(totals.maxThreads, machine.threads.length)
  }
}

export { Refusal }
