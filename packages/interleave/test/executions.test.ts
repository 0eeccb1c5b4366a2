import { expect, it } from 'vitest'
import { BruteForce } from '../src/strategies/brute-force.ts'
import { Exhaustive } from '../src/strategies/exhaustive.ts'
import { classesOf, forPrograms, sorted } from './support/differential.ts'

const PROGRAMS = 10_000

it('10,000 random programs are executed in each different way, and hardly in any twice', {
  timeout: 600_000,
}, () => {
  let executions = 0
  let classes = 0
  let exact = 0
  forPrograms(PROGRAMS, 2, (program) => {
    const all = classesOf(program, new BruteForce(false))
    const once = classesOf(program, new Exhaustive())
    expect(sorted(once.classes)).toEqual(sorted(all.classes))
    executions += once.executions
    classes += all.classes.size
    if (once.executions === all.classes.size) exact++
  })
  expect(exact / PROGRAMS).toBeGreaterThan(0.99)
  expect(executions / classes).toBeLessThan(1.001)
})
