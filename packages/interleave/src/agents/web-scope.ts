import { state } from '../runtime/state.ts'
import { steppingFunction } from './listeners.ts'
import type { ModelPort } from './ports.ts'

type Names = Record<string, unknown>

/** Names that a worker of a browser finds in its world, and its page does not, or not so. */
export const SCOPED = [
  'self',
  'postMessage',
  'addEventListener',
  'removeEventListener',
  'onmessage',
  'close',
] as const

const scopes = new WeakMap<object, Names>()

/** What these names mean to the running thread; undefined where it is no worker. */
export function scopedGlobals(): Names | undefined {
  const own = state.thread?.scope
  if (own?.isWeb !== true) return undefined
  const port = own.parentPort as ModelPort
  let known = scopes.get(port)
  if (known === undefined) scopes.set(port, (known = scopeOf(port)))
  return known
}

export function setScoped(name: string, value: unknown): void {
  const scope = scopedGlobals()
  if (scope !== undefined) scope[name] = value
  else Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
}

function scopeOf(port: ModelPort): Names {
  const scope: Names = {
    postMessage: steppingFunction('postMessage', ((value: unknown, transfer: unknown) =>
      port.post(value, transfer)) as never),
    close: steppingFunction('close', (() => port.shut()) as never),
    addEventListener: (...args: [string, unknown]) => port.addEventListener(...args),
    removeEventListener: (...args: [string, unknown]) => port.removeEventListener(...args),
    get onmessage() {
      return port.onmessage
    },
    set onmessage(handler: unknown) {
      // oxlint-disable-next-line unicorn/prefer-add-event-listener
      port.onmessage = handler
    },
  }
  scope['self'] = new Proxy(globalThis, {
    get: (root, name) =>
      Object.hasOwn(scope, name) ? scope[name as string] : Reflect.get(root, name),
    set: (root, name, value) =>
      Object.hasOwn(scope, name)
        ? Reflect.set(scope, name, value)
        : Reflect.set(root, name, value),
  })
  return scope
}
