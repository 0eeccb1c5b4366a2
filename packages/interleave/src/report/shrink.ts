import { explorerOf, type Program } from '../explorer/program.ts'
import type { Failure } from '../engine/failure.ts'
import { Bounded } from '../strategies/bounded.ts'
import { Guided } from '../strategies/guided.ts'
import type { Schedule } from '../strategies/schedule.ts'

/** Steps that shrinking may cost: about a second. */
const MAX_STEPS = 300_000
const MAX_EXECUTIONS = 5_000

/** A failure and a schedule that leads to it. */
export interface Failing {
  readonly failure: Failure
  readonly schedule: Schedule
  readonly preemptions: number
}

/**
 * Looks for a schedule that fails in the same way and is easier to read: first one with fewer
 * preemptions, trying those with none, with one, and so on; then one with fewer steps, by leaving
 * out runs of steps. What is returned has been run.
 *
 * Both searches run the program anew through explorers of their own. A failure counts as the same
 * when its kind and its place are. Both searches have a bound, since a shorter schedule is worth a
 * second and not more.
 */
export function shrink(program: Program, failure: Failure, schedule: Schedule): Failing {
  const found = replay(program, schedule)
  if (found === undefined) return { failure, schedule, preemptions: 0 }
  const fewer = withFewerPreemptions(program, found) ?? found
  return withFewerSteps(program, fewer)
}

/** Runs one schedule; undefined if it does not fail. */
export function replay(program: Program, schedule: Schedule): Failing | undefined {
  const guided = new Guided(schedule)
  const maxSteps = 2 * schedule.length + 100
  const budget = { executions: 1, stepsPerExecution: maxSteps, isOver: () => false }
  let failure: Failure | undefined
  explorerOf(program).explore(guided, budget, (ended) => {
    failure = ended.failure
    return true
  })
  if (failure === undefined) return undefined
  return { failure, schedule: [...guided.ran], preemptions: guided.preemptions }
}

function withFewerPreemptions(program: Program, found: Failing): Failing | undefined {
  if (found.preemptions === 0) return undefined
  const length = found.schedule.length
  const budget = {
    executions: Math.min(MAX_EXECUTIONS, Math.ceil(MAX_STEPS / Math.max(1, length))),
    stepsPerExecution: 4 * length + 100,
    isOver: () => false,
  }
  let schedule: Schedule | undefined
  const bounded = new Bounded(found.preemptions - 1)
  explorerOf(program).explore(bounded, budget, ({ execution, failure }) => {
    if (failure === undefined || !isSame(failure, found.failure)) return false
    schedule = execution.schedule()
    return true
  })
  const again = schedule && replay(program, schedule)
  return again && isSame(again.failure, found.failure) ? again : undefined
}

function withFewerSteps(program: Program, found: Failing): Failing {
  let best = found
  let left = Math.ceil(MAX_STEPS / 10 / Math.max(1, found.schedule.length))
  for (let at = 0; at < best.schedule.length && left > 0; ) {
    const end = endOfRun(best.schedule, at)
    const without = [...best.schedule.slice(0, at), ...best.schedule.slice(end)]
    left--
    const tried = replay(program, without)
    if (tried !== undefined && isBetter(tried, best)) best = tried
    else at = end
  }
  return best
}

function isBetter(tried: Failing, best: Failing): boolean {
  if (!isSame(tried.failure, best.failure) || tried.preemptions > best.preemptions) return false
  return tried.schedule.length < best.schedule.length
}

function endOfRun(schedule: Schedule, at: number): number {
  let end = at
  while (schedule[end] === schedule[at] && end < schedule.length) end++
  return end
}

function isSame(a: Failure, b: Failure): boolean {
  return a.kind === b.kind && a.place === b.place
}
