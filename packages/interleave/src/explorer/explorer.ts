import { Refusal } from '../runtime/refusal.ts'
import { state } from '../runtime/state.ts'
import type { Strategy } from '../strategies/strategy.ts'
import { Environment } from './environment.ts'
import type { Failure } from '../engine/failure.ts'
import type { Persistent } from '../engine/core.ts'
import { Execution } from '../engine/execution.ts'
import { ObjectNames } from '../engine/objects.ts'
import { RaceDetector } from '../engine/races.ts'
import type { RacePolicy } from '../engine/core.ts'
import { Repeat } from './repeat.ts'
import { conclude, type Ending } from '../engine/verdict.ts'
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
export interface EndedExecution {
  readonly execution: Execution
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

/**
 * Runs a program again and again, each time as its strategy says.
 *
 * `setup` describes the program anew for each execution, so that each starts with the same memory
 * and objects. What has to keep its identity from one execution to the next, the numbers of threads
 * and objects, is `persistent`. While the explorer works, globals of the isolate are replaced (see
 * `Environment`), and they are put back whatever ends it; so one isolate explores one program at a
 * time, and `explore` never waits.
 *
 * An execution is over when the strategy chooses no thread. If some thread could have gone on, the
 * strategy has abandoned it; else `conclude` says how it ended, and only when all threads have
 * ended are the final checks made.
 */
export class Explorer {
  readonly totals: Totals = { executions: 0, redundant: 0, steps: 0, maxSteps: 0, maxThreads: 0 }
  readonly persistent: Persistent
  readonly #environment = new Environment()

  constructor(
    readonly setup: Setup,
    races: RacePolicy,
    deaths = 0,
    timeouts = Infinity,
  ) {
    const names = new ObjectNames()
    const limits = { deaths, mortals: new Set<string>(), timeouts, timed: new Set<string>() }
    const detector = new RaceDetector()
    this.persistent = { names, threadIds: new Map(), events: [], detector, races, ...limits }
  }

  /**
   * Explores until the strategy is done, the budget is used up or `see` says to stop. Returns why
   * it stopped, or undefined when the strategy was done. Throws a `Refusal` for code that cannot
   * be checked, and whatever `setup` throws.
   */
  explore(
    strategy: Strategy,
    budget: Budget,
    see: (ended: EndedExecution) => boolean,
  ): string | undefined {
    const before = state.refusal
    state.refusal = undefined
    this.#environment.enter()
    let first: Repeat | undefined
    try {
      for (;;) {
        const ended = this.#run(strategy, budget.stepsPerExecution)
        const stop = see(ended)
        if (ended.ending === 'too-long') {
          return `an execution of more than ${budget.stepsPerExecution} steps`
        }
        const isFirst = first === undefined
        if (isFirst) first = new Repeat(ended.execution)
        if (stop || !strategy.finish(ended.execution)) return undefined
        if (isFirst) this.#repeat(first!, budget.stepsPerExecution)
        if (this.totals.executions + this.totals.redundant >= budget.executions) {
          return `${budget.executions} executions`
        }
        if (budget.isOver()) return 'the end of the time'
      }
    } finally {
      this.#environment.leave()
      state.refusal = before
    }
  }

  /** Runs the first execution once more: what depends on anything but the schedule shows now. */
  #repeat(first: Repeat, maxSteps: number): void {
    const { totals } = this
    const counted = { ...totals }
    first.compare(this.#run(first, maxSteps).execution)
    Object.assign(totals, counted)
  }

  #run(strategy: Strategy, maxSteps: number): EndedExecution {
    const execution = new Execution(this.persistent)
    this.#environment.begin(execution)
    state.inboxes = 0
    const world = new WorldOf()
    try {
      this.setup(world)
      stopAtRefusal()
      state.host = execution
      world.announce(execution)
      strategy.begin(execution)
      world.start(execution)
      const ended = this.#steps(execution, strategy, maxSteps)
      const ending = ended ?? conclude(execution)
      if (ending === 'complete') world.finish(execution)
      stopAtRefusal()
      this.#count(execution, ending)
      return { execution, ending, failure: execution.failures[0] }
    } finally {
      state.host = undefined
      state.thread = undefined
      this.#environment.end()
    }
  }

  #steps(
    execution: Execution,
    strategy: Strategy,
    maxSteps: number,
  ): 'abandoned' | 'too-long' | undefined {
    for (;;) {
      const id = strategy.choose(execution)
      if (id < 0) break
      if (execution.length >= maxSteps) return 'too-long'
      const thread = execution.threads[id]
      if (thread === undefined) throw new RangeError(`expected a thread's number, got ${id}`)
      const event = execution.step(thread)
      stopAtRefusal()
      strategy.observe(execution, event)
    }
    const isAble = execution.threads.some(
      (t) =>
        t && (execution.isEnabled(t) || (strategy.resumesIdleLoops && execution.canResume(t))),
    )
    return isAble ? 'abandoned' : undefined
  }

  #count(execution: Execution, ending: EndedExecution['ending']): void {
    const { totals } = this
    // If a thread that was to die was never started, or a wait did not time out that was to, the
    // execution is one of those without that.
    const isIncomplete = ending === 'abandoned' || ending === 'redundant'
    const { deaths, timely, strikes } = execution
    const isRedundant = isIncomplete || !deaths.isWhole || strikes < (timely?.length ?? 0)
    if (isRedundant && execution.failures.length === 0) totals.redundant++
    else totals.executions++
    totals.steps += execution.length
    totals.maxSteps = Math.max(totals.maxSteps, execution.length)
    totals.maxThreads = Math.max(totals.maxThreads, execution.threads.length)
  }
}

/** Whatever the program did with a refusal, the exploration ends with it. */
function stopAtRefusal(): void {
  if (state.refusal !== undefined) throw state.refusal
}

export { Refusal }
