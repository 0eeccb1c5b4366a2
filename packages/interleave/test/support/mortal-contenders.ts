import { expect } from 'vitest'
import { Explorer } from '../../src/explorer/explorer.ts'
import { Bounded } from '../../src/strategies/bounded.ts'
import { BruteForce } from '../../src/strategies/brute-force.ts'
import { Exhaustive } from '../../src/strategies/exhaustive.ts'
import { Pct } from '../../src/strategies/pct.ts'
import { RandomWalk } from '../../src/strategies/random-walk.ts'
import type { Strategy } from '../../src/strategies/strategy.ts'
import { AnyDeath } from './any-death.ts'
import { classesOf, exploreProgram, type Found, sorted } from './differential.ts'
import type { MortalProgram } from './random-program.ts'

/** What deaths are part of, as it is or with a planted bug. */
export interface Mortality {
  readonly Explorer: typeof Explorer
  readonly Exhaustive: new () => Strategy
  readonly Bounded: new (maxPreemptions: number) => Strategy
}

export const MORTALITY: Mortality = { Explorer, Exhaustive, Bounded }

/** As many threads as a random program has. */
export const anyDeath = (): Strategy => new AnyDeath(['0', '1', '2'])

/** Strategies that end by themselves have to find what is found by trying everything. */
export function expectWhole(kinds: Mortality, program: MortalProgram, all: Found): void {
  for (const strategy of [new kinds.Exhaustive(), new kinds.Bounded(Infinity)]) {
    const found = exploreProgram(program, strategy, Infinity, undefined, kinds.Explorer)
    expect([strategy.name, sorted(found.outcomes)]).toEqual([strategy.name, sorted(all.outcomes)])
  }
}

/** Samplers may take this many executions. */
const MAX_SAMPLE = 200_000

/** Those that sample have to find it some time, and nothing else. */
export function expectSampled(program: MortalProgram, all: Found): void {
  const depth = 1 + program.program.length * (all.steps - 1)
  const sample = { executions: MAX_SAMPLE, seed: 1 }
  for (const strategy of [new RandomWalk(sample), new Pct({ ...sample, depth })]) {
    let needed = Infinity
    const found = exploreProgram(program, strategy, Infinity, (outcomes, runs) => {
      if (needed === Infinity && outcomes.size >= all.outcomes.size) needed = runs
      return runs >= 2 * needed
    })
    expect([strategy.name, sorted(found.outcomes)]).toEqual([strategy.name, sorted(all.outcomes)])
  }
}

/** Each execution that differs in more than the order of independent steps is made, and once. */
export function expectEachDeathOnce(kinds: Mortality, program: MortalProgram): void {
  const all = classesOf(program, new BruteForce(false))
  const once = classesOf(program, new kinds.Exhaustive(), kinds.Explorer)
  expect(sorted(once.classes)).toEqual(sorted(all.classes))
  expect(once.executions).toBe(all.classes.size)
}
