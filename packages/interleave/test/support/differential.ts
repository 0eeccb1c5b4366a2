import * as fc from 'fast-check'
import { Explorer } from '../../src/explorer/explorer.ts'
import { BruteForce } from '../../src/strategies/brute-force.ts'
import type { Strategy } from '../../src/strategies/strategy.ts'
import { traceClass } from '../../src/strategies/trace-class.ts'
import {
  type MortalProgram,
  mortalPrograms,
  type Program,
  programs,
  setupOf,
} from './random-program.ts'

/** Programs with more orders than this are left out, since trying them all would take too long. */
const MAX_ORDERS = 1_000

/** Deaths multiply them: so many without any, and with them. */
const MAX_IMMORTAL_ORDERS = 20
const MAX_MORTAL_ORDERS = 500

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
  program: Program | MortalProgram,
  strategy: Strategy,
  maxRuns: number,
  see: See = () => false,
  ExplorerClass: typeof Explorer = Explorer,
): Found {
  const outcomes = new Set<string>()
  const explorer = explorerOf(program, (state) => outcomes.add(state), ExplorerClass)
  const budget = { executions: maxRuns, stepsPerExecution: 200, isOver: () => false }
  let runs = 0
  let isSeen = false
  const stopped = explorer.explore(strategy, budget, ({ execution }) => {
    runs++
    for (const { kind, thread } of execution.failures) {
      const by = thread === undefined ? thread : execution.threads[thread]!.key
      outcomes.add(kind === 'data-race' ? kind : `${kind} ${by}`)
    }
    return (isSeen = see(outcomes, runs))
  })
  const isWhole = stopped === undefined && !isSeen
  return { outcomes, runs, steps: explorer.totals.maxSteps, isWhole }
}

function explorerOf(
  program: Program | MortalProgram,
  seen: (state: string) => void,
  ExplorerClass: typeof Explorer,
): Explorer {
  if (!('program' in program)) return new ExplorerClass(setupOf(program, seen), () => true)
  const { burial, immortal, deaths } = program
  const setup = setupOf(program.program, seen, burial, (i) => immortal.includes(i))
  return new ExplorerClass(setup, () => true, deaths)
}

/**
 * The executions that a strategy makes, up to the order of independent steps. One that it abandons
 * is the beginning of another, even if something failed in it already.
 */
export function classesOf(
  program: Program | MortalProgram,
  strategy: Strategy,
  ExplorerClass: typeof Explorer = Explorer,
): { classes: ReadonlySet<string>; executions: number } {
  const classes = new Set<string>()
  const explorer = explorerOf(program, () => {}, ExplorerClass)
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

/** The same for programs in which threads die: `brute` tries all of it without any reduction. */
export function forMortalPrograms(
  count: number,
  seed: number,
  brute: () => Strategy,
  check: (program: MortalProgram, all: Found) => void,
): void {
  const property = fc.property(mortalPrograms, (program) => {
    const living = exploreProgram(program.program, new BruteForce(), MAX_IMMORTAL_ORDERS)
    fc.pre(living.isWhole && living.runs > 1)
    const all = exploreProgram(program, brute(), MAX_MORTAL_ORDERS)
    fc.pre(all.isWhole)
    check(program, all)
  })
  fc.assert(property, { numRuns: count, seed, endOnFailure: true })
}

export function sorted(set: ReadonlySet<string>): string[] {
  return [...set].sort()
}
