import type { NativeModel } from '../runtime/calls.ts'
import { call } from '../runtime/calls.ts'
import { answer } from '../runtime/access.ts'
import { compiledOf } from '../runtime/functions.ts'
import { ModelPromise } from '../runtime/promise.ts'
import { startTimer } from '../runtime/timer-models.ts'
import { callListener, Listeners, underway } from './listeners.ts'

type Steps = Generator<unknown, unknown, unknown>
type AnyFunction = (this: unknown, ...args: unknown[]) => unknown

/**
 * Events of the host's own objects. The host would call listeners where they cannot be suspended;
 * so those that a compiled function listens with are kept here, and what dispatches an event calls
 * them step by step. Other listeners stay with the host.
 */
const listeners = new WeakMap<object, Listeners>()

function listenersOf(target: object): Listeners {
  let known = listeners.get(target)
  if (known === undefined) listeners.set(target, (known = new Listeners()))
  return known
}

/** Whether a listener is the program's: a compiled function, or an object with one. */
function isCompiled(callback: unknown): boolean {
  if (compiledOf(callback) !== undefined) return true
  const isObject = typeof callback === 'object' && callback !== null
  return isObject && compiledOf((callback as { handleEvent?: unknown }).handleEvent) !== undefined
}

/** `add`, by the host's own function for what is not compiled. */
export function addEventListener(native: AnyFunction): NativeModel {
  return function* (_, self, [type, callback, options]) {
    if (!isCompiled(callback)) return Reflect.apply(native, self, [type, callback, options])
    const { once, signal } = (options ?? {}) as { once?: boolean; signal?: AbortSignal }
    if (signal?.aborted) return undefined
    const list = listenersOf(self as object)
    const isCapturing = captures(options)
    list.add(String(type), callback, once === true, false, isCapturing)
    if (signal !== undefined) {
      afterAbort(signal, () => list.remove(String(type), callback, isCapturing))
    }
    return undefined
  }
}

export function removeEventListener(native: AnyFunction): NativeModel {
  return function* (_, self, [type, callback, options]) {
    if (!isCompiled(callback)) return Reflect.apply(native, self, [type, callback, options])
    listenersOf(self as object).remove(String(type), callback, captures(options))
    return undefined
  }
}

function captures(options: unknown): boolean {
  if (typeof options === 'boolean') return options
  return Boolean((options as { capture?: unknown } | null | undefined)?.capture)
}

export function dispatchEvent(native: AnyFunction): NativeModel {
  return function* (_, self, [event]) {
    const isGood = Reflect.apply(native, self, [event])
    yield* dispatchTo(self as object, event as Event)
    return isGood === true && !(event as Event).defaultPrevented
  }
}

/** Calls those that are kept here. */
function dispatchTo(target: object, event: Event): Steps {
  const dispatch = listenersOf(target).dispatch(event.type, target, [event], event)
  return underway(event, target, dispatch)
}

/** `getEventListeners(target, type)`, with those that are kept here. */
export function getListeners(native: AnyFunction): NativeModel {
  return function* (_, __, [target, type]) {
    const own = listenersOf(target as object).of(String(type))
    const theirs = Reflect.apply(native, undefined, [target, type]) as unknown[]
    return [...theirs, ...own.map(({ callback }) => callback)]
  }
}

/** What is to be done when a signal aborts, before its listeners are called. */
const aborting = new WeakMap<AbortSignal, (() => void)[]>()
/** Controllers of signals that follow others. */
const followers = new WeakMap<AbortSignal, AbortController[]>()

export function afterAbort(signal: AbortSignal, then: () => void): void {
  const list = aborting.get(signal)
  if (list === undefined) aborting.set(signal, [then])
  else list.push(then)
}

/** `controller.abort(reason)`, whose listeners are called before it returns. */
export function abort(native: AnyFunction): NativeModel {
  const abortOne = function* (self: unknown, args: readonly unknown[]): Steps {
    const { signal } = self as AbortController
    if (signal.aborted) return undefined
    Reflect.apply(native, self, args)
    for (const then of aborting.get(signal) ?? []) then()
    yield* dispatchTo(signal, new Event('abort'))
    for (const follower of followers.get(signal) ?? []) {
      yield* abortOne(follower, [signal.reason])
    }
    return undefined
  }
  return (_, self, args) => abortOne(self, args)
}

/** `AbortSignal.timeout`: a timer's moment. */
export function abortAfter(): NativeModel {
  const stop = abort(AbortController.prototype.abort as AnyFunction)
  return function* (place) {
    const controller = new AbortController()
    const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError')
    yield* startTimer(place, () => stop(place, controller, [reason]))
    return controller.signal
  }
}

/** `AbortSignal.any`. */
export function* abortAny(_place: number, _: unknown, [signals]: readonly unknown[]): Steps {
  const controller = new AbortController()
  for (const signal of signals as Iterable<AbortSignal>) {
    if (signal.aborted) return AbortSignal.abort(signal.reason)
    const list = followers.get(signal)
    if (list === undefined) followers.set(signal, [controller])
    else list.push(controller)
  }
  return controller.signal
}

/** `once(emitter, type, { signal })`: a promise of the thread's own. */
export function* once(
  _place: number,
  _: unknown,
  [from, name, options]: readonly unknown[],
): Steps {
  const promise = new ModelPromise()
  const { signal } = (options ?? {}) as { signal?: AbortSignal }
  if (signal?.aborted) throw abortedBy(signal)
  const type = String(name)
  const heard = (...values: unknown[]): void => promise.resolve(values)
  const failed = (error: unknown): void => promise.settle(false, error)
  const isEmitter = typeof (from as Partial<Emitter>).once === 'function'
  if (isEmitter) {
    const emitter = from as Emitter
    emitter.once(name, heard)
    if (name !== 'error') emitter.once('error', failed)
  } else listenersOf(from as object).add(type, heard, true, false)
  if (signal !== undefined) {
    afterAbort(signal, () => {
      if (isEmitter) (from as Emitter).removeListener(name, heard)
      else listenersOf(from as object).remove(type, heard)
      failed(abortedBy(signal))
    })
  }
  return promise
}

/** The error of what waits when a signal aborts, as Node makes it. */
export function abortedBy(signal: AbortSignal): Error {
  const error = new Error('The operation was aborted', { cause: signal.reason })
  return Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' })
}

interface Emitter {
  once(type: unknown, listener: AnyFunction): void
  rawListeners(type: unknown): (AnyFunction & { listener?: AnyFunction })[]
  removeListener(type: unknown, listener: AnyFunction): void
}

/** `emit` of Node's emitters, whose listeners are called in order before it returns. */
export function emit(native: AnyFunction): NativeModel {
  return function* (place, self, args) {
    const emitter = self as Emitter
    const [type, ...values] = args
    const list = emitter.rawListeners(type)
    if (list.length === 0) return Reflect.apply(native, self, args as unknown[])
    for (const listener of list) {
      const fn = listener.listener ?? listener
      if (fn !== listener) emitter.removeListener(type, listener)
      if (compiledOf(fn) === undefined) yield* callListener(fn, self, values)
      else if (call(place, fn, self, values)) yield* answer.steps!
    }
    return true
  }
}
