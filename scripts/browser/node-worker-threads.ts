/**
 * What our tests use of `node:worker_threads`, over a browser's Worker, so that the same tests and
 * the same worker files run in both. A browser's worker neither has data from its birth nor tells
 * when it has ended; see worker-birth.ts for what stands in for these.
 */
import { type Birth, ENDED } from './birth.ts'

type Listener = (value: unknown) => void

/** What a worker that has failed is reported by. */
interface Failure {
  readonly message: string
  preventDefault(): void
}

interface Thread {
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'error', listener: (event: Failure) => void): void
  postMessage(message: unknown): void
  terminate(): void
}

/** What a browser's global object has of this, whose types are not those of Node. */
interface Scope {
  readonly Worker: new (url: URL, options: { readonly type: 'module' }) => Thread
  postMessage(message: unknown): void
  readonly birth?: Birth
}

const scope = globalThis as unknown as Scope

export const isMainThread = scope.birth === undefined
export const workerData: unknown = scope.birth?.workerData
export const parentPort = {
  postMessage: (message: unknown): void => scope.postMessage(message),
}

export class Worker {
  readonly #thread: Thread
  readonly #listeners = new Map<string, Set<Listener>>()
  #hasEnded = false

  constructor(file: URL, { workerData }: { readonly workerData?: unknown } = {}) {
    this.#thread = new scope.Worker(new URL('./worker-birth.ts', import.meta.url), {
      type: 'module',
    })
    this.#thread.addEventListener('message', ({ data }) => {
      if (data === ENDED) this.#end()
      else this.#tell('message', data)
    })
    this.#thread.addEventListener('error', (event) => {
      // What is not handled here ends the worker that started this one, too.
      event.preventDefault()
      // A worker that was terminated may go on for a moment, in a page; in Node it says no more.
      if (!this.#hasEnded) this.#tell('error', new Error(`${file.pathname}: ${event.message}`))
      this.#end()
    })
    // Vite marks the addresses of workers that it recognizes, as what they are not: classic ones.
    const { href } = new URL(file.pathname, file)
    this.#thread.postMessage({ file: href, workerData } satisfies Birth)
  }

  on(event: string, listener: Listener): this {
    const known = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, known.add(listener))
    return this
  }

  once(event: string, listener: Listener): this {
    const first = (value: unknown): void => {
      this.#listeners.get(event)?.delete(first)
      listener(value)
    }
    return this.on(event, first)
  }

  postMessage(message: unknown): void {
    this.#thread.postMessage(message)
  }

  async terminate(): Promise<number> {
    this.#thread.terminate()
    this.#end()
    return 1
  }

  /** A page stays open anyway. */
  unref(): void {}

  #tell(event: string, value: unknown): void {
    for (const listener of this.#listeners.get(event) ?? []) listener(value)
  }

  #end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#tell('exit', 0)
  }
}
