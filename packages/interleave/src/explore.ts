import type { EndedExecution, Explorer, Setup } from './explorer/explorer.ts'
import { explorerOf, type Program } from './explorer/program.ts'
import type { Failure } from './engine/failure.ts'
import type { RacePolicy } from './engine/core.ts'
import type { DataRace } from './engine/races.ts'
import { type FailureReport, reportFailure } from './report/failure-report.ts'
import { parseSchedule, type Schedule } from './strategies/schedule.ts'
import { Exhaustive } from './strategies/exhaustive.ts'
import { Guided } from './strategies/guided.ts'
import type { Strategy } from './strategies/strategy.ts'

export interface ExploreOptions {
  /** What reports call the program. */
  readonly name?: string
  /** How to choose executions; `exhaustive()` unless said otherwise. */
  readonly strategy?: Strategy
  /** Executions at most, redundant ones included; 1,000,000 unless said otherwise. */
  readonly maxExecutions?: number
  /** Steps at most in one execution; 10,000 unless said otherwise. */
  readonly maxSteps?: number
  /** Milliseconds at most, by `now`; both or neither. */
  readonly maxMs?: number
  readonly now?: () => number
  /**
   * Whether data races are failures: all of them (`'fail'`), none (`'ignore'`), or those for
   * which the function says true.
   */
  readonly races?: 'fail' | 'ignore' | ((race: DataRace) => boolean)
  /**
   * How many threads may die in one execution, each after any of its steps; none unless said
   * otherwise. Which may, and what is then done, the setup says: `thread` and `onDeath`.
   */
  readonly deaths?: number
  /**
   * How many waits time out in one execution at most, of those of `Atomics.wait` and `waitAsync`
   * that have a timeout: all may unless said otherwise, none by `'never'`. Timers do not count.
   */
  readonly timeouts?: 'never' | number
  /** A schedule printed by a failure: only that execution is run. */
  readonly replay?: string
  /** Go on after the first failure, which is the one that is reported. */
  readonly keepGoing?: boolean
  /** Shorten the schedule of a failure; true unless said otherwise. */
  readonly shrink?: boolean
  /** Called for each execution, with what came of it. */
  readonly onExecution?: (ended: EndedExecution) => void
}

/** What an exploration found. */
export interface Exploration {
  readonly name: string
  /** `holds`: nothing was wrong, and all that the strategy claims was explored. */
  readonly verdict: 'holds' | 'fails' | 'unfinished'
  /** Executions that differ in more than the order of independent steps, and redundant ones. */
  readonly executions: number
  readonly redundant: number
  readonly steps: number
  /** Why the exploration stopped before its strategy was done. */
  readonly stopped: string | undefined
  readonly failure: FailureReport | undefined
  /** One sentence: how much was explored, and with what outcome. */
  readonly summary: string
}

interface Found {
  readonly failure: Failure
  readonly schedule: Schedule
}

/**
 * Runs the program that `setup` describes under every schedule that the strategy finds worth it.
 * The first failure is the one that is reported: its schedule is shortened, unless the options ask
 * for it as it is, and run once more to write down what each step did. "Holds" is said only when
 * the strategy came to its end by itself; a budget that ran out leaves the program unfinished.
 *
 * Returns what was found. Throws a `Refusal` for code that cannot be checked, and what `setup`
 * itself throws: those are mistakes in the test, not findings.
 */
export function explore(options: ExploreOptions, setup: Setup): Exploration {
  if (typeof options !== 'object' || options === null || typeof setup !== 'function') {
    throw new TypeError(
      'explore is given options, an object, and a function that sets a model up: ' +
        'something else came',
    )
  }
  const limits = { deaths: deathsOf(options), timeouts: timeoutsOf(options) }
  const program = { setup, races: racePolicy(options.races), ...limits }
  const explorer = explorerOf(program)
  const strategy = strategyOf(options)
  let found: Found | undefined
  const stopped = explorer.explore(strategy, budgetOf(options), (ended) => {
    options.onExecution?.(ended)
    if (ended.failure !== undefined && found === undefined) {
      found = { failure: ended.failure, schedule: ended.execution.schedule() }
    }
    return found !== undefined && options.keepGoing !== true
  })
  const failure = found && report(program, options, found)
  return conclusion(options, strategy, explorer, stopped, failure)
}

function strategyOf(options: ExploreOptions): Strategy {
  if (options.replay !== undefined) return new Guided(parseSchedule(options.replay), true)
  return options.strategy ?? new Exhaustive()
}

function budgetOf({ maxExecutions = 1_000_000, maxSteps = 10_000, maxMs, now }: ExploreOptions) {
  if ((maxMs === undefined) !== (now === undefined)) {
    throw new TypeError('expected `maxMs` and `now` together, got one of them')
  }
  const start = now?.() ?? 0
  const isOver = (): boolean => now !== undefined && now() - start > maxMs!
  return { executions: maxExecutions, stepsPerExecution: maxSteps, isOver }
}

function deathsOf({ deaths = 0 }: ExploreOptions): number {
  if (Number.isInteger(deaths) && deaths >= 0) return deaths
  throw new TypeError(`expected deaths to be a whole number, 0 or more, got ${deaths}`)
}

function timeoutsOf({ timeouts = Infinity }: ExploreOptions): number {
  if (timeouts === 'never') return 0
  if (timeouts === Infinity || (Number.isInteger(timeouts) && timeouts >= 0)) return timeouts
  throw new TypeError(`expected timeouts to be 'never' or a whole number, got ${timeouts}`)
}

function racePolicy(races: ExploreOptions['races'] = 'fail'): RacePolicy {
  if (typeof races === 'function') return races
  return () => races === 'fail'
}

/** A schedule that was asked for is shown as it is. */
function report(program: Program, options: ExploreOptions, found: Found): FailureReport {
  const isShrunk = options.shrink !== false && options.replay === undefined
  return reportFailure(program, found.failure, found.schedule, isShrunk)
}

function conclusion(
  options: ExploreOptions,
  strategy: Strategy,
  explorer: Explorer,
  stopped: string | undefined,
  failure: FailureReport | undefined,
): Exploration {
  const { name = 'program' } = options
  const { executions, redundant, steps } = explorer.totals
  const verdict = failure ? 'fails' : stopped === undefined ? 'holds' : 'unfinished'
  const count = inThousands(executions)
  const counted = `${count} execution${executions === 1 ? '' : 's'}`
  const isAll = strategy.isExhaustive && executions !== 1
  const how = stopped
    ? `stopped at ${stopped}, after ${counted}`
    : failure
      ? `in execution ${count}`
      : `${isAll ? 'all ' : ''}${counted}`
  const what = failure
    ? `${failure.kind}: ${failure.message}`
    : verdict === 'holds'
      ? 'holds'
      : 'nothing found'
  const most = limitsOf(options)
  const summary = `${name}: ${what} (${strategy.name}: ${how}; ${strategy.claim}${most})`
  return { name, verdict, executions, redundant, steps, stopped, failure, summary }
}

/** A number in groups of three digits; the host's own formatting takes long to start. */
function inThousands(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
}

/** What the executions had at most, as a part of the summary. */
function limitsOf({ deaths = 0, timeouts }: ExploreOptions): string {
  const dead = deaths === 0 ? '' : `, with ${deaths} death${deaths === 1 ? '' : 's'} at most`
  if (timeouts === undefined || timeouts === Infinity) return dead
  if (timeouts === 'never' || timeouts === 0) return `${dead}, and no timeout`
  return `${dead}, and ${timeouts} timeout${timeouts === 1 ? '' : 's'} at most`
}
