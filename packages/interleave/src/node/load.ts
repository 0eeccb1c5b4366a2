import { createRequire } from 'node:module'
import { dirname, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Script } from 'node:vm'
import { build, type Plugin } from 'esbuild'
import * as facade from '../index.ts'
import * as runtime from '../runtime/index.ts'
import { compileFile, RUNTIME_MODULE } from './compile-file.ts'

export interface LoadOptions {
  /**
   * Packages to compile too, by name or by how names start: `['@smpnet/']`. Files that are
   * imported by relative paths are always compiled; other packages run as they are.
   */
  readonly packages?: readonly string[]
  /** Conditions for the exports of those packages, such as `@smpnet/source`. */
  readonly conditions?: readonly string[]
}

/** What this package provides to loaded code: the very modules that the checker itself uses. */
const PROVIDED: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  [RUNTIME_MODULE, runtime],
  ['@smpnet/interleave', facade],
])

/**
 * Loads a module, compiled for checking together with what it imports by relative paths. All of it
 * becomes one script, which is evaluated in this context: classes such as Int32Array are then the
 * checker's own. This package itself is provided, not bundled, so that compiled code and checker
 * share one runtime; packages that the options do not name are imported as Node would.
 *
 * Returns the module's exports. Throws a `CompileError`, with place and reason, for what cannot be
 * compiled.
 */
export async function load(
  file: string | URL,
  options: LoadOptions = {},
): Promise<Record<string, unknown>> {
  const path = file instanceof URL || file.startsWith('file:') ? fileURLToPath(file) : file
  const errors: unknown[] = []
  const result = await build({
    entryPoints: [path],
    bundle: true,
    write: false,
    format: 'cjs',
    platform: 'node',
    target: 'es2023',
    sourcemap: 'external',
    outfile: 'loaded.js',
    logLevel: 'silent',
    metafile: true,
    conditions: [...(options.conditions ?? [])],
    plugins: [compiling(options.packages ?? [], errors)],
  }).catch((error: unknown) => {
    throw errors[0] ?? error
  })
  const output = Object.values(result.metafile.outputs).find(({ entryPoint }) => entryPoint)
  const externals = output!.imports.filter(({ external }) => external).map((entry) => entry.path)
  const modules = await importAll(externals, path)
  const [map, code] = ['.map', '.js'].map(
    (end) => result.outputFiles.find((file) => file.path.endsWith(end))!.text,
  )
  return evaluate(`${code}\n//# sourceMappingURL=${inline(map!)}`, path, modules)
}

/** The map as a debugger takes it: inside the script, and with the sources as they are on disk. */
function inline(text: string): string {
  const map = JSON.parse(text) as { sources: string[] }
  map.sources = map.sources.map((source) => pathToFileURL(resolve(source)).href)
  const encoded = Buffer.from(JSON.stringify(map)).toString('base64')
  return `data:application/json;base64,${encoded}`
}

function compiling(packages: readonly string[], errors: unknown[]): Plugin {
  return {
    name: 'interleave',
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
        if (kind === 'entry-point') return undefined
        const isNamed = packages.some((name) => path === name || path.startsWith(name))
        return isNamed && !PROVIDED.has(path) ? undefined : { path, external: true }
      })
      onLoad({ filter: /\.[cm]?[jt]sx?$/ }, async ({ path }) => {
        try {
          const { code, map } = await compileFile(path)
          const url = Buffer.from(JSON.stringify(map)).toString('base64')
          const comment = `\n//# sourceMappingURL=data:application/json;base64,${url}`
          return { contents: code + comment, loader: 'js' }
        } catch (error) {
          errors.push(error)
          throw error
        }
      })
    },
  }
}

async function importAll(names: readonly string[], from: string): Promise<Map<string, unknown>> {
  const modules = new Map<string, unknown>(PROVIDED)
  const require = createRequire(from)
  for (const name of names) {
    if (modules.has(name)) continue
    const url = name.startsWith('node:') ? name : pathToFileURL(require.resolve(name)).href
    modules.set(name, await import(url))
  }
  return modules
}

function evaluate(
  code: string,
  path: string,
  modules: ReadonlyMap<string, unknown>,
): Record<string, unknown> {
  const wrapped = `(function (require, module, exports, __filename, __dirname) {${code}\n})`
  const run = new Script(wrapped, { filename: `${path}.compiled.js` }).runInThisContext() as (
    ...args: unknown[]
  ) => void
  const module = { exports: {} as Record<string, unknown> }
  run((name: string) => modules.get(name), module, module.exports, path, dirname(path))
  return module.exports
}
