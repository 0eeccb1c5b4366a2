import * as fc from 'fast-check'
import { Explorer } from '../../src/explorer/explorer.ts'
import { BruteForce } from '../../src/strategies/brute-force.ts'
import type { Strategy } from '../../src/strategies/strategy.ts'
import { traceClass } from '../../src/strategies/trace-class.ts'
import { type Program, programs, setupOf } from './random-program.ts'

/** Programs with more orders than this are left out, since trying them all would take too long. */
const MAX_ORDERS = 1_000

/** What exploring one program came to. */
export interface Found {
  /** Final states with what each thread read, and failures with who failed. */
  readonly outcomes: ReadonlySet<string>
  /** Executions run, redundant ones included. */
  readonly runs: number
  /** Steps of the longest. */
  readonly steps: number
  /** Whether the strategy ended by itself. */
  readonly isWhole: boolean
}

/** Told of each execution; `outcomes` is what was found so far. Says whether to stop. */
type See = (outcomes: ReadonlySet<string>, runs: number) => boolean

/** Explores a program, and collects all that came of it. */
export function exploreProgram(
  program: Program,
  strategy: Strategy,
  maxRuns: number,
  see: See = () => false,
): Found {
  const outcomes = new Set<string>()
  const setup = setupOf(program, (state) => outcomes.add(state))
  const explorer = new Explorer(setup, () => true)
  const budget = { executions: maxRuns, stepsPerExecution: 200, isOver: () => false }
  let runs = 0
  let isSeen = false
  const stopped = explorer.explore(strategy, budget, ({ execution }) => {
    runs++
    for (const { kind, thread } of execution.failures) {
      outcomes.add(kind === 'data-race' ? kind : `${kind} ${thread}`)
    }
    return (isSeen = see(outcomes, runs))
  })
  const isWhole = stopped === undefined && !isSeen
  return { outcomes, runs, steps: explorer.totals.maxSteps, isWhole }
}

/**
 * The executions that a strategy makes, up to the order of independent steps. One that it abandons
 * is the beginning of another, even if something failed in it already.
 */
export function classesOf(
  program: Program,
  strategy: Strategy,
): { classes: ReadonlySet<string>; executions: number } {
  const classes = new Set<string>()
  const explorer = new Explorer(
    setupOf(program, () => {}),
    () => true,
  )
  const budget = { executions: Infinity, stepsPerExecution: 200, isOver: () => false }
  explorer.explore(strategy, budget, ({ execution, ending }) => {
    const isWhole = ending !== 'redundant' || execution.failures.length > 0
    if (isWhole && ending !== 'abandoned') classes.add(traceClass(execution))
    return false
  })
  return { classes, executions: explorer.totals.executions }
}

/**
 * Checks so many random programs, each with what every order of its steps comes to. Only programs
 * with at least two orders count, and few enough to try them all.
 */
export function forPrograms(
  count: number,
  seed: number,
  check: (program: Program, all: Found) => void,
): void {
  const property = fc.property(programs, (program) => {
    const all = exploreProgram(program, new BruteForce(), MAX_ORDERS)
    fc.pre(all.isWhole && all.runs > 1)
    check(program, all)
  })
  // Found programs are small already, and making one smaller repeats what may take long.
  fc.assert(property, { numRuns: count, seed, endOnFailure: true })
}

export function sorted(set: ReadonlySet<string>): string[] {
  return [...set].sort()
}
