import '@smpnet/interleave/vitest'
import { awaitExchange, awaitValue, explore } from '@smpnet/interleave'
import type { Address } from '@smpnet/memory'
import { CalmMemory } from '@smpnet/park/model'
import { budget, expectToHold, thorough, timely, whole } from '@smpnet/testing/models'
import { afterEach, describe, expect, it } from 'vitest'
import { BUF_RING, type HandoffEntry, handoffTable } from '../../src/interface.ts'
import {
  deathProgram,
  idleStartProgram,
  type ModelChanges,
  strandedProgram,
} from '../../src/model/index.ts'

const checker = { awaitValue, awaitExchange }
const STRANDED = 'no packet is stranded'

/** Of one transmit queue, those that are spread are what they are spread over. */
const entries = handoffTable.filter(({ name }) => !name.startsWith('multi-'))
const sound = entries.filter(({ notPromised }) => notPromised[STRANDED] === undefined)

function named(name: string): HandoffEntry {
  return handoffTable.find((entry) => entry.name === name)!
}

function stranded(entry: HandoffEntry, changes?: ModelChanges, limits: object = whole) {
  return explore({ name: entry.name, ...limits }, strandedProgram(checker, entry, changes))
}

function deaths(entry: HandoffEntry, changes?: ModelChanges, limits: object = budget) {
  const options = { name: `deaths in ${entry.name}`, deaths: 1, ...limits }
  return explore(options, deathProgram(checker, entry, changes))
}

/** What is queued and moved in one section, or by one that drains. */
const NEVER_IDLE = ['coarse', 'abdicate']

function idleStarts(entry: HandoffEntry) {
  return explore({ name: 'starts', ...whole }, idleStartProgram(checker, entry))
}

describe('Under every schedule', () => {
  it('IFQ_HANDOFF strands a packet', () => {
    expect(stranded(named('historical'))).toFailWith('deadlock', 'interrupt awaits')
  })

  it.each(sound)('$name strands none', (entry) => {
    expectToHold(stranded(entry, {}, timely))
  })

  it.each(sound)('$name strands none of three', (entry) => {
    expectToHold(stranded(entry, { packets: [2, 1] }, budget))
  })

  it.each(entries.filter(({ name }) => NEVER_IDLE.includes(name)))(
    '$name never starts the driver for nothing',
    (entry) => {
      expectToHold(idleStarts(entry))
    },
  )

  it.each(entries.filter(({ name }) => !NEVER_IDLE.includes(name)))(
    '$name starts the driver although another has sent its packet',
    (entry) => {
      expect(idleStarts(entry)).toFailWith('exception', 'gave the device nothing')
    },
  )

  it.each(sound)('$name leaves nothing behind when a sender dies anywhere', (entry) => {
    expectToHold(deaths(entry))
  })
})

/** Forgets to note that an interrupt came while the drain was held. */
class DeafMemory extends CalmMemory {
  override compareExchange(at: Address, expected: number, value: number): number {
    const isAgain = expected > 0 && value === (expected | 1) && (expected & 1) === 0
    return isAgain ? this.load(at) : super.compareExchange(at, expected, value)
  }
}

describe('A hand-off is found out', () => {
  const { tail } = BUF_RING.offset
  afterEach(() => Object.assign(BUF_RING.offset, { tail }))

  it.each(entries.filter(({ name }) => name !== 'abdicate'))(
    '$name, when its locks exclude nobody',
    (entry) => {
      expect(stranded(entry, { isTorn: true })).toFailWith('data-race')
    },
  )

  it('when a holder of the drain does not look again after it has left', () => {
    Object.assign(BUF_RING.offset, { tail: BUF_RING.offset.head })
    expect(stranded(named('abdicate'))).toFailWith('deadlock', 'interrupt awaits')
  })

  it('when it does not heed an interrupt that comes while the drain is held', () => {
    const changes = { KindOfMemory: DeafMemory }
    expect(stranded(named('abdicate'), changes)).toFailWith('deadlock', 'interrupt awaits')
  })

  it.each(thorough(sound, [named('recheck'), named('abdicate')]))(
    '$name, when nobody buries a sender that died',
    (entry) => {
      expect(deaths(entry, { isUnburied: true }, whole)).toFailWith('deadlock')
    },
  )
})
