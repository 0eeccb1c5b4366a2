import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { workerThreads } from '../agents/install.ts'
import * as facade from '../index.ts'
import { runAsync } from '../runtime/functions.ts'
import * as runtime from '../runtime/index.ts'
import { startAsync } from '../runtime/async.ts'
import { ModelPromise, queueJob } from '../runtime/promise.ts'
import { state } from '../runtime/state.ts'
import { CompileError } from '../compiler/compile.ts'
import { RUNTIME_MODULE } from './compile-file.ts'
import { Linker, type Unit, unitOfText } from './linker.ts'
import { Realm } from './realm.ts'

export interface LoadOptions {
  /**
   * Packages to compile too, by name or by how names start: `['@smpnet/']`. Files that are
   * imported by relative paths are always compiled, and so are packages that use `Atomics`; other
   * packages run as they are.
   */
  readonly packages?: readonly string[]
  /** Conditions for the exports of packages, such as `@smpnet/source`. */
  readonly conditions?: readonly string[]
}

/** What this package provides to loaded code: the very modules that the checker itself uses. */
const PROVIDED: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  [RUNTIME_MODULE, runtime],
  ['@smpnet/interleave', facade],
  ['node:worker_threads', workerThreads()],
])

/**
 * Loads a module, compiled for checking together with what it imports by relative paths and the
 * packages that use `Atomics`. Each file becomes a function, which is run in this context: classes
 * such as Int32Array are then the checker's own. This package itself is provided, so that compiled
 * code and checker share one runtime; all else is imported as Node would.
 *
 * Returns the module's exports. Throws a `CompileError`, with place and reason, for what cannot be
 * compiled.
 */
export async function load(
  file: string | URL,
  options: LoadOptions = {},
): Promise<Record<string, unknown>> {
  const path = pathOf(file)
  if (!existsSync(path)) throw new Error(`expected a file, found nothing at ${path}`)
  const { packages = [], conditions = [] } = options
  const linker = new Linker(path, { packages, conditions, provided: PROVIDED })
  await linker.prepare(path)
  state.loadModule = (worker, text) => workerSteps(linker, worker, text)
  const realm = new Realm(linker, PROVIDED)
  const exports = await runAsync(realm.run(linker.unit(path), 'import'))
  return { ...(exports as Record<string, unknown>) }
}

/**
 * A worker's module, run in a world of modules of its own: a script at once, and a module as the
 * callback of a promise, so that callbacks of others come before what `nextTick` puts off.
 */
function* workerSteps(
  linker: Linker,
  worker: string | URL,
  text: string | undefined,
): Generator<unknown, unknown, unknown> {
  const unit = unitOfWorker(linker, worker, text)
  const steps = startAsync(new Realm(linker, PROVIDED).run(unit, 'import'))
  if (unit.format !== 'linked') return yield* steps
  const whole = new ModelPromise()
  queueJob({
    steps: (function* () {
      whole.resolve(yield* steps)
      return undefined
    })(),
  })
  return whole
}

/** What is no JavaScript is what any other thread throws that starts. */
function unitOfWorker(linker: Linker, worker: string | URL, given: string | undefined): Unit {
  try {
    return unitNamed(linker, worker, given)
  } catch (error) {
    throw error instanceof CompileError ? new SyntaxError(error.message, { cause: error }) : error
  }
}

function unitNamed(linker: Linker, worker: string | URL, given: string | undefined): Unit {
  const text = given ?? textOf(worker)
  if (text !== undefined) return unitOfText(text, resolve(`${linker.entry}.worker.js`))
  const path = pathOf(worker)
  if (existsSync(path)) return linker.unit(path)
  throw Object.assign(new Error(`Cannot find module '${path}'`), { code: 'MODULE_NOT_FOUND' })
}

/** What a `data:` URL holds. */
function textOf(worker: string | URL): string | undefined {
  const [, head, body] = /^data:([^,]*),(.*)$/s.exec(String(worker)) ?? []
  if (body === undefined) return undefined
  const isEncoded = /;\s*base64$/.test(head!)
  return isEncoded ? Buffer.from(body, 'base64').toString() : decodeURIComponent(body)
}

function pathOf(file: string | URL): string {
  return file instanceof URL || file.startsWith('file:') ? fileURLToPath(file) : resolve(file)
}
