import { existsSync, readFileSync, statSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { dirname, extname, join, resolve as resolvePath } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type * as resolving from 'import-meta-resolve'
import type { Format } from './compile-file.ts'
import { lately } from './lately.ts'

/** What a name in a source leads to. */
export type Found =
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }

/** What asks for a module: an import or a `require`, which packages may answer differently. */
export type Asker = 'import' | 'require'

const EXTENSIONS = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.json']

/**
 * Finds what a source means by the name of a module, as Node does from where the source is:
 * built-in modules with and without `node:`, packages by their exports and the conditions, and
 * files; those that TypeScript calls by the name that they will have are found too.
 */
export function find(
  specifier: string,
  from: string,
  asker: Asker,
  conditions: readonly string[],
): Found {
  if (isBuiltin(specifier)) {
    return { kind: 'builtin', name: specifier.replace(/^(node:)?/, 'node:') }
  }
  if (/^(\.{0,2}\/|\.{1,2}$|file:)/.test(specifier)) {
    const named = specifier.startsWith('file:')
      ? fileURLToPath(specifier)
      : resolvePath(dirname(from), specifier.replace(/[?#].*$/, ''))
    const path = fileAt(named)
    if (path === undefined) throw missing(specifier, from)
    return { kind: 'file', path }
  }
  return { kind: 'file', path: packageFile(specifier, from, asker, conditions) }
}

function missing(specifier: string, from: string): Error {
  return Object.assign(new Error(`Cannot find module '${specifier}' imported from ${from}`), {
    code: 'ERR_MODULE_NOT_FOUND',
  })
}

function fileAt(path: string): string | undefined {
  const stem = path.replace(/\.[cm]?jsx?$/, '')
  const typed = extname(path).replace('js', 'ts')
  const tries = [path, stem === path ? '' : stem + typed, stem === path ? '' : `${stem}.tsx`]
  for (const ending of EXTENSIONS) tries.push(path + ending)
  for (const ending of EXTENSIONS) tries.push(join(path, `index${ending}`))
  return tries.find((one) => one !== '' && existsSync(one) && statSync(one).isFile())
}

function packageFile(
  specifier: string,
  from: string,
  asker: Asker,
  conditions: readonly string[],
): string {
  const all = new Set(['node', asker, 'module-sync', ...conditions])
  const { moduleResolve } = lately<typeof resolving>('import-meta-resolve')
  try {
    return fileURLToPath(moduleResolve(specifier, pathToFileURL(from), all))
  } catch (error) {
    // Files of a package without `exports` may be named without their extensions.
    try {
      return createRequire(from).resolve(specifier)
    } catch {
      throw error
    }
  }
}

/** The folder and the manifest of the package that a file belongs to. */
export function packageOf(path: string): { folder: string; manifest: Manifest } | undefined {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    const known = manifests.get(file)
    const manifest = known ?? (existsSync(file) ? readManifest(file) : undefined)
    if (manifest?.name !== undefined || manifest?.type !== undefined) return { folder, manifest }
    if (folder === dirname(folder)) return undefined
  }
}

interface Manifest {
  readonly name?: string
  readonly type?: string
}

const manifests = new Map<string, Manifest>()

function readManifest(file: string): Manifest {
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest
  manifests.set(file, manifest)
  return manifest
}

/** Whether a file is a module or a script by its name and its package. */
export function declaredFormat(path: string): Format {
  const ending = extname(path)
  if (ending === '.mjs' || ending === '.mts') return 'linked'
  if (ending === '.cjs' || ending === '.cts') return 'commonjs'
  const type = packageOf(path)?.manifest.type
  return type === 'module' ? 'linked' : type === 'commonjs' ? 'commonjs' : undefined
}
