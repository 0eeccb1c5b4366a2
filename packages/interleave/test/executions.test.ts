import { it } from 'vitest'
import { expectEachOnce, STRATEGIES } from './support/contenders.ts'
import { forPrograms } from './support/differential.ts'
import { TELLING } from './support/random-program.ts'
import { thorough } from './support/thorough.ts'

const PROGRAMS = thorough(10_000, 100)

it('random programs are executed in each different way, and in none twice', () => {
  forPrograms(PROGRAMS, 2, (program) => expectEachOnce(STRATEGIES, program))
})

it.each(TELLING.map((program) => ({ program })))('so is $program', ({ program }) => {
  expectEachOnce(STRATEGIES, program)
})
