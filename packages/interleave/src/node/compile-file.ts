import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import remapping from '@jridgewell/remapping'
import { transform } from 'esbuild'
import { compile, type SourceMap } from '../compiler/compile.ts'

/** The module that compiled code imports; loaders resolve it to this package. */
export const RUNTIME_MODULE = '@smpnet/interleave/runtime'

/** Compiles a JavaScript or TypeScript file for checking, with a map to the file as it is. */
export async function compileFile(path: string): Promise<{ code: string; map: SourceMap }> {
  const source = await readFile(path, 'utf8')
  const file = nameOf(path)
  const isTypeScript = /\.[cm]?tsx?$/.test(path)
  const script = isTypeScript ? await stripTypes(source, path) : undefined
  const compiled = compile(script?.code ?? source, {
    file,
    runtime: RUNTIME_MODULE,
    map: script?.map,
    original: source,
  })
  if (script === undefined) return compiled
  const map = remapping([compiled.map as never, script.map as never], () => null)
  return { code: compiled.code, map: map as unknown as SourceMap }
}

async function stripTypes(
  source: string,
  path: string,
): Promise<{ code: string; map: SourceMap }> {
  const { code, map } = await transform(source, {
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
