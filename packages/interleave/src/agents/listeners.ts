import { answer } from '../runtime/access.ts'
import { call } from '../runtime/calls.ts'
import { wrap } from '../runtime/functions.ts'
import { shape } from '../runtime/shapes.ts'

type Steps = Generator<unknown, unknown, unknown>

interface Listener {
  readonly type: string
  readonly callback: unknown
  readonly isOnce: boolean
  /** Whether it is given what was sent, as Node's are, or an event that holds it. */
  readonly isPlain: boolean
}

/** A function of a model, which compiled code calls step by step. */
export function steppingFunction(
  name: string,
  body: (this: never, ...args: never[]) => Steps,
): (...args: unknown[]) => unknown {
  return wrap(body as never, shape(0, name))
}

/** Calls what listens: a function, or an object that handles events. */
export function* callListener(callback: unknown, self: unknown, args: unknown[]): Steps {
  const isObject = typeof callback === 'object' && callback !== null
  const fn = isObject ? (callback as { handleEvent: unknown }).handleEvent : callback
  const receiver = isObject ? callback : self
  return call(0, fn, receiver, args) ? yield* answer.steps! : answer.value
}

/** What has been asked to be called when something happens to an object, in order. */
export class Listeners {
  #list: Listener[] = []

  add(type: string, callback: unknown, isOnce: boolean, isPlain: boolean): void {
    if (callback === null || callback === undefined) return
    const isThere = this.#list.some((l) => l.type === type && l.callback === callback)
    if (!isPlain && isThere) return
    this.#list.push({ type, callback, isOnce, isPlain })
  }

  remove(type: string, callback: unknown): void {
    const at = this.#list.findLastIndex((l) => l.type === type && l.callback === callback)
    if (at >= 0) this.#list.splice(at, 1)
  }

  clear(type: string | undefined): void {
    this.#list = this.#list.filter((l) => type !== undefined && l.type !== type)
  }

  of(type: string): readonly Listener[] {
    return this.#list.filter((l) => l.type === type)
  }

  /** Calls those of a type. `values` is what plain ones are given, `event` what the others are. */
  *dispatch(type: string, self: unknown, values: unknown[], event: unknown): Steps {
    const list = this.of(type)
    for (const { callback, isOnce, isPlain } of list) {
      if ((event as { isStopped?: boolean } | undefined)?.isStopped) break
      if (isOnce) this.remove(type, callback)
      yield* callListener(callback, self, isPlain ? values : [event])
    }
    return list.length > 0
  }
}
