import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { compile, type SourceMap } from '../compiler/compile.ts'
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
export interface InterleavePlugin {
  readonly name: string
  readonly enforce: 'post'
  resolveId(
    this: ResolveContext,
    source: string,
    importer: string | undefined,
    options: object,
  ): Promise<string | null>
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
 */
export function interleave(options: InterleaveOptions = {}): InterleavePlugin {
  const models = options.models ?? MODELS
  const include = options.include ?? ((path) => !path.includes('/node_modules/'))
  const isCompiled = (id: string): boolean => models.test(id) || id.endsWith(QUERY)
  return {
    name: 'interleave',
    enforce: 'post',
    async resolveId(source, importer, resolveOptions) {
      if (importer === undefined || !isCompiled(importer)) return null
      const from = importer.replace(QUERY, '')
      if (isOwn(source)) return (await resolveOwn(this, source, from)) ?? null
      const found = await this.resolve(source, from, { ...resolveOptions, skipSelf: true })
      if (found === null || found.external || !SCRIPT.test(found.id)) return null
      return include(found.id) ? found.id + QUERY : found.id
    },
    async transform(code, id) {
      if (!isCompiled(id)) return null
      const path = id.replace(QUERY, '')
      const original = await readFile(path, 'utf8').catch(() => undefined)
      const map = this.getCombinedSourcemap() as SourceMap
      return compile(code, { file: nameOf(path), runtime: RUNTIME_MODULE, map, original })
    },
  }
}

/** The checker is not checked by itself. */
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
