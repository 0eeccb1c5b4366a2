import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import type * as remapping from '@jridgewell/remapping'
import type * as tracing from '@jridgewell/trace-mapping'
import { parse } from 'acorn'
import type * as esbuild from 'esbuild'
import { compile, type Compiled, parserOptions, type SourceMap } from '../compiler/compile.ts'
import { originalsOf } from '../compiler/originals.ts'
import { lately } from './lately.ts'

/** The module that compiled code imports; loaders resolve it to this package. */
export const RUNTIME_MODULE = '@smpnet/interleave/runtime'

/** Whether a file is a module or a script, or `undefined` where only its text can tell. */
export type Format = 'linked' | 'commonjs' | undefined

/** A compiled file. */
export interface CompiledFile extends Compiled {
  readonly format: 'linked' | 'commonjs'
}

/** Compiles a JavaScript or TypeScript file for the loader, with a map to the file as it is. */
export function compileFile(path: string, declared: Format): CompiledFile {
  return compileText(readFileSync(path, 'utf8'), path, declared)
}

/** Compiles a text as if it were such a file. */
export function compileText(source: string, path: string, declared: Format): CompiledFile {
  const script = /\.[cm]?tsx?$/.test(path) ? stripTypes(source, path) : undefined
  const text = script?.code ?? source
  const format = declared ?? formatOf(text)
  const compiled = compile(text, {
    file: nameOf(path),
    runtime: RUNTIME_MODULE,
    format,
    locate: script && originalsOf(script.map, lately<typeof tracing>('@jridgewell/trace-mapping')),
    original: source,
  })
  if (script === undefined) return { ...compiled, format }
  const remap = lately<typeof remapping.default>('@jridgewell/remapping')
  const map = remap([compiled.map as never, script.map as never], () => null)
  return { ...compiled, format, map: map as unknown as SourceMap }
}

/** A module is what imports, exports or awaits; anything else is as well a script. */
function formatOf(text: string): 'linked' | 'commonjs' {
  if (!/\b(import|export|await)\b/.test(text)) return 'commonjs'
  try {
    parse(text, parserOptions('commonjs'))
    return 'commonjs'
  } catch {
    return 'linked'
  }
}

function stripTypes(source: string, path: string): { code: string; map: SourceMap } {
  const { transformSync } = lately<typeof esbuild>('esbuild')
  const { code, map } = transformSync(source, {
    loader: path.endsWith('x') ? 'tsx' : 'ts',
    target: 'es2023',
    sourcemap: true,
    sourcefile: path,
  })
  return { code, map: JSON.parse(map) as SourceMap }
}

/** How reports name a file: from where the command was run. */
export function nameOf(path: string): string {
  const name = relative(process.cwd(), path)
  return name.startsWith('..') ? path : name
}
