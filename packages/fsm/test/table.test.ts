import { describe, expect, it } from 'vitest'
import { defineTable, type Row, type TableFault } from '../src/index.ts'
import { DOOR } from './door.ts'

describe('A table', () => {
  it('says what a state becomes, and what is to be done', () => {
    expect(DOOR.transition('SHUT', 'open')).toEqual({ next: 'OPEN', actions: ['creak'] })
    expect(DOOR.transition('OPEN', 'close')).toEqual({ next: 'SHUT', actions: [] })
  })

  it('goes by guards where it has them', () => {
    expect(DOOR.transition('SHUT', 'turn')?.next).toBe('SHUT')
    expect(DOOR.transition('SHUT', 'turn', { hasKey: true })?.next).toBe('LOCKED')
    expect(DOOR.transition('LOCKED', 'tear', { isStrong: true })?.next).toBe('GONE')
    expect(DOOR.transition('LOCKED', 'tear', { isStrong: true, hasKey: true })).toBeUndefined()
  })

  it('says of an illegal event what is taken instead', () => {
    expect(DOOR.transition('LOCKED', 'open')).toBeUndefined()
    expect(DOOR.sentence('LOCKED', 'open')).toBe(
      "a door in state LOCKED takes no event 'open': it takes turn, tear",
    )
    expect(DOOR.sentence('GONE', 'open')).toBe(
      "a door in state GONE takes no event 'open': it takes none",
    )
    expect(DOOR.sentence('LOCKED', 'tear')).toBe(
      "a door in state LOCKED takes the event 'tear' only when !hasKey and isStrong",
    )
  })

  it('numbers what it names, and the initial state is 0', () => {
    expect(DOOR.state).toEqual({ SHUT: 0, LOCKED: 1, OPEN: 2, GONE: 3 })
    expect(DOOR.guard).toEqual({ hasKey: 1, isStrong: 2 })
    const row = DOOR.step(DOOR.state.OPEN, DOOR.event.tear)
    expect(DOOR.next(row)).toBe(DOOR.state.GONE)
    expect(DOOR.actionsOf(row)).toBe(DOOR.action.note | DOOR.action.creak)
  })

  it('has types of its names', () => {
    // @ts-expect-error no such state
    expect(DOOR.state.AJAR).toBeUndefined()
    // @ts-expect-error no such guard
    expect(DOOR.transition('SHUT', 'open', { isRaining: true })?.next).toBe('OPEN')
  })
})

/** What is said of a table that differs from a good one by these rows. */
function faultsOf(rows: readonly Row[], more: { initial?: string; final?: string[] } = {}) {
  try {
    defineTable({ of: 'a lamp', initial: 'OFF', ...more, rows })
    return []
  } catch (error) {
    return (error as TableFault).faults
  }
}

const ON: Row = { state: 'OFF', event: 'press', next: 'ON' }
const OFF: Row = { state: 'ON', event: 'press', next: 'OFF' }

describe('A definition', () => {
  it('of a state machine has no faults', () => {
    expect(faultsOf([ON, OFF])).toEqual([])
  })

  it('is refused as a whole, with all of its faults', () => {
    const define = () => defineTable({ of: 'a lamp', initial: 'OFF', rows: [ON] })
    expect(define).toThrow('the table of a lamp has 1 faults:\n  row 1 (OFF, press) leads to')
  })

  it.each<[string, Row[], { initial?: string; final?: string[] }, string]>([
    [
      'an unknown next state',
      [ON, OFF, { state: 'ON', event: 'kick', next: 'BROKE' }],
      { final: ['BROKEN'] },
      "row 3 (ON, kick) leads to 'BROKE': expected OFF, ON, BROKEN",
    ],
    [
      'an unknown initial state',
      [ON, OFF],
      { initial: 'OUT' },
      "initial state 'OUT': expected OFF",
    ],
    ['no rows', [], {}, "no row is for the initial state 'OFF': expected rows"],
    ['a final state of no row', [ON, OFF], { final: ['LOST'] }, "'LOST' is final and in no row"],
    [
      'a state that is not reached',
      [ON, OFF, { state: 'DIM', event: 'press', next: 'OFF' }],
      {},
      "state 'DIM' is reached by no row from 'OFF'",
    ],
    [
      'a dead end',
      [ON, { ...OFF, next: 'ON' }],
      {},
      "no row leads out of state 'ON', which is not said to be final",
    ],
    [
      'two rows without guards',
      [ON, OFF, { ...ON, next: 'OFF' }],
      {},
      'row 1 (OFF, press) and row 3 may both apply: no guard tells them apart',
    ],
    [
      'two rows whose guards may both hold',
      [{ ...ON, guard: 'isDay' }, OFF, { ...ON, guard: '!isHot', next: 'OFF' }],
      {},
      'row 1 (OFF, press) and row 3 may both apply',
    ],
    [
      'a row that never applies',
      [ON, OFF, { state: 'ON', event: 'kick', guard: ['isDay', '!isDay'], next: 'OFF' }],
      {},
      'row 3 (ON, kick) never applies: it is for isDay and !isDay',
    ],
    [
      'more guards than a byte holds',
      [ON, { ...OFF, guard: Array.from({ length: 9 }, (_, i) => `g${i}`) }],
      {},
      'a table has at most 8 guards: 9 came',
    ],
  ])('with %s is refused with a sentence', (_, rows, more, sentence) => {
    expect(faultsOf(rows, more).join('\n')).toContain(sentence)
  })

  it('may have a final state that nothing leads out of', () => {
    expect(faultsOf([ON, { ...OFF, next: 'ON' }], { final: ['ON'] })).toEqual([])
  })

  it('may have rows that guards tell apart', () => {
    const rows = [
      { ...ON, guard: ['isDay', 'isHot'] },
      OFF,
      { ...ON, guard: '!isHot', next: 'OFF' },
    ]
    expect(faultsOf(rows)).toEqual([])
  })
})
