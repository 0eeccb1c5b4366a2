import { it } from 'vitest'
import { expectEachOnce, STRATEGIES } from './support/contenders.ts'
import { forPrograms } from './support/differential.ts'
import { TELLING } from './support/random-program.ts'

it('10,000 random programs are executed in each different way, and in none twice', {
  timeout: 600_000,
}, () => {
  forPrograms(10_000, 2, (program) => expectEachOnce(STRATEGIES, program))
})

it.each(TELLING.map((program) => ({ program })))('so is $program', ({ program }) => {
  expectEachOnce(STRATEGIES, program)
})
