import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { types } from 'node:util'
import { Script } from 'node:vm'
import { state } from '../runtime/state.ts'
import { compileFile, type CompiledFile, compileText } from './compile-file.ts'
import { type Asker, declaredFormat, find, type Found, packageOf } from './resolve.ts'
import { Selection } from './selection.ts'

/** A compiled file's function; what it is given the realm knows. */
export type ModuleFunction = (
  this: unknown,
  ...args: unknown[]
) => Generator<unknown, unknown, unknown>

/** A compiled file, ready to be run, any number of times. */
export interface Unit {
  readonly path: string
  readonly format: 'linked' | 'commonjs'
  readonly requests: readonly string[]
  readonly run: ModuleFunction
}

export interface LinkerOptions {
  readonly packages: readonly string[]
  readonly conditions: readonly string[]
  /** Modules that are given as they are, by name. */
  readonly provided: ReadonlyMap<string, unknown>
}

/**
 * Finds, compiles and keeps the files of a program. Modules that are not compiled and can only be
 * imported are fetched beforehand, by `prepare`, because compiled code never waits for one.
 */
export class Linker {
  readonly #units = new Map<string, Unit>()
  /** Modules that are not compiled, by path. */
  readonly #outside = new Map<string, unknown>()
  readonly #selection: Selection

  constructor(
    readonly entry: string,
    readonly options: LinkerOptions,
  ) {
    this.#selection = new Selection(options.packages, packageOf(entry)?.folder)
  }

  find(specifier: string, from: string, asker: Asker): Found {
    return find(specifier, from, asker, this.options.conditions)
  }

  isCompiled(path: string): boolean {
    return path === this.entry || this.#selection.includes(path)
  }

  /** A compiled file. Throws a `CompileError`, with place and reason, for what is no JavaScript. */
  unit(path: string): Unit {
    let unit = this.#units.get(path)
    if (unit === undefined) {
      unit = unitOf(path, compileFile(path, declaredFormat(path)))
      this.#units.set(path, unit)
    }
    return unit
  }

  /** Compiles a file and what it imports, and imports what is not compiled. */
  async prepare(path: string): Promise<void> {
    const seen = new Set<string>()
    const prepareOne = async (one: string): Promise<void> => {
      if (seen.has(one)) return
      seen.add(one)
      for (const request of this.unit(one).requests) {
        if (this.options.provided.has(request)) continue
        const found = this.find(request, one, 'import')
        if (found.kind !== 'file' || found.path.endsWith('.json')) continue
        if (this.isCompiled(found.path)) await prepareOne(found.path)
        else await this.#fetch(found.path)
      }
    }
    await prepareOne(path)
  }

  async #fetch(path: string): Promise<void> {
    if (this.#outside.has(path)) return
    this.#outside.set(path, await import(pathToFileURL(path).href))
  }

  /** A module that is not compiled, as whoever asks gets it. */
  outside(found: Found, asker: Asker): unknown {
    const native = createRequire(this.entry)
    const require = (path: string): unknown => unexplored(() => native(path))
    if (found.kind === 'builtin') return asSeen(require(found.name), asker)
    if (found.path.endsWith('.json')) {
      return asSeen(JSON.parse(readFileSync(found.path, 'utf8')), asker)
    }
    const fetched = asker === 'import' ? this.#outside.get(found.path) : undefined
    return fetched ?? asSeen(require(found.path), asker)
  }

  /** Fetches a module that is imported while the program runs. */
  async fetch(specifier: string, from: string): Promise<Found> {
    const found = this.find(specifier, from, 'import')
    if (found.kind === 'builtin') return found
    if (this.isCompiled(found.path)) await this.prepare(found.path)
    else if (!found.path.endsWith('.json')) await this.#fetch(found.path)
    return found
  }
}

/** A text as a compiled file, which no module can import. */
export function unitOfText(text: string, path: string): Unit {
  return unitOf(path, compileText(text, path, undefined))
}

function unitOf(path: string, { code, map, format, requests }: CompiledFile): Unit {
  const own = { ...map, sources: [pathToFileURL(path).href] }
  const encoded = Buffer.from(JSON.stringify(own)).toString('base64')
  const comment = `//# sourceMappingURL=data:application/json;base64,${encoded}`
  // A parenthesis begins the text, so that it is an expression, whose value the script gives.
  const script = new Script(`${code}\n${comment}`, { filename: `${path}.compiled.js` })
  const run = script.runInThisContext() as ModuleFunction
  return { path, format, requests, run }
}

/**
 * Loads what is not compiled as if no program were explored: it is loaded once, and what it makes
 * meanwhile would be made in the first execution and in no other.
 */
function unexplored<T>(load: () => T): T {
  const { thread, isExploring } = state
  Object.assign(state, { thread: undefined, isExploring: false })
  try {
    return load()
  } finally {
    Object.assign(state, { thread, isExploring })
  }
}

/** What an import sees of a module that `require` would give. */
export function asSeen(exports: unknown, asker: Asker): unknown {
  if (asker === 'require' || types.isModuleNamespaceObject(exports)) return exports
  const seen = Object.create(null) as Record<string, unknown>
  if (exports !== null && (typeof exports === 'object' || typeof exports === 'function')) {
    for (const name of Object.keys(exports)) {
      const get = (): unknown => (exports as Record<string, unknown>)[name]
      Object.defineProperty(seen, name, { get, enumerable: true, configurable: true })
    }
  }
  Object.defineProperty(seen, 'default', { value: exports, enumerable: true })
  return seen
}
