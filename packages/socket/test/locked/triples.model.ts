import '@smpnet/interleave/vitest'
import { awaitExchange, awaitValue, explore } from '@smpnet/interleave'
import { budget, expectToHold, someOf, timely } from '@smpnet/testing/models'
import { afterEach, describe, expect, it } from 'vitest'
import { type LockScheme, schemeTable } from '../../src/locked/index.ts'
import { type SockProgram, sockProgram, sockTriples } from '../../src/model/index.ts'
import { Sleepers } from '../../src/sleepers.ts'
import { TornMemory } from './torn-memory.ts'

/** Three threads that call at once. */

const checker = { awaitValue, awaitExchange }

/** Of too many schedules to be tried, but in their thousands. */
const LARGE = new Set(['send, send, receive', 'close, abort, receive'])

function run(scheme: LockScheme, program: SockProgram) {
  const name = `${scheme.name}: ${program.name}`
  const bound = LARGE.has(program.name) ? budget : timely
  return explore({ name, ...bound }, sockProgram(checker, scheme, program))
}

/** What FreeBSD 5 to 11 leave open: a byte comes after the end. */
const OPEN = ['send, receive, shutdown']

describe.each(schemeTable)('Under the schedules of the scheme $name', (scheme) => {
  const open = scheme.looksAgain ? [] : OPEN
  it.each(sockTriples.filter(({ name }) => !open.includes(name)))('$name: $promise', (program) => {
    expectToHold(run(scheme, program))
  })

  it.each(open)('%s: it is not so that a receiver has what was sent', (name) => {
    const program = sockTriples.find((one) => one.name === name)!
    const result = explore({ name }, sockProgram(checker, scheme, program))
    expect(result).toFailWith('exception', '1 sent, and 0 came')
  })
})

/** What is decided by the swap of a state, in a scheme that has no lock for it. */
const SWAPPED = 'connect, accept, abort of the client'

/** In which somebody sleeps. */
const ASLEEP = [
  'connect, accept, close of the listener',
  'accept, accept, connect',
  'send, receive, shutdown',
  'send, receive, shutdown of receiving',
  'send, receive, receive',
  'send, send, receive',
  'send, receive, abort of the sender',
]

describe.each(schemeTable)('A model of three threads of the scheme $name fails', (scheme) => {
  const { wake } = Sleepers.prototype
  afterEach(() => Object.assign(Sleepers.prototype, { wake }))

  it.each(someOf(sockTriples, 3, schemeTable.indexOf(scheme)))(
    'when its locks exclude nobody, or its swaps are torn: $name',
    (program) => {
      const isSwapped = scheme.areas.state === undefined && program.name === SWAPPED
      const faults = isSwapped ? { KindOfMemory: TornMemory } : { isTorn: true }
      const result = explore({ name: program.name }, sockProgram(checker, scheme, program, faults))
      expect(result.verdict).toBe('fails')
    },
  )

  it.each(someOf(ASLEEP, 3, schemeTable.indexOf(scheme)))('when nobody is woken: %s', (name) => {
    Object.assign(Sleepers.prototype, { *wake() {} })
    const program = sockTriples.find((one) => one.name === name)!
    expect(explore({ name }, sockProgram(checker, scheme, program))).toFailWith('deadlock')
  })
})
