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
  readonly isCapturing: boolean
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

  /** An emitter, unlike other targets, calls who was removed meanwhile all the same. */
  constructor(readonly isEmitter = false) {}

  add(
    type: string,
    callback: unknown,
    isOnce: boolean,
    isPlain: boolean,
    isCapturing = false,
  ): void {
    if (callback === null || callback === undefined) return
    const isThere = this.#at(type, callback, isCapturing) >= 0
    if (!isPlain && isThere) return
    this.#list.push({ type, callback, isOnce, isPlain, isCapturing })
  }

  remove(type: string, callback: unknown, isCapturing = false): void {
    const at = this.#at(type, callback, isCapturing)
    if (at >= 0) this.#list.splice(at, 1)
  }

  #at(type: string, callback: unknown, isCapturing: boolean): number {
    return this.#list.findLastIndex(
      (l) => l.type === type && l.callback === callback && l.isCapturing === isCapturing,
    )
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
    for (const listener of list) {
      if (isStopped(event)) break
      const { callback, isOnce, isPlain, isCapturing } = listener
      if (!this.isEmitter && !this.#list.includes(listener)) continue
      if (isOnce) this.remove(type, callback, isCapturing)
      yield* callListener(callback, self, isPlain ? values : [event])
    }
    return list.length > 0
  }
}

/** Events of the host's own that their listeners have stopped. */
const stopped = new WeakSet<object>()

function isStopped(event: unknown): boolean {
  if (typeof event !== 'object' || event === null) return false
  return stopped.has(event) || (event as { isStopped?: boolean }).isStopped === true
}

const AT_TARGET = 2

/** Has an event of the host's own know where it is while listeners of a target are called. */
export function* underway(event: Event, target: unknown, dispatch: Steps): Steps {
  const stop = (): void => void stopped.add(event)
  const own = { currentTarget: target, eventPhase: AT_TARGET, stopImmediatePropagation: stop }
  const { target: known } = event
  if (known === null) Object.defineProperty(event, 'target', { value: target })
  for (const [name, value] of Object.entries(own)) {
    Object.defineProperty(event, name, { value, configurable: true })
  }
  try {
    return yield* dispatch
  } finally {
    for (const name of Object.keys(own)) Reflect.deleteProperty(event, name)
  }
}
