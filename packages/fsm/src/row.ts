/**
 * One row of a table: in `state`, on `event`, the machine goes to `next` and `actions` are to be
 * done by its caller.
 */
export interface Row {
  readonly state: string
  readonly event: string
  /**
   * Conditions that must all hold for the row to apply: a name, or `!` and the name for a condition
   * that must not hold. The caller of a transition says which hold.
   */
  readonly guard?: string | readonly string[]
  readonly next: string
  readonly actions?: readonly string[]
}

/** What a table is made of. */
export interface Definition<R extends Row = Row> {
  /** What is in a state, with its article: `a socket's end`. Sentences begin with it. */
  readonly of: string
  /** The state that the machine begins in: number 0, so that zeroed words are right. */
  readonly initial: R['state']
  /** States in which the machine may stay for ever. */
  readonly final?: readonly (R['state'] | R['next'])[]
  readonly rows: readonly R[]
}

export type StateOf<R extends Row> = R['state'] | R['next']
export type EventOf<R extends Row> = R['event']
export type ActionOf<R extends Row> = OneOf<R['actions']>
export type GuardOf<R extends Row> = Bare<OneOf<R['guard']>>

type OneOf<T> = T extends readonly (infer One)[] ? One & string : T & string
type Bare<G extends string> = G extends `!${infer Name}` ? Name : G

/** The conditions of a row, one by one. */
export function guardsOf({ guard }: Row): readonly string[] {
  if (guard === undefined) return []
  return typeof guard === 'string' ? [guard] : guard
}

/** A condition without the `!` before it. */
export function nameOf(guard: string): string {
  return guard.startsWith('!') ? guard.slice(1) : guard
}

/** Whether all conditions of a row hold, of which those in `held` hold and no others. */
export function applies(row: Row, held: ReadonlySet<string>): boolean {
  return guardsOf(row).every((guard) => held.has(nameOf(guard)) !== guard.startsWith('!'))
}
