import { DenseTable, encode, ILLEGAL, OwnWords } from './dense.ts'
import { faultsOf, TableFault } from './faults.ts'
import { bits, type Names, namesOf, numbered } from './names.ts'
import {
  type ActionOf,
  type Definition,
  type EventOf,
  type GuardOf,
  guardsOf,
  type Row,
  type StateOf,
} from './row.ts'

/** What an event leads to: the next state, and what the machine's owner is to do, in order. */
export interface Outcome<State extends string = string, Action extends string = string> {
  readonly next: State
  readonly actions: readonly Action[]
}

/** Which conditions hold; a condition that is not named does not. */
export type Held<Guard extends string = string> = { readonly [name in Guard]?: boolean }

/**
 * A state machine as a table of rows. The table holds no state: it says what a state becomes. Code
 * that is in a hurry goes by numbers, `step`, `next` and `actionsOf`; the rest by names.
 */
export class Table<R extends Row = Row> {
  /** In the order of their numbers; those of guards and actions are the numbers of their bits. */
  readonly states: readonly StateOf<R>[]
  readonly events: readonly EventOf<R>[]
  readonly guards: readonly GuardOf<R>[]
  readonly actions: readonly ActionOf<R>[]
  /** Numbers and bits by name. */
  readonly state: Readonly<Record<StateOf<R>, number>>
  readonly event: Readonly<Record<EventOf<R>, number>>
  readonly guard: Readonly<Record<GuardOf<R>, number>>
  readonly action: Readonly<Record<ActionOf<R>, number>>
  /** The table as bytes; see `DenseTable`. */
  readonly bytes: Uint8Array
  readonly #dense: DenseTable

  /** Throws a TableFault for a definition that is no state machine. */
  constructor(readonly definition: Definition<R>) {
    expectDefinition(definition)
    const faults = faultsOf(definition)
    if (faults.length > 0) throw new TableFault(definition.of, faults)
    const names: Names = namesOf(definition)
    this.states = names.states as StateOf<R>[]
    this.events = names.events as EventOf<R>[]
    this.guards = names.guards as GuardOf<R>[]
    this.actions = names.actions as ActionOf<R>[]
    this.state = numbered(names.states) as Record<StateOf<R>, number>
    this.event = numbered(names.events) as Record<EventOf<R>, number>
    this.guard = bits(names.guards) as Record<GuardOf<R>, number>
    this.action = bits(names.actions) as Record<ActionOf<R>, number>
    this.bytes = encode(definition.rows, names)
    this.#dense = DenseTable.store(new OwnWords(this.bytes.length), 0, this.bytes)
  }

  /** What `event` leads to in `state`, or undefined when that is illegal. */
  transition(
    state: StateOf<R>,
    event: EventOf<R>,
    held: Held<GuardOf<R>> = {},
  ): Outcome<StateOf<R>, ActionOf<R>> | undefined {
    const row = this.step(this.state[state], this.event[event], this.guardBits(held))
    if (row === ILLEGAL) return undefined
    const set = this.actionsOf(row)
    return {
      next: this.states[this.next(row)]!,
      actions: this.actions.filter((action) => set & this.action[action]),
    }
  }

  /** The number of the row that applies, or ILLEGAL. */
  step(state: number, event: number, guards = 0): number {
    return this.#dense.step(state, event, guards)
  }

  /** The number of the state that a row leads to. */
  next(row: number): number {
    return this.#dense.next(row)
  }

  /** The bits of a row's actions. */
  actionsOf(row: number): number {
    return this.#dense.actions(row)
  }

  /** The bits of the conditions that hold. */
  guardBits(held: Held<GuardOf<R>>): number {
    return this.guards.reduce((set, name) => (held[name] ? set | this.guard[name] : set), 0)
  }

  /** Why `event` is illegal in `state`: a sentence that says what is taken there. */
  sentence(state: StateOf<R>, event: EventOf<R>): string {
    const { of, rows } = this.definition
    const here = rows.filter((row) => row.state === state)
    const same = here.filter((row) => row.event === event)
    if (same.length > 0) {
      const when = same.map((row) => guardsOf(row).join(' and ')).join(', or ')
      return `${of} in state ${state} takes the event '${event}' only when ${when}`
    }
    const takes = [...new Set(here.map((row) => row.event))].join(', ') || 'none'
    return `${of} in state ${state} takes no event '${event}': it takes ${takes}`
  }
}

/** Throws a TypeError for what is no definition at all; its rows are judged by `faultsOf`. */
function expectDefinition(definition: Definition | undefined): void {
  const rows: unknown = definition?.rows
  const isDefined = isText(definition?.of) && isText(definition?.initial) && Array.isArray(rows)
  if (!isDefined || !areTexts(definition?.final)) {
    throw new TypeError(
      'a state machine is defined by an object: `of`, whose states they are, `initial`, and a ' +
        'list of `rows`: something else came',
    )
  }
  const wrong = rows.findIndex((row) => !isRow(row))
  if (wrong < 0) return
  throw new TypeError(
    'a row is an object whose `state`, `event` and `next` are texts, and whose `guard` and ' +
      `\`actions\`, if it has any, are lists of them: row ${wrong + 1} is something else`,
  )
}

function isRow(row: unknown): boolean {
  if (typeof row !== 'object' || row === null) return false
  const { state, event, next, guard, actions } = row as Partial<Record<keyof Row, unknown>>
  const isNamed = isText(state) && isText(event) && isText(next)
  return isNamed && (isText(guard) || areTexts(guard)) && areTexts(actions)
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

/** Also where there are none. */
function areTexts(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.every(isText))
}

/** Throws a TypeError unless it is a table, as `defineTable` makes it. */
export function expectTable(table: unknown): void {
  if (table instanceof Table) return
  throw new TypeError('a table of defineTable was expected: something else came')
}

/**
 * Makes a table of rows, whose names become the types of states, events, guards and actions.
 * Throws a TableFault with a sentence for each state that is unknown, out of reach or a dead end,
 * and for rows that no guard tells apart.
 */
export function defineTable<const R extends Row>(definition: Definition<R>): Table<R> {
  return new Table(definition)
}
