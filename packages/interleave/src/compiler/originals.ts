import type * as tracing from '@jridgewell/trace-mapping'
import type { Locate, SourceMap } from './compile.ts'

/**
 * Original positions by a source map. The library that reads it is given, since who has no map need
 * not load it.
 */
export function originalsOf(
  map: SourceMap,
  { originalPositionFor, TraceMap }: typeof tracing,
): Locate {
  const trace = new TraceMap(map as never)
  return (line, column) => {
    const found = originalPositionFor(trace, { line: line + 1, column })
    if (found.line === null) return { line: line + 1, column: column + 1 }
    return { line: found.line, column: found.column + 1 }
  }
}
