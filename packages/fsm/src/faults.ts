import { namesOf } from './names.ts'
import { type Definition, guardsOf, nameOf, type Row } from './row.ts'

/** What the dense form has room for: a row's number and a set of guards are a byte each. */
const MOST_ROWS = 255
const MOST_STATES = 255
const MOST_GUARDS = 8
const MOST_ACTIONS = 31

/** A definition that is no state machine; each fault is a sentence. */
export class TableFault extends Error {
  override name = 'TableFault'

  constructor(
    of: string,
    readonly faults: readonly string[],
  ) {
    super(`the table of ${of} has ${faults.length} faults:\n  ${faults.join('\n  ')}`)
  }
}

/** A sentence for each thing that is wrong with a definition; none if it is a state machine. */
export function faultsOf(definition: Definition<Row>): string[] {
  return [
    ...unknownStates(definition),
    ...unreachable(definition),
    ...deadEnds(definition),
    ...contradictions(definition),
    ...ambiguities(definition),
    ...excesses(definition),
  ]
}

function unknownStates({ initial, final = [], rows }: Definition<Row>): string[] {
  const begins = new Set(rows.map(({ state }) => state))
  const known = new Set([...begins, ...final])
  const expected = `expected ${[...known].join(', ') || 'rows'}`
  const named = new Set(rows.flatMap(({ state, next }) => [state, next]))
  return [
    ...(begins.has(initial) ? [] : [`no row is for the initial state '${initial}': ${expected}`]),
    ...rows.flatMap((row, i) =>
      known.has(row.next) ? [] : [`${at(row, i)} leads to '${row.next}': ${expected}`],
    ),
    ...final.flatMap((state) =>
      named.has(state) ? [] : [`'${state}' is final and in no row: ${expected}`],
    ),
  ]
}

function unreachable(definition: Definition<Row>): string[] {
  const { initial, rows } = definition
  const reached = new Set([initial])
  for (let before = 0; before < reached.size; ) {
    before = reached.size
    for (const { state, next } of rows) if (reached.has(state)) reached.add(next)
  }
  return namesOf(definition)
    .states.filter((state) => !reached.has(state))
    .map((state) => `state '${state}' is reached by no row from '${initial}'`)
}

function deadEnds({ final = [], rows }: Definition<Row>): string[] {
  const ends = new Set(final)
  const begins = [...new Set(rows.map(({ state }) => state))]
  return begins
    .filter((state) => !ends.has(state))
    .filter((state) => rows.every((row) => row.state !== state || row.next === state))
    .map((state) => `no row leads out of state '${state}', which is not said to be final`)
}

function contradictions({ rows }: Definition<Row>): string[] {
  return rows.flatMap((row, i) => {
    const guards = guardsOf(row)
    const both = guards.find((guard) => guards.includes(`!${guard}`))
    return both === undefined
      ? []
      : [`${at(row, i)} never applies: it is for ${both} and !${both}`]
  })
}

function ambiguities({ rows }: Definition<Row>): string[] {
  return rows.flatMap((row, i) =>
    rows.slice(0, i).flatMap((other, j) => {
      if (other.state !== row.state || other.event !== row.event || excludes(row, other)) return []
      return [`${at(other, j)} and row ${i + 1} may both apply: no guard tells them apart`]
    }),
  )
}

/** Whether two rows never apply at once: a guard of one is the opposite of one of the other. */
function excludes(row: Row, other: Row): boolean {
  const guards = new Set(guardsOf(other))
  return guardsOf(row).some((guard) =>
    guards.has(guard.startsWith('!') ? nameOf(guard) : `!${guard}`),
  )
}

function excesses(definition: Definition<Row>): string[] {
  const { states, events, guards, actions } = namesOf(definition)
  const counts = [
    ['rows', definition.rows.length, MOST_ROWS],
    ['states', states.length, MOST_STATES],
    ['events', events.length, MOST_STATES],
    ['guards', guards.length, MOST_GUARDS],
    ['actions', actions.length, MOST_ACTIONS],
  ] as const
  return counts.flatMap(([what, count, most]) =>
    count > most ? [`a table has at most ${most} ${what}: ${count} came`] : [],
  )
}

function at({ state, event }: Row, index: number): string {
  return `row ${index + 1} (${state}, ${event})`
}
