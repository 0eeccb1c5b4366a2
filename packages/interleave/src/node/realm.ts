import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { runAsync, wrap } from '../runtime/functions.ts'
import { runtime } from '../runtime/index.ts'
import { endModule } from '../runtime/module-buffers.ts'
import { ModelPromise } from '../runtime/promise.ts'
import { shape } from '../runtime/shapes.ts'
import { state } from '../runtime/state.ts'
import { asSeen, type Linker, type Unit } from './linker.ts'
import type { Asker, Found } from './resolve.ts'

type Steps = Generator<unknown, unknown, unknown>
type Getters = Record<string, () => unknown>

/** A module of one realm. */
interface Instance {
  readonly unit: Unit
  /** What imports see. */
  seen: Record<string, unknown>
  /** What a script exports. */
  readonly module: { exports: unknown }
  status: 'running' | 'done' | 'failed'
  error: unknown
}

/**
 * The modules of one world, each run once: the program has one, and so has each thread that is a
 * worker. To run a module is to make steps, like to call any function, so that a worker's script
 * can wait where it stands.
 */
export class Realm {
  readonly #instances = new Map<string, Instance>()

  constructor(
    readonly linker: Linker,
    /** Modules that are given as they are, by name. */
    readonly provided: ReadonlyMap<string, unknown>,
  ) {}

  /** Runs a file's module, unless it has been run; gives what it exports. */
  *run(unit: Unit, asker: Asker): Steps {
    const known = this.#instances.get(unit.path)
    if (known !== undefined) {
      if (known.status === 'failed') throw known.error
      return seenBy(known, asker)
    }
    const instance: Instance = {
      unit,
      seen: Object.create(null) as Record<string, unknown>,
      module: { exports: {} },
      status: 'running',
      error: undefined,
    }
    Object.defineProperty(instance.seen, Symbol.toStringTag, { value: 'Module' })
    this.#instances.set(unit.path, instance)
    try {
      yield* unit.format === 'linked' ? this.#module(instance) : this.#script(instance)
      instance.status = 'done'
    } catch (error) {
      instance.status = 'failed'
      instance.error = error
      throw error
    } finally {
      endModule()
    }
    return seenBy(instance, asker)
  }

  #module({ unit, seen }: Instance): Steps {
    const { path } = unit
    const links = {
      import: (specifier: string) => this.import(specifier, path, 'import'),
      exports: (getters: Getters) => define(seen, getters),
      star: (from: Record<string, unknown>) => defineAll(seen, from),
      meta: metaOf(path),
      load: (specifier: unknown) => this.#load(String(specifier), path),
    }
    return unit.run.call(undefined, links, runtime)
  }

  #script({ unit, module }: Instance): Steps {
    const { path } = unit
    const require = this.#require(path)
    const links = { load: (specifier: unknown) => this.#load(String(specifier), path) }
    const own = Object.assign(module, { id: path, filename: path, children: [], paths: [] })
    const names = [module.exports, require, own, path, dirname(path)]
    return unit.run.call(module.exports, links, runtime, ...names)
  }

  #require(path: string): unknown {
    const self = this
    const steps = function* (specifier: string): Steps {
      return yield* self.import(specifier, path, 'require')
    }
    const native = createRequire(path)
    const require = wrap(steps as never, shape(0, 'require', 1))
    return Object.assign(require, {
      resolve: native.resolve,
      cache: native.cache,
      extensions: native.extensions,
      main: undefined,
    })
  }

  /** What a source gets that asks for a module by name. */
  *import(specifier: string, from: string, asker: Asker): Steps {
    const given = this.provided.get(specifier)
    if (given !== undefined) return given
    return yield* this.#found(this.linker.find(specifier, from, asker), asker)
  }

  *#found(found: Found, asker: Asker): Steps {
    if (found.kind === 'file' && this.linker.isCompiled(found.path)) {
      return yield* this.run(this.linker.unit(found.path), asker)
    }
    const given = found.kind === 'builtin' ? this.provided.get(found.name) : undefined
    return given === undefined ? this.linker.outside(found, asker) : given
  }

  /** `import()`: a promise of the world in which it is called. */
  #load(specifier: string, from: string): unknown {
    const self = this
    if (state.thread === undefined) {
      return this.linker.fetch(specifier, from).then((found) => {
        const given = this.provided.get(specifier)
        return given ?? runAsync(this.#found(found, 'import'))
      })
    }
    const made = new ModelPromise()
    const body = function* (): Steps {
      return yield* self.import(specifier, from, 'import')
    }
    const callback = wrap(body as never, shape(0, 'import'))
    state.thread.jobs.push({ callback, args: [], promise: made })
    return made
  }
}

function seenBy({ unit, seen, module }: Instance, asker: Asker): unknown {
  if (unit.format === 'linked') return seen
  return asSeen(module.exports, asker)
}

function define(seen: Record<string, unknown>, getters: Getters): void {
  // In the order of a module's namespace.
  for (const name of Object.keys(getters).sort()) {
    Object.defineProperty(seen, name, {
      get: getters[name]!,
      enumerable: true,
      configurable: true,
    })
  }
}

/** All that another module exports, but for its default and for what is exported by name. */
function defineAll(seen: Record<string, unknown>, from: Record<string, unknown>): void {
  for (const name of Object.keys(from)) {
    if (name === 'default' || Object.hasOwn(seen, name)) continue
    const get = (): unknown => from[name]
    Object.defineProperty(seen, name, { get, enumerable: true, configurable: true })
  }
}

function metaOf(path: string): object {
  const url = pathToFileURL(path).href
  const { resolve } = createRequire(path)
  return {
    url,
    filename: fileURLToPath(url),
    dirname: dirname(path),
    resolve: (specifier: string) => pathToFileURL(resolve(specifier)).href,
  }
}
