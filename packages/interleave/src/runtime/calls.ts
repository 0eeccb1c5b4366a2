import { answer } from './access.ts'
import { startAsync } from './async.ts'
import { type Body, compiledOf, enter, UNBOUND, wrap } from './functions.ts'
import { nativeOf } from './guards.ts'
import { checkArguments, checkConstruction, isCompiledClass } from './keeping.ts'
import { isLoading, noteBuffer } from './module-buffers.ts'
import { modelOf, snapshot } from './models.ts'
import type { SharedView } from './operation.ts'
import { placeOf } from './places.ts'
import { isPure } from './pure.ts'
import { never } from './refusal.ts'
import { withoutOwnFrames } from './stack.ts'
import { state } from './state.ts'
import { driveMethods, Steps } from './steps.ts'
import { isSharedView } from './views.ts'

type AnyFunction = (...args: unknown[]) => unknown

/** Functions that run code which no compiler has seen. */
const HIDING: ReadonlySet<unknown> = new Set([Reflect.get(globalThis, 'eval'), Function])

/**
 * Calls, as compiled code makes them. What a callee is turns out when it is called. A compiled
 * function has a generator, to which the caller delegates. A native function that would touch
 * shared memory or call back has a model, which does the same in steps. What is neither runs
 * natively: it is refused shared memory, unless it is known not to look inside, and what it may
 * have changed is noted as a change of which nothing is known. A compiled function that it calls
 * back cannot be suspended there, and is refused if it comes to a step.
 */

/** A native function as steps. */
export type NativeModel = (
  place: number,
  self: unknown,
  args: readonly unknown[],
) => Generator<unknown, unknown, unknown>

/** Methods of arrays that call back, by the native one; `array-models.ts` fills it. */
export const arrayModels = new Map<unknown, NativeModel>()

/** Functions of the host that put something off, by the native one; `timer-models.ts` fills it. */
export const nativeModels = new Map<unknown, NativeModel>()

/** Those of them that setup uses as well. */
export const setupModels = new Set<unknown>()

/** Workers and channels, by the host's classes; `agents/install.ts` fills it. */
export const agentModels = new Map<unknown, NativeModel>()

/** Constructors that call back, by the native one; `promise-models.ts` fills it. */
export const constructorModels = new Map<unknown, NativeModel>()

/** A call. True when it has steps, which are then `answer.steps`; else `answer` has its value. */
export function call(place: number, fn: unknown, self: unknown, args: unknown[]): boolean {
  const compiled = compiledOf(fn)
  if (compiled === undefined) return callOutside(place, fn as AnyFunction, self, args)
  state.callPlace = place
  const receiver = compiled.self === UNBOUND ? self : compiled.self
  const steps = compiled.body.apply(receiver, args as never[])
  if (compiled.kind === 1 || (compiled.kind === 2 && state.thread === undefined)) {
    answer.value = enter(steps, compiled.kind)
    if (compiled.shape.asksTarget) state.target = undefined
    return false
  }
  answer.steps = compiled.kind === 0 ? steps : startAsync(steps)
  return true
}

/** A method call; the same answers. */
export function callMethod(place: number, self: unknown, key: unknown, args: unknown[]): boolean {
  const fn = (self as Record<PropertyKey, unknown>)[key as PropertyKey]
  return call(place, fn, self, args)
}

/**
 * `new` of something that may copy what it is given, or call it back. True when that has steps;
 * else the source's own `new` may go on.
 */
export function construct(place: number, Class: unknown, args: unknown[]): boolean {
  const agent = state.isExploring ? agentModels.get(Class) : undefined
  if (agent !== undefined) {
    state.callPlace = place
    answer.steps = agent(place, undefined, args)
    return true
  }
  if (state.thread === undefined) {
    if (Class !== SharedArrayBuffer || !isLoading()) return false
    answer.steps = makeBuffer(args)
    return true
  }
  const compiled = compiledOf(Class)
  if (compiled?.shape.isConstructor) {
    answer.steps = constructed(place, Class as AnyFunction, args)
    return true
  }
  const model = constructorModels.get(Class)
  const copying =
    model === undefined && isSharedView(args[0])
      ? modelOf(Class as never, undefined, args)
      : undefined
  if (model === undefined && copying === undefined) {
    checkConstruction(place, Class, args)
    state.callPlace = place
    return false
  }
  answer.steps = model === undefined ? copying!(place) : model(place, undefined, args)
  return true
}

/** `new` of a function: what it returns, if that is an object, or the object that it was given. */
function* constructed(place: number, fn: AnyFunction, args: unknown[]) {
  const object = Object.create((fn.prototype as object | null) ?? Object.prototype) as object
  const { body, shape } = compiledOf(fn)!
  state.callPlace = place
  if (shape.asksTarget) state.target = fn
  const made = yield* body.apply(object, args as never[])
  const isObject = (typeof made === 'object' && made !== null) || typeof made === 'function'
  return isObject ? made : object
}

/** A buffer that a module makes when it is loaded. */
function* makeBuffer(args: unknown[]): Generator<unknown, unknown, unknown> {
  const buffer = new SharedArrayBuffer(...(args as [number]))
  noteBuffer(buffer)
  return buffer
}

/** What a constructor hands to the class above it, which may be a native one. */
export function parentArguments(place: number, target: unknown, args: unknown[]): unknown[] {
  if (state.thread === undefined) return args
  let Class = target
  while (isCompiledClass(Class)) Class = Object.getPrototypeOf(Class as object)
  if (Class !== Function.prototype) checkConstruction(place, Class, args)
  return args
}

function callOutside(place: number, given: AnyFunction, self: unknown, args: unknown[]): boolean {
  const fn = nativeOf(given) as AnyFunction
  if (fn === Function.prototype.call) return call(place, self, args[0], args.slice(1))
  if (fn === Function.prototype.apply) return applied(place, self, args[0], args[1])
  if (fn === Reflect.apply) return applied(place, args[0], args[1], args[2])
  if (fn === Function.prototype.bind && compiledOf(self) !== undefined) return bind(self, args)
  if (self instanceof Steps && driveMethods.has(fn)) {
    answer.steps = self.drive(fn.name as 'next', args[0])
    return true
  }
  const model = modelOf(fn, self, args)
  if (model !== undefined) {
    answer.steps = model(place)
    return true
  }
  const putsOff = canModel(fn) ? nativeModels.get(fn) : undefined
  if (putsOff !== undefined) {
    state.callPlace = place
    answer.steps = putsOff(place, self, args)
    return true
  }
  const callsBack = compiledOf(args[0]) !== undefined || compiledOf(args[1]) !== undefined
  const arrayModel = callsBack && Array.isArray(self) ? arrayModels.get(fn) : undefined
  if (arrayModel !== undefined) {
    answer.steps = arrayModel(place, self, args)
    return true
  }
  return callNative(place, fn, self, args, given)
}

/** Whether a model stands for the host's function: in a thread, or if setup needs it too. */
function canModel(fn: unknown): boolean {
  return state.thread !== undefined || (state.isExploring && setupModels.has(fn))
}

/** Calls what is not compiled; `given` is the function, or a guard of it, which looks first. */
function callNative(
  place: number,
  fn: AnyFunction,
  self: unknown,
  args: unknown[],
  given: AnyFunction,
): boolean {
  if (typeof fn !== 'function') throw new TypeError(`${calleeAt(place, fn)} is not a function`)
  if (state.thread !== undefined) {
    if (HIDING.has(fn)) never(place, 'eval')
    checkArguments(place, fn, self, args)
  }
  const before = state.outside
  state.outside = fn.name
  state.callPlace = place
  answer.value = printers.has(fn)
    ? print(given, self, args)
    : state.thread === undefined
      ? applyOutside(given, self, args)
      : Reflect.apply(given, self, args)
  state.outside = before
  if (state.thread !== undefined && !isPure(fn)) state.thread.changes.note()
  return false
}

/** A call in no thread; what it throws points at the caller, and not at this package. */
function applyOutside(fn: AnyFunction, self: unknown, args: unknown[]): unknown {
  try {
    return Reflect.apply(fn, self, args)
  } catch (error) {
    throw withoutOwnFrames(error)
  }
}

/** The functions of the host's console, which put off what is no business of the program's. */
const printers = new Set<unknown>(
  Object.values((globalThis as { console?: object }).console ?? {}),
)

function print(fn: AnyFunction, self: unknown, args: unknown[]): unknown {
  const { thread } = state
  state.thread = undefined
  try {
    return Reflect.apply(fn, self, args)
  } finally {
    state.thread = thread
  }
}

/** The text of what is called, as the language's own message has it. */
function calleeAt(place: number, fn: unknown): string {
  const { expression } = placeOf(place)
  let depth = 0
  for (let i = expression.length - 1; i > 0; i--) {
    if (expression[i] === ')') depth++
    else if (expression[i] === '(' && --depth === 0) return expression.slice(0, i)
  }
  return String(fn)
}

/** A call with a list of arguments, which may be shared memory. */
function applied(place: number, fn: unknown, self: unknown, list: unknown): boolean {
  if (isSharedView(list) && state.thread !== undefined) {
    answer.steps = applyShared(place, fn, self, list)
    return true
  }
  const args: unknown[] = []
  const length = lengthOfList(list)
  for (let i = 0; i < length; i++) args.push((list as ArrayLike<unknown>)[i])
  return call(place, fn, self, args)
}

function lengthOfList(list: unknown): number {
  if (list === undefined || list === null) return 0
  if (typeof list === 'object') return (list as { length: number }).length
  throw new TypeError('CreateListFromArrayLike called on non-object')
}

function* applyShared(place: number, fn: unknown, self: unknown, list: SharedView) {
  const args = yield* snapshot(place, list)
  return call(place, fn, self, args) ? yield* answer.steps! : answer.value
}

function bind(target: unknown, args: unknown[]): boolean {
  const { body, shape, self: own } = compiledOf(target)!
  const [given, ...first] = args
  const self = own === UNBOUND ? given : own
  const bound = (...rest: never[]) => body.apply(self, [...(first as never[]), ...rest])
  const name = `bound ${(target as AnyFunction).name}`
  const length = Math.max(0, (target as AnyFunction).length - first.length)
  answer.value = wrap(bound as Body, { ...shape, name, length, isConstructor: false }, self)
  return false
}
