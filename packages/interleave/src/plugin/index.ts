import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import * as tracing from '@jridgewell/trace-mapping'
import { compile, type SourceMap } from '../compiler/compile.ts'
import { originalsOf } from '../compiler/originals.ts'
import { nameOf, RUNTIME_MODULE } from '../node/compile-file.ts'

export interface InterleaveOptions {
  /** Which tests are model checks; files named `*.model.ts` and the like unless said otherwise. */
  readonly models?: RegExp
  /**
   * Which modules that a model imports, directly or not, are compiled. Unless said otherwise, all
   * that are not installed packages; packages linked from a workspace are not installed ones.
   */
  readonly include?: (path: string) => boolean
}

/** The part of Vite's plugin interface that is used here, so that no Vite need be installed. */
export interface ResolvePlugin {
  readonly name: string
  readonly enforce: 'pre'
  resolveId(
    this: ResolveContext,
    source: string,
    importer: string | undefined,
    options: object,
  ): Promise<string | null>
}

export interface TransformPlugin {
  readonly name: string
  readonly enforce: 'post'
  transform(
    this: TransformContext,
    code: string,
    id: string,
  ): Promise<{ code: string; map: SourceMap } | null>
}

interface ResolveContext {
  resolve(
    source: string,
    importer: string | undefined,
    options: object,
  ): Promise<{ id: string; external?: unknown } | null>
}

interface TransformContext {
  getCombinedSourcemap(): unknown
}

/** Marks a module that a model check imports: the same file is a different module elsewhere. */
const QUERY = '?interleave'
const MODELS = /\.model\.[cm]?[jt]sx?$/
const SCRIPT = /\.[cm]?[jt]sx?$/

/**
 * Vite and Vitest plugin: compiles model checks and what they import, so that the checker can
 * suspend a thread at every access to shared memory. Other tests get the modules as they are.
 *
 * A module that a model imports, directly or not, has a query behind its name, so it is another
 * module than the one that tests import. There are two plugins because they stand on either side of
 * those that take types away: names must be resolved before, and code be compiled after.
 */
export function interleave(options: InterleaveOptions = {}): [ResolvePlugin, TransformPlugin] {
  const models = options.models ?? MODELS
  const include = options.include ?? ((path) => !path.includes('/node_modules/'))
  const isCompiled = (id: string): boolean => models.test(id) || id.endsWith(QUERY)
  const resolver: ResolvePlugin = {
    name: 'interleave:resolve',
    enforce: 'pre',
    async resolveId(source, importer, resolveOptions) {
      if (importer === undefined || !isCompiled(importer)) return null
      const from = importer.replace(QUERY, '')
      if (isOwn(source)) return (await resolveOwn(this, source, from)) ?? null
      const found = await this.resolve(source, from, { ...resolveOptions, skipSelf: true })
      if (found === null || found.external || !SCRIPT.test(found.id)) return null
      if (found.id.startsWith(OWN_SOURCE) || found.id.startsWith(OWN_BUILD)) return found.id
      return include(found.id) ? found.id + QUERY : found.id
    },
  }
  // After the plugins that take types away, which know the syntax that this compiler does not.
  const compiler: TransformPlugin = {
    name: 'interleave:compile',
    enforce: 'post',
    async transform(code, id) {
      if (!isCompiled(id)) return null
      const path = id.replace(QUERY, '')
      const original = await readFile(path, 'utf8').catch(() => undefined)
      const map = this.getCombinedSourcemap() as SourceMap
      const locate = originalsOf(map, tracing)
      const known = original ?? map.sourcesContent?.[0] ?? undefined
      const options = { file: nameOf(path), runtime: RUNTIME_MODULE, locate, original: known }
      return compile(code, options)
    },
  }
  return [resolver, compiler]
}

/** The folder of this package, whether this file is its source or has been built. */
const ROOT = fileURLToPath(import.meta.url).replace(/(src[\\/]plugin|dist)[\\/][^\\/]*$/, '')
const OWN_SOURCE = `${ROOT}src/`
const OWN_BUILD = `${ROOT}dist/`

/** Whether this package is meant, which is not compiled: the checker does not check itself. */
function isOwn(source: string): boolean {
  return source === '@smpnet/interleave' || source.startsWith('@smpnet/interleave/')
}

/** As the importing file would find it, or else this very copy. */
async function resolveOwn(
  context: ResolveContext,
  source: string,
  importer: string,
): Promise<string | undefined> {
  const found = await context.resolve(source, importer, { skipSelf: true })
  if (found !== null) return found.id
  if (source !== RUNTIME_MODULE) return undefined
  return fileURLToPath(new URL('./runtime.js', import.meta.url))
}
