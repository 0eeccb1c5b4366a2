import '@smpnet/interleave/vitest'
import { awaitExchange, awaitValue, explore, randomWalk } from '@smpnet/interleave'
import { budget, expectToHold, someOf, thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { type LockScheme, schemeTable } from '../../src/locked/index.ts'
import { mortalPrograms, type SockFaults, sockProgram } from '../../src/model/index.ts'
import { races } from '../glances.ts'

/** Two threads, of which one dies after any of its steps, and its undertaker beside the other. */

const checker = { awaitValue, awaitExchange }

type Program = (typeof mortalPrograms)[number]

const SAMPLES = thorough(2_000, 15)
const IN_ORDER = thorough(budget.maxExecutions, 15)
/** Of a planted bug, which ends the sample. */
const UNTIL_FOUND = 2_000

function mortal(scheme: LockScheme, program: Program, faults?: SockFaults) {
  const name = `${scheme.name}, with a death: ${program.name}`
  return {
    name,
    races,
    deaths: 1,
    model: sockProgram(checker, scheme, program, { ...faults, isMortal: true }),
  }
}

/** In order, as far as the budget goes. */
function inOrder(scheme: LockScheme, program: Program) {
  const { model, ...options } = mortal(scheme, program)
  return explore({ ...options, maxExecutions: IN_ORDER }, model)
}

/** At random: deaths and steps from all over the program, which come late in order. */
function sampled(scheme: LockScheme, program: Program, faults?: SockFaults) {
  const { model, ...options } = mortal(scheme, program, faults)
  const strategy = randomWalk({
    executions: faults === undefined ? SAMPLES : UNTIL_FOUND,
    seed: 18,
  })
  return explore({ ...options, strategy }, model)
}

describe.each(schemeTable)('Where one dies under the scheme $name', (scheme) => {
  it.each(mortalPrograms)('$name: $promise', (program) => {
    expectToHold(inOrder(scheme, program))
    expectToHold(sampled(scheme, program))
  })
})

const owning = mortalPrograms.filter(({ name }) => !name.includes('others'))
const sleeping = mortalPrograms.filter(({ name }) => name === 'close, receive')

describe.each(schemeTable)('Under the scheme $name is found out, that', (scheme) => {
  const own = schemeTable.indexOf(scheme)

  it.each(someOf(owning, 2, own))('nobody buries the dead: $name', (program) => {
    expect(sampled(scheme, program, { forgets: 'sockets' }).verdict).toBe('fails')
  })

  it.each(someOf(owning, 2, own + 1))('the burial forgets a reference: $name', (program) => {
    const result = sampled(scheme, program, { forgets: 'references' })
    expect(result).toFailWith('exception', 'are left')
  })

  it.each(sleeping)('the burial forgets to wake: $name', (program) => {
    expect(sampled(scheme, program, { forgets: 'sleepers' })).toFailWith('deadlock')
  })
})
