import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Explorer } from '../src/engine/explorer.ts'
import { BruteForce } from '../src/strategies/brute-force.ts'
import { Exhaustive } from '../src/strategies/exhaustive.ts'
import type { Strategy } from '../src/strategies/strategy.ts'
import { type Program, programs, setupOf } from './support/random-program.ts'

/** Programs whose every order is too many to try are left out, and counted. */
const MAX_EXECUTIONS = 3_000

interface Outcome {
  readonly states: ReadonlySet<string>
  readonly failures: ReadonlySet<string>
  readonly executions: number
  readonly redundant: number
  readonly isWhole: boolean
}

/** All final states and kinds of failure that a strategy finds. */
function outcomeOf(program: Program, strategy: Strategy): Outcome {
  const states = new Set<string>()
  const failures = new Set<string>()
  const explorer = new Explorer(setupOf(program, (state) => states.add(state)), () => true)
  const budget = { executions: MAX_EXECUTIONS, stepsPerExecution: 200, isOver: () => false }
  const stopped = explorer.explore(strategy, budget, ({ machine }) => {
    for (const { kind, thread } of machine.failures) {
      failures.add(kind === 'data-race' ? kind : `${kind} ${thread}`)
    }
    return false
  })
  const { executions, redundant } = explorer.totals
  return { states, failures, executions, redundant, isWhole: stopped === undefined }
}

describe('random programs', () => {
  const runs = 3_000
  it(`end in the same states however they are explored: ${runs} programs`, { timeout: 600_000 }, () => {
    let checked = 0
    let most = 0
    fc.assert(
      fc.property(programs, (program) => {
        const all = outcomeOf(program, new BruteForce())
        if (!all.isWhole) return
        const some = outcomeOf(program, new Exhaustive())
        expect(sorted(some.states)).toEqual(sorted(all.states))
        expect(sorted(some.failures)).toEqual(sorted(all.failures))
        expect(some.executions).toBeLessThanOrEqual(all.executions)
        checked++
        most = Math.max(most, all.executions)
      }),
      { numRuns: runs, seed: 1 },
    )
    console.log({ checked, most })
    expect(checked).toBeGreaterThan(runs / 2)
  })
})

function sorted(set: ReadonlySet<string>): string[] {
  return [...set].sort()
}
