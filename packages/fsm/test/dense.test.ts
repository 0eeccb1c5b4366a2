import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Case,
  casesOf,
  DenseTable,
  ILLEGAL,
  OwnWords,
  type Row,
  Table,
  TableFault,
} from '../src/index.ts'
import { DOOR } from './door.ts'

const named = (letter: string, most: number): fc.Arbitrary<string> =>
  fc.nat(most).map((i) => `${letter}${i}`)

const guards = fc.uniqueArray(
  fc.tuple(named('g', 2), fc.boolean()).map(([name, holds]) => (holds ? name : `!${name}`)),
  { maxLength: 3, selector: (guard) => guard.replace('!', '') },
)

const rows: fc.Arbitrary<Row[]> = fc.array(
  fc.record({
    state: named('S', 5),
    event: named('e', 3),
    guard: guards,
    next: named('S', 5),
    actions: fc.uniqueArray(named('a', 30), { maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 60 },
)

/** The rows of a table with rows that cannot be left out: they may contradict one another. */
function tableOf(all: readonly Row[]): Table | undefined {
  const good: Row[] = []
  for (const row of all) {
    const faults = faultsWith([...good, row]).filter((fault) => fault.includes('may both apply'))
    if (faults.length === 0) good.push(row)
  }
  const states = [...new Set(good.flatMap(({ state, next }) => [state, next]))]
  try {
    return new Table({ of: 'it', initial: good[0]!.state, final: states, rows: good })
  } catch (error) {
    if (error instanceof TableFault) return undefined
    throw error
  }
}

function faultsWith(all: readonly Row[]): readonly string[] {
  try {
    void new Table({ of: 'it', initial: all[0]!.state, rows: all })
    return []
  } catch (error) {
    return (error as TableFault).faults
  }
}

/** Looks through the rows, one after the other: what the bytes stand for. */
function interpreted<R extends Row>(
  { definition }: Table<R>,
  { state, event, held: names }: Case<R>,
): string {
  const held: Record<string, boolean | undefined> = names
  for (const row of definition.rows) {
    const all = [row.guard ?? []].flat()
    const applies = all.every((one) => (one[0] === '!' ? !held[one.slice(1)] : !!held[one]))
    if (row.state !== state || row.event !== event || !applies) continue
    return `${row.next} ${[...(row.actions ?? [])].sort().join(' ')}`
  }
  return 'illegal'
}

function stored(bytes: Uint8Array): DenseTable {
  return DenseTable.store(new OwnWords(bytes.length), 0, bytes)
}

/** What the bytes say of a case, in the same words. */
function looked<R extends Row>(table: Table<R>, dense: DenseTable, one: Case<R>): string {
  const bits = table.guardBits(one.held)
  const row = dense.step(table.state[one.state], table.event[one.event], bits)
  if (row === ILLEGAL) return 'illegal'
  const set = dense.actions(row)
  const actions = table.actions.filter((name) => set & table.action[name]).sort()
  return `${table.states[dense.next(row)]} ${actions.join(' ')}`
}

function expectSame<R extends Row>(table: Table<R>, dense: DenseTable): void {
  for (const one of casesOf(table)) {
    expect(looked(table, dense, one)).toBe(interpreted(table, one))
  }
}

describe('The bytes of a table', () => {
  it('mean what its rows say, in every case of any table', () => {
    let reached = 0
    const property = fc.property(rows, (all) => {
      const table = tableOf(all)
      if (table === undefined) return
      reached++
      expectSame(table, stored(table.bytes))
    })
    fc.assert(property, { numRuns: 300, seed: 3 })
    expect(reached).toBeGreaterThan(20)
  })

  it('mean the same in words that others share, at any address', () => {
    const memory = new OwnWords(1024)
    expectSame(DOOR, DenseTable.store(memory, 64, DOOR.bytes))
  })

  it('would be seen to mean something else, were one of them another', () => {
    const bytes = DOOR.bytes.slice()
    const first = bytes.length - 8 * DOOR.definition.rows.length
    bytes[first] = (bytes[first]! + 1) % DOOR.states.length
    expect(() => expectSame(DOOR, stored(bytes))).toThrow("expected '")
  })
})
