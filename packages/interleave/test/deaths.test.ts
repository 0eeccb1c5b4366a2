import { expect, it } from 'vitest'
import { exploreProgram, forMortalPrograms } from './support/differential.ts'
import { TELLING_DEATHS } from './support/random-program.ts'
import {
  anyDeath,
  expectEachDeathOnce,
  expectSampled,
  expectWhole,
  MORTALITY,
  type Mortality,
} from './support/mortal-contenders.ts'
import { mutantOf, type Mutation } from './support/mutant.ts'
import { thorough } from './support/thorough.ts'

const PROGRAMS = thorough(1_000, 40)

it(`${PROGRAMS} programs come to the same by each death in each order`, {
  timeout: 600_000,
}, () => {
  forMortalPrograms(PROGRAMS, 3, anyDeath, (program, all) => {
    expectWhole(MORTALITY, program, all)
    expectEachDeathOnce(MORTALITY, program)
  })
})

it.each(TELLING_DEATHS)('so does this with deaths: $deaths', (program) => {
  expectWhole(MORTALITY, program, exploreProgram(program, anyDeath(), Infinity))
  expectEachDeathOnce(MORTALITY, program)
})

it('samples find the same some time', { timeout: 600_000 }, () => {
  const check = (): void => forMortalPrograms(PROGRAMS / 10, 4, anyDeath, expectSampled)
  expect(check).not.toThrow()
})

/** Planted bugs: what is wrong, the export that is made from the mutated source, the mutation. */
const MUTANTS: readonly (readonly [what: string, kind: keyof Mortality, mutation: Mutation])[] = [
  [
    'a death is independent of everything',
    'Explorer',
    { file: 'engine/execution', from: 'lookAtLife(event, thread.life)', to: '{}' },
  ],
  [
    'a notify does not depend on whether a waiter has died',
    'Explorer',
    {
      file: 'engine/waiting',
      from: 'for (const waiter of seen) lookAtLife(event, waiter.thread.life)',
      to: '',
    },
  ],
  [
    'a thread that has died is notified',
    'Explorer',
    {
      file: 'engine/waiters',
      from: "return thread.status !== 'died'",
      to: 'return thread.id >= 0',
    },
  ],
  [
    'what a thread would have done, had it lived, is not tried',
    'Exhaustive',
    {
      file: 'strategies/exhaustive',
      from: 'for (const thread of execution.threads) this.#survive(execution, thread)',
      to: '',
    },
  ],
  [
    'only one thread dies where two may',
    'Exhaustive',
    {
      file: 'strategies/dooms',
      from: 'size <= Math.min(most, keys.size)',
      to: 'size <= Math.min(1, keys.size)',
    },
  ],
  [
    'nobody dies',
    'Bounded',
    {
      file: 'strategies/bounded',
      from: 'this.#dooms.settle(execution)',
      to: '',
    },
  ],
]

const ENTRIES = {
  Explorer: 'explorer/explorer',
  Exhaustive: 'strategies/exhaustive',
  Bounded: 'strategies/bounded',
}

it.each(MUTANTS)('they find out when %s', { timeout: 600_000 }, async (_, kind, mutation) => {
  const mutant = await mutantOf(ENTRIES[kind], mutation)
  const kinds: Mortality = { ...MORTALITY, [kind]: mutant[kind] }
  const check = (): void => {
    for (const program of TELLING_DEATHS) {
      expectWhole(kinds, program, exploreProgram(program, anyDeath(), Infinity))
      expectEachDeathOnce(kinds, program)
    }
    forMortalPrograms(1_000, 3, anyDeath, (program, all) => expectWhole(kinds, program, all))
  }
  expect(check).toThrow(/Property failed after|expected|not lead to the same execution/)
})
