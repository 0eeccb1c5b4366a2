import { type Definition, guardsOf, nameOf, type Row } from './row.ts'

/** All names of a definition, each kind in the order of its numbers. */
export interface Names {
  readonly states: readonly string[]
  readonly events: readonly string[]
  readonly guards: readonly string[]
  readonly actions: readonly string[]
}

/** The names in the order in which they appear; the initial state comes first. */
export function namesOf({ initial, rows }: Definition<Row>): Names {
  return {
    states: unique([initial, ...rows.map((row) => row.state), ...rows.map((row) => row.next)]),
    events: unique(rows.map((row) => row.event)),
    guards: unique(rows.flatMap((row) => guardsOf(row).map(nameOf))),
    actions: unique(rows.flatMap((row) => row.actions ?? [])),
  }
}

/** By name: its number in the list. */
export function numbered(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name, number) => [name, number]))
}

/** By name: a bit of its own. */
export function bits(names: readonly string[]): Record<string, number> {
  return Object.fromEntries(names.map((name, number) => [name, 1 << number]))
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)]
}
