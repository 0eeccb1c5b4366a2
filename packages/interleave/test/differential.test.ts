import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Explorer } from '../src/engine/explorer.ts'
import type { Machine } from '../src/engine/machine.ts'
import { Bounded } from '../src/strategies/bounded.ts'
import { BruteForce } from '../src/strategies/brute-force.ts'
import { Exhaustive } from '../src/strategies/exhaustive.ts'
import { Pct } from '../src/strategies/pct.ts'
import { RandomWalk } from '../src/strategies/random-walk.ts'
import type { Strategy } from '../src/strategies/strategy.ts'
import { traceClass } from '../src/strategies/trace-class.ts'
import { type Program, programs, setupOf } from './support/random-program.ts'

/** Programs with more orders than this are left out, since trying them all would take too long. */
const MAX_EXECUTIONS = 1_500

interface Outcome {
  /** Final states, and kinds of failure. */
  readonly outcomes: ReadonlySet<string>
  /** Executions that differ in more than the order of independent steps. */
  readonly classes: ReadonlySet<string>
  readonly executions: number
  readonly isWhole: boolean
}

/** All that a strategy finds in a program. */
function outcomeOf(program: Program, strategy: Strategy, withClasses = false): Outcome {
  const outcomes = new Set<string>()
  const classes = new Set<string>()
  const explorer = new Explorer(
    setupOf(program, (state) => outcomes.add(state)),
    () => true,
  )
  const budget = { executions: MAX_EXECUTIONS, stepsPerExecution: 200, isOver: () => false }
  const stopped = explorer.explore(strategy, budget, ({ machine, ending }) => {
    for (const { kind, thread } of machine.failures) {
      outcomes.add(kind === 'data-race' ? kind : `${kind} ${thread}`)
    }
    const isRedundant = ending === 'redundant' || ending === 'abandoned'
    if (withClasses && (!isRedundant || machine.failures.length > 0))
      classes.add(traceClass(machine))
    return false
  })
  return {
    outcomes,
    classes,
    executions: explorer.totals.executions,
    isWhole: stopped === undefined,
  }
}

/** Runs the property on this many programs that are small enough; returns how many those were. */
function onPrograms(
  runs: number,
  seed: number,
  check: (program: Program, all: Outcome) => void,
): number {
  let checked = 0
  fc.assert(
    fc.property(programs, (program) => {
      const all = outcomeOf(program, new BruteForce())
      if (!all.isWhole) return
      check(program, all)
      checked++
    }),
    { numRuns: runs, seed },
  )
  return checked
}

function sorted(set: ReadonlySet<string>): string[] {
  return [...set].sort()
}

describe('10,000 random programs, against every order of every step', () => {
  it('exhaustive exploration finds the same states and failures', { timeout: 600_000 }, () => {
    const checked = onPrograms(10_000, 1, (program, all) => {
      const some = outcomeOf(program, new Exhaustive())
      expect(sorted(some.outcomes)).toEqual(sorted(all.outcomes))
      expect(some.executions).toBeLessThanOrEqual(all.executions)
    })
    expect(checked).toBeGreaterThan(9_000)
  })
})

/** A strategy with a planted bug: it stops when it has seen a few executions. */
class Hasty extends Exhaustive {
  #left = 3

  override finish(machine: Machine): boolean {
    return --this.#left > 0 && super.finish(machine)
  }
}

describe('random programs, against every order of every step', () => {
  it('find out a strategy that leaves something out', () => {
    const check = (): unknown =>
      onPrograms(200, 1, (program, all) => {
        expect(sorted(outcomeOf(program, new Hasty()).outcomes)).toEqual(sorted(all.outcomes))
      })
    expect(check).toThrow('Property failed after')
  })

  it('exhaustive exploration makes each execution, and hardly one twice', {
    timeout: 600_000,
  }, () => {
    let executions = 0
    let classes = 0
    let exact = 0
    const checked = onPrograms(2_000, 2, (program) => {
      const all = outcomeOf(program, new BruteForce(false), true)
      const once = outcomeOf(program, new Exhaustive(), true)
      expect(sorted(once.classes)).toEqual(sorted(all.classes))
      executions += once.executions
      classes += all.classes.size
      if (once.executions === all.classes.size) exact++
    })
    expect(checked).toBeGreaterThan(1_500)
    expect(exact / checked).toBeGreaterThan(0.99)
    expect(executions / classes).toBeLessThan(1.001)
  })

  it('preemption bounding finds the same when the bound is high enough', {
    timeout: 600_000,
  }, () => {
    const checked = onPrograms(2_000, 3, (program, all) => {
      const strategy = new Bounded(20)
      const some = outcomeOf(program, new Bounded(20, 20))
      expect(sorted(some.outcomes)).toEqual(sorted(all.outcomes))
      expect(strategy.isExhaustive).toBe(true)
    })
    expect(checked).toBeGreaterThan(1_500)
  })

  it.each([
    ['random walk', (seed: number) => new RandomWalk({ executions: 200, seed })],
    ['PCT', (seed: number) => new Pct({ executions: 200, seed })],
  ])('%s finds nothing else, and nearly everything', { timeout: 600_000 }, (_, make) => {
    let found = 0
    let total = 0
    onPrograms(1_000, 4, (program, all) => {
      const some = outcomeOf(program, make(program.length))
      for (const outcome of some.outcomes) expect(all.outcomes).toContain(outcome)
      found += some.outcomes.size
      total += all.outcomes.size
    })
    expect(found / total).toBeGreaterThan(0.95)
  })
})
