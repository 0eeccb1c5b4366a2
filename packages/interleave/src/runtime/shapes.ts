/** A plain function, a generator function of the source, or an async one. */
export type FunctionKind = 0 | 1 | 2

/** What is known of a function before it is made: the same for all that are made at one place. */
export interface Shape {
  readonly kind: FunctionKind
  /** Undefined for one without a name, or whose name is known only later. */
  readonly name: string | undefined
  /** How many arguments it expects. */
  readonly length: number
  /** Whether `new` takes it. */
  readonly isConstructor: boolean
  /** Whether it has no `this` of its own. */
  readonly isArrow: boolean
  /** Whether it asks for `new.target`. */
  readonly asksTarget: boolean
  /** The module's source, and where in it the function is. */
  readonly source: string
  readonly start: number
  readonly end: number
}

/** A row as the compiler writes it; bits of the form are those of `FORM` there. */
type Row = readonly [
  kind: FunctionKind,
  name: string | null,
  length: number,
  form: number,
  start: number,
  end: number,
]

const METHOD = 1
const TARGET = 2
const ARROW = 4

/** The shapes of a module's functions. */
export function shapesOf(source: string, rows: readonly Row[]): Shape[] {
  return rows.map(([kind, name, length, form, start, end]) => ({
    kind,
    name: name ?? undefined,
    length,
    isConstructor: kind === 0 && (form & METHOD) === 0,
    isArrow: (form & ARROW) !== 0,
    asksTarget: (form & TARGET) !== 0,
    source,
    start,
    end,
  }))
}

/** The shape of a function of this package's own that stands for one of a program. */
export function shape(kind: FunctionKind, name: string, length = 0): Shape {
  const source = `function ${name}() { [native code] }`
  const end = source.length
  const form = { isConstructor: false, isArrow: false, asksTarget: false }
  return { kind, name, length, ...form, source, start: 0, end }
}
