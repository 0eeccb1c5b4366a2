import { describe, expect, it } from 'vitest'
import { CONTENDERS, expectEachOnce, type Strategies, STRATEGIES } from './support/contenders.ts'
import { forPrograms } from './support/differential.ts'
import { mutantOf, type Mutation } from './support/mutant.ts'
import { TELLING } from './support/random-program.ts'
import { thorough } from './support/thorough.ts'

/** Planted bugs: the strategy, what is wrong with it, and the mutation. */
const MUTANTS: readonly (readonly [contender: string, what: string, mutation: Mutation])[] = [
  [
    'exhaustive',
    'lets steps sleep on when one that they depend on is made',
    {
      file: 'strategies/exhaustive',
      from: 'if (!areDependent(access, parent.access!)) sleep.push(access)',
      to: 'sleep.push(access)',
    },
  ],
  [
    'exhaustive',
    'overlooks the last race of an execution',
    {
      file: 'strategies/exhaustive',
      from: 'for (const race of this.#order.races)',
      to: 'for (const race of this.#order.races.slice(0, -1))',
    },
  ],
  [
    'exhaustive',
    'takes the races of the part that two executions share for settled',
    {
      file: 'strategies/exhaustive',
      from: 'this.#order.cut(execution, this.#replayed)',
      to: 'this.#order.cut(execution, this.#replayed); this.#order.races.length = 0',
    },
  ],
  [
    'exhaustive',
    'takes the step by which two executions part for one that they share',
    {
      file: 'strategies/exhaustive',
      from: 'this.#order.cut(execution, this.#replayed)',
      to: 'this.#order.cut(execution, this.#replayed + 1)',
    },
  ],
  [
    'exhaustive',
    'takes what is independent of a step for the same in the next execution',
    {
      file: 'strategies/exhaustive',
      from: 'known.execution !== execution',
      to: 'known.execution === undefined',
    },
  ],
  [
    'exhaustive',
    'keeps what touched an object in an execution that is over',
    {
      file: 'strategies/happens-before',
      from: 'this.#touching[objects[i]!]!.pop()',
      to: '{}',
    },
  ],
  [
    'exhaustive',
    'takes a step for the same wherever it is made',
    {
      file: 'strategies/exhaustive',
      from: 'predict(execution, last, { before: from, others: indexes }, made)',
      to: 'made ?? predict(execution, last, { before: from, others: indexes })',
    },
  ],
  [
    'exhaustive',
    'plans only the first step of a reversed race',
    {
      file: 'strategies/wakeup-tree',
      from: 'for (const access of sequence.accesses) {',
      to: 'for (const access of sequence.accesses.slice(0, 1)) {',
    },
  ],
  [
    'exhaustive',
    'takes a read for independent of a later write',
    {
      file: 'strategies/happens-before',
      from: '| (event.touched[at]! & other.changed[i]!)',
      to: '| 0',
    },
  ],
  [
    'exhaustive',
    'takes what ended a wait for a word for what it could come before',
    {
      file: 'strategies/happens-before',
      from: 'clock, findRaces && couldFollow)\n      // Whatever',
      to: 'clock, findRaces)\n      // Whatever',
    },
  ],
  [
    'exhaustive',
    'does not try to acquire a lock before another thread has',
    {
      file: 'strategies/happens-before',
      from: 'if (awaited !== undefined) this.races.push(awaited)',
      to: '',
    },
  ],
  [
    'exhaustive',
    'forgets what a step that is never made waited for',
    {
      file: 'strategies/exhaustive',
      from: 'for (const thread of execution.threads) this.#unblock(execution, thread)',
      to: '',
    },
  ],
  [
    'exhaustive',
    'acquires a lock before what the thread needs to get there',
    {
      file: 'strategies/happens-before',
      from: ' || this.#isNeeded(execution.event(first), event)',
      to: '',
    },
  ],
  [
    'bounded',
    'does not go on to the next bound',
    {
      file: 'strategies/bounded',
      from: 'if (!this.#isCut || this.#bound === this.maxPreemptions) return false',
      to: 'return false',
    },
  ],
  [
    'bounded',
    'does not notice that it cut schedules off',
    { file: 'strategies/bounded', from: 'this.#isCut = true', to: 'this.#isCut = false' },
  ],
  [
    'bounded',
    'does not switch when a thread cannot go on',
    {
      file: 'strategies/bounded',
      from: 'let choices = [...enabled]',
      to: 'let choices = [enabled[0]!]',
    },
  ],
  [
    'PCT',
    'never changes a priority',
    {
      file: 'strategies/pct',
      from: 'for (const priority of this.#changes.get(execution.length) ?? [])',
      to: 'for (const priority of [] as number[])',
    },
  ],
  [
    'random walk',
    'goes on with the same thread',
    {
      file: 'strategies/random-walk',
      from: ': this.#random.pick(this.#doom.restrict(execution, enabled))',
      to: ': enabled[0]!',
    },
  ],
  [
    'PCT',
    'changes priorities in the first half of an execution only',
    {
      file: 'strategies/pct',
      from: 'this.#random.below(this.#longest)',
      to: 'this.#random.below((this.#longest + 1) >> 1)',
    },
  ],
  [
    'random walk',
    'never picks the last of the threads that could go on',
    {
      file: 'strategies/random-walk',
      from: 'this.#random.pick(this.#doom.restrict(execution, enabled))',
      to: 'enabled[this.#random.below(Math.max(1, enabled.length - 1))]!',
    },
  ],
]

/** What samplers find only after many programs. */
const LONG = ['never changes a priority', 'never picks the last of the threads that could go on']
const SHORT = MUTANTS.filter(([, what]) => !LONG.includes(what))

/** The strategies, of which one is made from a mutated source. */
async function withMutant(contender: string, mutation: Mutation): Promise<Strategies> {
  const entries: Record<string, keyof Strategies> = {
    exhaustive: 'Exhaustive',
    bounded: 'Bounded',
    'random walk': 'RandomWalk',
    PCT: 'Pct',
  }
  const exported = entries[contender]!
  const mutant = await mutantOf(
    `strategies/${contender.toLowerCase().replace(' ', '-')}`,
    mutation,
  )
  return { ...STRATEGIES, [exported]: mutant[exported] }
}

describe('random programs find out', () => {
  it.each(thorough(MUTANTS, SHORT))('%s that %s', async (contender, _, mutation) => {
    const strategies = await withMutant(contender, mutation)
    const check = (): void => {
      // Executions tell more than what they come to, and sooner.
      if (contender === 'exhaustive') {
        for (const program of TELLING) expectEachOnce(strategies, program)
        forPrograms(10_000, 1, (program) => expectEachOnce(strategies, program))
      } else {
        const compare = CONTENDERS[contender]!
        forPrograms(10_000, 1, (program, all) => void compare(strategies, program, all))
      }
    }
    expect(check).toThrow(/Property failed after|expected/)
  })
})
