import { expect } from 'vitest'
import { Bounded } from '../../src/strategies/bounded.ts'
import { BruteForce } from '../../src/strategies/brute-force.ts'
import { Exhaustive } from '../../src/strategies/exhaustive.ts'
import { Pct, type PctOptions } from '../../src/strategies/pct.ts'
import { RandomWalk, type SampleOptions } from '../../src/strategies/random-walk.ts'
import type { Strategy } from '../../src/strategies/strategy.ts'
import { classesOf, exploreProgram, type Found, sorted } from './differential.ts'
import type { Program } from './random-program.ts'

/** The strategies, as they are or with a planted bug. */
export interface Strategies {
  readonly Exhaustive: new () => Strategy
  readonly Bounded: new (maxPreemptions: number) => Strategy
  readonly Pct: new (options: PctOptions) => Strategy
  readonly RandomWalk: new (options: SampleOptions) => Strategy
}

export const STRATEGIES: Strategies = { Exhaustive, Bounded, Pct, RandomWalk }

/**
 * Compares a strategy with all orders of all steps. Throws unless they find the same; returns how
 * many executions it took.
 */
export type Contender = (strategies: Strategies, program: Program, all: Found) => number

/** A strategy that ends by itself, and says that it has then covered everything. */
function covers(make: (strategies: Strategies) => Strategy): Contender {
  return (strategies, program, all) => {
    const strategy = make(strategies)
    const found = exploreProgram(program, strategy, Infinity)
    expect(sorted(found.outcomes)).toEqual(sorted(all.outcomes))
    expect(found.isWhole && strategy.isExhaustive).toBe(true)
    return found.runs
  }
}

/** Whatever a sampler's chances, it may take this many executions at most. */
const MAX_SAMPLE = 100_000

/**
 * A strategy that samples: it goes on until it has found everything, and then for as many
 * executions again, in which it must find nothing else. Its budget is 40 times the number of
 * sequences of n threads and k steps, each of which is as likely as any other draw of a walk, or
 * the limit above, which is more than twice what any of the programs took.
 */
function samples(make: (strategies: Strategies, k: number, n: number) => Strategy): Contender {
  return (strategies, program, all) => {
    const n = program.length
    const strategy = make(strategies, all.steps, n)
    const budget = Math.min(MAX_SAMPLE, Math.ceil(40 * n ** all.steps))
    let needed = Infinity
    const found = exploreProgram(program, strategy, budget, (outcomes, runs) => {
      if (needed === Infinity && outcomes.size >= all.outcomes.size) needed = runs
      return runs >= 2 * needed
    })
    expect(sorted(found.outcomes)).toEqual(sorted(all.outcomes))
    return needed
  }
}

const sample = { executions: Infinity, seed: 1 }

/** Every strategy but the brute force that they are compared with. */
export const CONTENDERS: Readonly<Record<string, Contender>> = {
  exhaustive: covers((s) => new s.Exhaustive()),
  // The bound goes up until no schedule is cut.
  bounded: covers((s) => new s.Bounded(Infinity)),
  'random walk': samples((s) => new s.RandomWalk(sample)),
  // With this depth every schedule has a chance; see `pct.ts`.
  PCT: samples((s, k, n) => new s.Pct({ ...sample, depth: 1 + (n - 1) * (k - 1) })),
}

/**
 * Exhaustive exploration makes all executions that differ in more than the order of independent
 * steps, which is what all orders of all steps come to, and makes no two that do not.
 */
export function expectEachOnce({ Exhaustive: Strategy }: Strategies, program: Program): void {
  const all = classesOf(program, new BruteForce(false))
  const once = classesOf(program, new Strategy())
  expect(sorted(once.classes)).toEqual(sorted(all.classes))
  expect(once.executions).toBe(all.classes.size)
}
