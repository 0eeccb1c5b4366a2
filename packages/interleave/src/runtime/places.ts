/** A place in an original source file. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
  /** The text of that line, trimmed. */
  readonly text: string
  /** The expression that is meant, or as much of it as stands in that line. */
  readonly expression: string
}

/** What a compiled module says of its places: `[line, column, …]` and the texts of those lines. */
export interface PlaceTable {
  readonly file: string
  readonly positions: readonly number[]
  readonly lines: Readonly<Record<number, string>>
  /** How long the expression at each place is. */
  readonly ends?: readonly number[]
  /** The text that was compiled. */
  readonly source?: string
}

/** Numbers for the places of one module; a module has fewer than this many. */
const PLACES_PER_FILE = 1 << 16

/** All compiled modules of this isolate, in the order in which they were evaluated. */
const tables: PlaceTable[] = ((globalThis as Record<symbol, unknown>)[
  Symbol.for('smpnet.interleave.places')
] ??= []) as PlaceTable[]

/**
 * Takes a compiled module's table and returns the number that its first place gets: the same each
 * time that the module is run, as workers do in every execution.
 */
export function addPlaces(table: PlaceTable): number {
  const { file, source } = table
  const known = numbers.get(file)
  if (known !== undefined && known.source === source) return known.first
  const first = tables.push(table) * PLACES_PER_FILE
  numbers.set(file, { source, first })
  return first
}

/** By file: the text that was compiled last, and the number of its first place. */
const numbers = new Map<string, { source: string | undefined; first: number }>()

/** The table that a number is in. */
export function tableOf(number: number): PlaceTable {
  return tables[Math.floor(number / PLACES_PER_FILE) - 1] ?? NO_TABLE
}

const NO_TABLE: PlaceTable = { file: '(not compiled)', positions: [], lines: {} }

/** What the number stands for. Number 0 is a place in code that was not compiled. */
export function placeOf(number: number): Place {
  const table = tableOf(number)
  const at = number % PLACES_PER_FILE
  const line = table.positions[at * 2] ?? 0
  const column = table.positions[at * 2 + 1] ?? 0
  const text = table.lines[line] ?? ''
  const expression = text.slice(column - 1, column - 1 + (table.ends?.[at] ?? text.length))
  return { file: table.file, line, column, text: text.trim(), expression: expression.trim() }
}

/** `file:line:column`, as editors open it. */
export function showPlace(number: number): string {
  const { file, line, column } = placeOf(number)
  return line === 0 ? file : `${file}:${line}:${column}`
}
