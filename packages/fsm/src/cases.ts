import {
  applies,
  type EventOf,
  type GuardOf,
  type ActionOf,
  type Row,
  type StateOf,
} from './row.ts'
import { expectTable, type Held, type Outcome, type Table } from './table.ts'

/** One case of a table: a state, an event, which guards hold, and what is to come of it. */
export interface Case<R extends Row = Row> {
  readonly name: string
  readonly state: StateOf<R>
  readonly event: EventOf<R>
  readonly held: Held<GuardOf<R>>
  /** Undefined when the event is illegal there. */
  readonly expected: Outcome<StateOf<R>, ActionOf<R>> | undefined
}

/**
 * Every case there is, the illegal ones included: each state with each event and each set of
 * guards. What is expected is read from the rows, not from the bytes that a transition goes by.
 */
export function casesOf<R extends Row>(table: Table<R>): Case<R>[] {
  expectTable(table)
  return table.states.flatMap((state) =>
    table.events.flatMap((event) =>
      subsetsOf(table.guards).map((names) => caseOf(table, state, event, names)),
    ),
  )
}

function caseOf<R extends Row>(
  { definition }: Table<R>,
  state: StateOf<R>,
  event: EventOf<R>,
  names: readonly GuardOf<R>[],
): Case<R> {
  const held = Object.fromEntries(names.map((name) => [name, true])) as Held<GuardOf<R>>
  const row = definition.rows.find(
    (one) => one.state === state && one.event === event && applies(one, new Set<string>(names)),
  )
  const name = [`${state}, ${event}`, ...names].join(', ')
  if (row === undefined) return { name, state, event, held, expected: undefined }
  const actions = (row.actions ?? []) as ActionOf<R>[]
  return { name, state, event, held, expected: { next: row.next, actions } }
}

function subsetsOf<T>(all: readonly T[]): T[][] {
  return all.reduce<T[][]>((sets, one) => [...sets, ...sets.map((set) => [...set, one])], [[]])
}
