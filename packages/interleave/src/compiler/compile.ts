import { parse } from 'acorn'
import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { callHandlers } from './calls.ts'
import { classHandlers } from './classes.ts'
import { CompileError, Emitter, type Handler, type Locate, RUNTIME } from './emitter.ts'
import { functionHandlers } from './functions.ts'
import { memberHandlers } from './members.ts'
import { patternHandlers } from './patterns.ts'
import { statementHandlers } from './statements.ts'

export { CompileError }

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
  /** From this source to the one that a person wrote, if that is another. */
  readonly map?: SourceMap | undefined
  /** The text that a person wrote, if it is another and the map does not hold it. */
  readonly original?: string | undefined
}

const handlers: Record<string, Handler | undefined> = Object.assign(
  Object.create(null) as Record<string, Handler>,
  functionHandlers,
  classHandlers,
  patternHandlers,
  callHandlers,
  memberHandlers,
  statementHandlers,
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
 * Throws `CompileError`, which names place and reason, for what cannot be compiled.
 */
export function compile(
  source: string,
  options: CompileOptions,
): { code: string; map: SourceMap } {
  const locate = locator(options.map)
  const emitter = new Emitter(source, options.file, handlers, locate)
  const tree = parseModule(source, options.file, locate)
  const head = emitter.out.slot()
  emitter.node(tree)
  const table = placeTable(emitter, options.original ?? options.map?.sourcesContent?.[0] ?? source)
  head.text =
    `import { runtime as ${RUNTIME}_import } from ${JSON.stringify(options.runtime)}; ` +
    `const ${RUNTIME} = ${RUNTIME}_import, ${RUNTIME}_a = ${RUNTIME}.answer, ` +
    `${RUNTIME}_p = ${RUNTIME}.places(${JSON.stringify({ file: options.file, ...table })}); `
  const { code, mappings } = emitter.out.finish()
  const map: SourceMap = {
    version: 3,
    sources: [options.file],
    sourcesContent: [source],
    names: [],
    mappings,
  }
  return { code, map }
}

function parseModule(source: string, file: string, locate: Locate): ReturnType<typeof parse> {
  try {
    return parse(source, { ecmaVersion: 'latest', sourceType: 'module', allowHashBang: true })
  } catch (error) {
    const { loc, message } = error as SyntaxError & { loc?: { line: number; column: number } }
    if (loc === undefined) throw error
    const at = locate(loc.line - 1, loc.column)
    throw new CompileError(`${file}:${at.line}:${at.column}`, message)
  }
}

/** Original positions, line and column from 1. */
function locator(map: SourceMap | undefined): Locate {
  if (map === undefined) return (line, column) => ({ line: line + 1, column: column + 1 })
  const trace = new TraceMap(map as never)
  return (line, column) => {
    const found = originalPositionFor(trace, { line: line + 1, column })
    if (found.line === null) return { line: line + 1, column: column + 1 }
    return { line: found.line, column: found.column + 1 }
  }
}

function placeTable(emitter: Emitter, original: string) {
  const texts = original.split('\n')
  const lines: Record<number, string> = {}
  emitter.positions.forEach((line, i) => {
    if (i % 2 === 0) lines[line] = texts[line - 1]?.trim() ?? ''
  })
  return { positions: emitter.positions, lines }
}
