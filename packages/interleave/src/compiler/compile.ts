import { type Options, parse, type Program } from 'acorn'
import { call, declarator, declare, id, literal, member } from './build.ts'
import { callHandlers } from './calls.ts'
import { captureHandlers } from './captures.ts'
import { chainHandlers } from './chains.ts'
import { classHandlers } from './classes.ts'
import { extentIn } from './extents.ts'
import { CompileError, Emitter, type Handler, type Locate, RUNTIME } from './emitter.ts'
import { functionHandlers, hoist } from './functions.ts'
import { memberHandlers } from './members.ts'
import { compileProgram, moduleHandlers } from './modules.ts'
import { patternHandlers } from './patterns.ts'
import { printTree } from './print.ts'
import { statementHandlers } from './statements.ts'
import type { AnyNode } from './syntax.ts'

export { CompileError, type Locate }

/** A source map, as objects. */
export interface SourceMap {
  readonly version: 3
  readonly sources: readonly (string | null)[]
  readonly sourcesContent?: readonly (string | null)[]
  readonly names: readonly string[]
  readonly mappings: string
}

export interface CompileOptions {
  /** How messages and schedules name the file. */
  readonly file: string
  /** What the compiled module imports the runtime from. */
  readonly runtime: string
  /**
   * What becomes of the module: `module`, unless said otherwise, stays one; `linked` becomes a
   * function that the loader links, and so does `commonjs`, the source of which is a script.
   */
  readonly format?: 'module' | 'linked' | 'commonjs'
  /** Where a person wrote what is in this source, if that is another; see `originalsOf`. */
  readonly locate?: Locate | undefined
  /** The text that a person wrote, if it is another. */
  readonly original?: string | undefined
}

export interface Compiled {
  readonly code: string
  readonly map: SourceMap
  /** What a linked module imports, whatever else it may import while it runs. */
  readonly requests: readonly string[]
}

const handlers: Record<string, Handler | undefined> = Object.assign(
  Object.create(null) as Record<string, Handler>,
  functionHandlers,
  captureHandlers,
  classHandlers,
  patternHandlers,
  callHandlers,
  chainHandlers,
  memberHandlers,
  statementHandlers,
  moduleHandlers,
)

/**
 * Compiles a JavaScript module so that a checker can suspend it at every access to shared memory.
 * Outside a check the compiled module does what the source does.
 *
 * A function becomes a generator, and a function around it for code outside (`functions.ts`,
 * `classes.ts`). What an expression touches is known only when it runs, so in the generator each
 * access and each call asks the runtime whether it is a step or has steps (`members.ts`,
 * `calls.ts`), and each loop whether its last round was idle (`statements.ts`, `carried.ts`). What
 * needs no change is copied as it is. Places are numbers into a table that the compiled module
 * hands to the runtime.
 *
 * Throws `CompileError`, which names place and reason, for what is no JavaScript. Forms that the
 * compiler does not know become code that refuses to run.
 */
export function compile(source: string, options: CompileOptions): Compiled {
  const { tree, made } = compileTree(source, options)
  const { code, mappings } = printTree(made, source)
  const map: SourceMap = {
    version: 3,
    sources: [options.file],
    sourcesContent: [source],
    names: [],
    mappings,
  }
  return { code, map, requests: requestsOf(tree) }
}

/** The tree of the source, and that of what it is compiled to. */
export function compileTree(
  source: string,
  options: CompileOptions,
): { tree: Program; made: AnyNode } {
  const { file, format = 'module', locate = asItIs } = options
  const tree = parseSource(source, file, format, locate)
  const emitter = new Emitter(source, file, handlers, locate, hoist, format)
  const original = options.original ?? source
  return {
    tree,
    made: compileProgram(emitter, tree, () => head(emitter, options.runtime, original)),
  }
}

function requestsOf({ body }: Program): string[] {
  return body.flatMap((node) => {
    const { source } = node as { source?: { value: string } | null }
    return source ? [source.value] : []
  })
}

/** How the source of a module or a script is read. */
export function parserOptions(format: string): Options {
  const common = { ecmaVersion: 'latest', allowHashBang: true, locations: true } as const
  return format === 'commonjs'
    ? { ...common, sourceType: 'script', allowReturnOutsideFunction: true }
    : { ...common, sourceType: 'module' }
}

function parseSource(source: string, file: string, format: string, locate: Locate): Program {
  try {
    return parse(source, parserOptions(format))
  } catch (error) {
    const { loc, message } = error as SyntaxError & { loc?: { line: number; column: number } }
    if (loc === undefined) throw error
    const at = locate(loc.line - 1, loc.column)
    throw new CompileError(`${file}:${at.line}:${at.column}`, message)
  }
}

const asItIs: Locate = (line, column) => ({ line: line + 1, column: column + 1 })

/** What a compiled module begins with: the runtime, its places, and the shapes of its functions. */
function head(e: Emitter, runtime: string, original: string): AnyNode[] {
  const table = json({ file: e.file, ...placeTable(e, original), source: e.source })
  const imported = `${RUNTIME}_import`
  const names = e.shapes.map((_, i) => id(`${RUNTIME}_f${i}`))
  const shapes = call(member(RUNTIME, 'shapes'), [id(`${RUNTIME}_p`), json(e.shapes)])
  const own = e.format === 'module' ? [declarator(id(RUNTIME), id(imported))] : []
  const constants = declare('const', [
    ...own,
    declarator(id(`${RUNTIME}_a`), member(RUNTIME, 'answer')),
    declarator(id(`${RUNTIME}_p`), call(member(RUNTIME, 'places'), [table])),
    declarator({ type: 'ArrayPattern', elements: names } as never, shapes),
  ])
  if (e.format !== 'module') return [constants]
  const specifier = { type: 'ImportSpecifier', imported: id('runtime'), local: id(imported) }
  const fetched = {
    type: 'ImportDeclaration',
    specifiers: [specifier],
    source: literal(runtime),
    attributes: [],
  }
  return [fetched as never, constants]
}

/** A value as the text that it is in JavaScript. */
function json(value: unknown): AnyNode {
  return { type: 'Literal', value: 0, raw: JSON.stringify(value) } as never
}

function placeTable(emitter: Emitter, original: string) {
  const texts = original.split('\n')
  const lines: Record<number, string> = {}
  emitter.positions.forEach((line, i) => {
    if (i % 2 === 0) lines[line] = texts[line - 1] ?? ''
  })
  const ends = emitter.ends.map((length, i) => {
    const [line, column] = [emitter.positions[i * 2]!, emitter.positions[i * 2 + 1]!]
    const start = emitter.starts[i]!
    return extentIn(lines[line] ?? '', column - 1, emitter.source.slice(start, start + length))
  })
  return { positions: emitter.positions, ends, lines }
}
