import '@smpnet/interleave/vitest'
import { awaitExchange, awaitValue, explore } from '@smpnet/interleave'
import { expectToHold, someOf, whole } from '@smpnet/testing/models'
import { afterEach, describe, expect, it } from 'vitest'
import { type LockScheme, schemeOf, schemeTable } from '../../src/locked/index.ts'
import {
  filterPrograms,
  namePrograms,
  optionPrograms,
  recordPrograms,
  type SockFaults,
  type SockProgram,
  sockProgram,
  sockPrograms,
} from '../../src/model/index.ts'
import { Sleepers } from '../../src/sleepers.ts'
import { TornMemory } from './torn-memory.ts'
import { UnannouncedMemory } from './unannounced-memory.ts'

const programs = [
  ...sockPrograms,
  ...optionPrograms,
  ...namePrograms,
  ...recordPrograms,
  ...filterPrograms,
]

const checker = { awaitValue, awaitExchange }

function run(scheme: LockScheme, program: SockProgram, faults?: SockFaults) {
  const name = `${scheme.name}: ${program.name}`
  return explore({ name, ...whole }, sockProgram(checker, scheme, program, faults))
}

function named(name: string): SockProgram {
  return programs.find((program) => program.name === name)!
}

/** What FreeBSD 5 to 11 leave open, with what comes of it. */
const OPEN = new Map([
  ['send, shutdown', 'the end came, and then 1 byte'],
  ['send, receive, reset', 'the reset was reported 2 times'],
  ['connect, connect', 'from CONNECTED to CONNECTING'],
  ['send, SO_ERROR, reset', 'the reset was reported 2 times'],
  // A send reports a reset under another lock than that under which it is written.
  ['send where it is held back, close of the listener', 'from CONNECTED to DISCONNECTED'],
  ['send where it is held back, connect', 'from CONNECTED to DISCONNECTED'],
  ['connect, listen', 'from LISTENING to CONNECTING'],
])

const split = schemeOf('split')
const others = schemeTable.filter((scheme) => scheme !== split)

describe('Under every schedule of the scheme split', () => {
  it.each(programs.filter(({ name }) => OPEN.has(name)))(
    '$name: it is not so that $promise',
    (program) => {
      expect(run(split, program)).toFailWith('exception', OPEN.get(program.name))
    },
  )

  it.each(programs.filter(({ name }) => !OPEN.has(name)))('$name: $promise', (program) => {
    expectToHold(run(split, program))
  })
})

describe.each(others)('Under every schedule of the scheme $name', (scheme) => {
  it.each(someOf(programs, 3, others.indexOf(scheme)))('$name: $promise', (program) => {
    expectToHold(run(scheme, program))
  })
})

/** What is decided by the swap of a state, in a scheme that has no lock for it. */
const SWAPPED = [
  'send, receive, reset',
  'connect, connect',
  'connect, listen',
  'close, abort',
  'close, close of one end',
  'send, SO_ERROR, reset',
]

/** In which somebody sleeps. */
const ASLEEP = [
  'connect, accept',
  'accept, close of the listener',
  'receive, shutdown',
  'send, shutdown of receiving',
  'send into a full buffer, receive',
  'receive, abort of the peer',
  'send into a full buffer, setsockopt',
  'receive of two, setsockopt',
  'record into a full buffer, receive',
  'send where it is held back, accept',
  'close where it is held back, accept',
  'close that lingers, receive',
  'close that lingers, close of the peer',
]

describe.each(others)('A model of the scheme $name fails', (scheme) => {
  const isSwapped = scheme.areas.state === undefined
  const { wake } = Sleepers.prototype
  afterEach(() => Object.assign(Sleepers.prototype, { wake }))

  it.each(someOf(programs, 3, others.indexOf(scheme)))(
    'when its locks exclude nobody, or its swaps are torn: $name',
    (program) => {
      const isTorn = !isSwapped || !SWAPPED.includes(program.name)
      const faults = isTorn ? { isTorn } : { KindOfMemory: TornMemory }
      expect(run(scheme, program, faults).verdict).toBe('fails')
    },
  )

  it.each(someOf(ASLEEP, 3, others.indexOf(scheme)))('when nobody is woken: %s', (name) => {
    Object.assign(Sleepers.prototype, { *wake() {} })
    expect(run(scheme, named(name))).toFailWith('deadlock')
  })
})

describe.each(schemeTable)('A setter of the scheme $name is found out', (scheme) => {
  const { areas } = scheme
  // Where the state is under the lock under which options are set, a close need not pass it again.
  const isPassed = areas.state?.lock !== areas.receive?.lock
  const [close, connect] = ['an option was written into a block that is free', 'was to be sent']

  it.each([
    ...(isPassed ? [['setsockopt, close', close] as const] : []),
    ['connect, setsockopt', connect] as const,
    ...(scheme.areas.state === undefined ? [['bind, close', close] as const] : []),
  ])('that announces nothing: %s', (name, text) => {
    const result = run(scheme, named(name), { KindOfMemory: UnannouncedMemory })
    expect(result).toFailWith('exception', text)
  })
})

it('A scheme that lets go of its locks is found out when it does not look again', () => {
  const forgetful = { ...schemeOf('so-lock'), looksAgain: false }
  const result = run(forgetful, named('send, shutdown'))
  expect(result).toFailWith('exception', OPEN.get('send, shutdown'))
})
