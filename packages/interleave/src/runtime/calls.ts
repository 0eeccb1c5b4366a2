import { answer } from './access.ts'
import { startAsync } from './async.ts'
import { type Body, compiledOf, enter, UNBOUND, wrap } from './functions.ts'
import { modelOf } from './models.ts'
import { isPure } from './pure.ts'
import { refuse } from './refusal.ts'
import { state } from './state.ts'
import { Steps } from './steps.ts'
import { isSharedView } from './views.ts'

type AnyFunction = (...args: unknown[]) => unknown

/**
 * Calls, as compiled code makes them. What a callee is turns out when it is called. A compiled
 * function has a generator, to which the caller delegates. A native function that would touch
 * shared memory or call back has a model, which does the same in steps. What is neither runs
 * natively: it is refused shared memory, unless it is known not to look inside, and what it may
 * have changed is noted as a change of which nothing is known. A compiled function that it calls
 * back cannot be suspended there, and is refused if it comes to a step.
 */

/** A native method of arrays as steps. */
export type ArrayModel = (
  place: number,
  array: readonly unknown[],
  args: readonly unknown[],
) => Generator<unknown, unknown, unknown>

/** By the native method; `array-models.ts` fills it, whose models call back through `call`. */
export const arrayModels = new Map<unknown, ArrayModel>()

/** A call. True when it has steps, which are then `answer.steps`; else `answer` has its value. */
export function call(place: number, fn: unknown, self: unknown, args: unknown[]): boolean {
  const compiled = compiledOf(fn)
  if (compiled === undefined) return callOutside(place, fn as AnyFunction, self, args)
  state.callPlace = place
  const receiver = compiled.self === UNBOUND ? self : compiled.self
  const steps = compiled.body.apply(receiver, args as never[])
  if (compiled.kind === 1 || (compiled.kind === 2 && state.thread === undefined)) {
    answer.value = enter(steps, compiled.kind)
    return false
  }
  answer.steps = compiled.kind === 0 ? steps : startAsync(steps)
  return true
}

/** A method call; the same answers. */
export function callMethod(place: number, self: unknown, key: unknown, args: unknown[]): boolean {
  const fn = (self as Record<PropertyKey, unknown>)[key as PropertyKey]
  if (typeof fn !== 'function') throw new TypeError(`${String(key)} is not a function`)
  if (self instanceof Steps && driveMethods.has(key)) {
    answer.steps = self.drive(key as 'next', args[0])
    return true
  }
  return call(place, fn, self, args)
}

/** `new` of something that may copy shared memory. */
export function construct(place: number, Class: unknown, args: unknown[]): boolean {
  const model = isSharedView(args[0]) ? modelOf(Class as never, undefined, args) : undefined
  if (model !== undefined) {
    answer.steps = model(place)
    return true
  }
  answer.value = Reflect.construct(Class as AnyFunction, args)
  return false
}

const driveMethods: ReadonlySet<unknown> = new Set(['next', 'throw', 'return'])

function callOutside(place: number, fn: AnyFunction, self: unknown, args: unknown[]): boolean {
  if (fn === Function.prototype.call) return call(place, self, args[0], args.slice(1))
  if (fn === Function.prototype.apply) {
    return call(place, self, args[0], Array.from((args[1] ?? []) as unknown[]))
  }
  if (fn === Function.prototype.bind && compiledOf(self) !== undefined) return bind(self, args)
  const model = modelOf(fn, self, args)
  if (model !== undefined) {
    answer.steps = model(place)
    return true
  }
  const arrayModel = compiledOf(args[0]) && Array.isArray(self) ? arrayModels.get(fn) : undefined
  if (arrayModel !== undefined) {
    answer.steps = arrayModel(place, self as unknown[], args)
    return true
  }
  if (state.thread !== undefined) checkArguments(place, fn, self, args)
  if (typeof fn !== 'function') throw new TypeError(`${String(fn)} is not a function`)
  const before = state.outside
  state.outside = fn.name
  answer.value = Reflect.apply(fn, self, args)
  state.outside = before
  if (state.thread !== undefined && !isPure(fn)) state.thread.changes.note()
  return false
}

function bind(target: unknown, args: unknown[]): boolean {
  const { body, kind } = compiledOf(target)!
  const [self, ...first] = args
  const bound = (...rest: never[]) => body.apply(self, [...(first as never[]), ...rest])
  answer.value = wrap(bound as Body, kind, `bound ${(target as AnyFunction).name}`, self)
  return false
}

/** Code that is not compiled would touch shared memory that it is given, unseen by the checker. */
function checkArguments(place: number, fn: AnyFunction, self: unknown, args: unknown[]): void {
  if (isPure(fn)) return
  if (!args.some(isSharedView) && !isSharedView(self)) return
  throw refuse(
    place,
    `${fn.name || 'a function'} is given shared memory and is not compiled; ` +
      'name its module to the checker, or copy what it needs first',
  )
}
