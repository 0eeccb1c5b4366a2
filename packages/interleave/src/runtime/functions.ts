import { startAsync } from './async.ts'
import { resumeDirectly, runDirectly } from './direct.ts'
import { CALLED_FROM_OUTSIDE } from './refusal.ts'
import type { FunctionKind, Shape } from './shapes.ts'
import { AWAIT, COMPILED, state, STEP } from './state.ts'
import { Steps } from './steps.ts'

export type Body = (this: unknown, ...args: never[]) => Generator<unknown, unknown, unknown>

/** How a function of the source is called in its compiled form. */
export interface Compiled {
  readonly body: Body
  /** An arrow function's own `this`; `UNBOUND` for other functions. */
  readonly self: unknown
  readonly kind: FunctionKind
  readonly shape: Shape
}

export const UNBOUND: unique symbol = Symbol('unbound')

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown
type Wrapped = AnyFunction & { [COMPILED]?: Compiled }

/**
 * The function that code sees: callable from anywhere, and carrying its compiled form. It has the
 * name, the length and the kind that the source's has, and `new` takes it if it takes that.
 */
export function wrap(body: Body, shape: Shape, self: unknown = UNBOUND): AnyFunction {
  const compiled: Compiled = { body, self, kind: shape.kind, shape }
  const wrapper = shape.isConstructor
    ? ordinary(compiled)
    : shape.isArrow
      ? arrowLike(compiled)
      : methodLike(compiled)
  const { name, length } = shape
  if (name !== undefined) Object.defineProperty(wrapper, 'name', nameOf(name))
  if (length > 0) Object.defineProperty(wrapper, 'length', { value: length, configurable: true })
  Object.defineProperty(wrapper, COMPILED, { value: compiled, configurable: true })
  if (shape.kind !== 0) asKind(wrapper, shape.kind)
  return wrapper
}

function nameOf(name: string): PropertyDescriptor {
  return { value: name, configurable: true }
}

/** Gives a function the name of a computed key. */
export function rename(wrapper: AnyFunction, key: PropertyKey): AnyFunction {
  return Object.defineProperty(wrapper, 'name', nameOf(labelOf(key)))
}

export function labelOf(key: PropertyKey): string {
  if (typeof key !== 'symbol') return String(key)
  return key.description === undefined ? '' : `[${key.description}]`
}

/** A function that `new` takes. */
function ordinary(compiled: Compiled): Wrapped {
  if (compiled.shape.asksTarget) {
    return function (this: unknown): unknown {
      state.target = new.target
      return run(compiled, this, arguments)
    }
  }
  return function (this: unknown): unknown {
    return run(compiled, this, arguments)
  }
}

/** A function without a `this` of its own, which is the cheapest to make. */
function arrowLike(compiled: Compiled): Wrapped {
  return (...args) => run(compiled, undefined, args)
}

/** A function that is none to construct with. */
function methodLike(compiled: Compiled): Wrapped {
  return {
    [NAMELESS](this: unknown): unknown {
      return run(compiled, this, arguments)
    },
  }[NAMELESS]!
}

/** The name of a function that has none. */
const NAMELESS = ''

function run(
  { body, self, kind, shape }: Compiled,
  it: unknown,
  args: ArrayLike<unknown>,
): unknown {
  return enter(body.apply(self === UNBOUND ? it : self, args as never), kind, shape.name)
}

const prototypes: readonly object[] = [
  Function.prototype,
  Object.getPrototypeOf(function* () {}) as object,
  Object.getPrototypeOf(async () => {}) as object,
]

/** Makes the function one of generator functions or of async functions. */
function asKind(wrapper: AnyFunction, kind: FunctionKind): void {
  Object.setPrototypeOf(wrapper, prototypes[kind]!)
  if (kind !== 1) return
  const made = Object.create(Steps.prototype) as object
  Object.defineProperty(wrapper, 'prototype', { value: made, writable: true })
}

/** Ties a hoisted function declaration to its compiled form. */
export function pair(wrapper: AnyFunction, body: Body, shape: Shape): void {
  const compiled: Compiled = { body, self: UNBOUND, kind: shape.kind, shape }
  Object.defineProperty(wrapper, COMPILED, { value: compiled, configurable: true })
  if (shape.kind !== 0) asKind(wrapper, shape.kind)
}

/** The compiled form of a function, if it has one. */
export function compiledOf(fn: unknown): Compiled | undefined {
  return (fn as Wrapped | null | undefined)?.[COMPILED]
}

/** The `new.target` of the compiled function that has just begun. */
export function takeTarget(): unknown {
  const { target } = state
  state.target = undefined
  return target
}

const privates = new WeakMap<object, AnyFunction>()

/** A private method as a value: the same function each time. */
export function privateValue(body: Body, kind: FunctionKind): AnyFunction {
  let made = privates.get(body)
  if (made === undefined) {
    const { name, length } = body as unknown as AnyFunction
    const source = `${name}() { [private method] }`
    const end = source.length
    const form = { isConstructor: false, isArrow: false, asksTarget: false, source, start: 0, end }
    privates.set(body, (made = wrap(body, { kind, name, length, ...form })))
  }
  return made
}

/** What calling a compiled function from outside gives: its result, iterator or promise. */
export function enter(
  steps: Generator<unknown, unknown, unknown>,
  kind: FunctionKind,
  name = '',
): unknown {
  // A caller outside stands at no place that the compiler knows.
  state.callPlace = 0
  if (kind === 1) return new Steps(steps)
  if (kind === 2)
    return state.thread === undefined ? runAsync(steps) : runDirectly(startAsync(steps))
  return runDirectly(steps, CALLED_FROM_OUTSIDE, name)
}

/**
 * An async function outside any checked thread: an ordinary one, on the host's own promises. What
 * it is about to access or to await is performed at once, before any other function can run.
 */
export function runAsync(steps: Generator<unknown, unknown, unknown>): Promise<unknown> {
  return drive(steps, () => steps.next())
}

type Result = IteratorResult<unknown, unknown>

async function drive(
  steps: Generator<unknown, unknown, unknown>,
  begin: () => Result,
): Promise<unknown> {
  let result = settled(steps, begin())
  while (!result.done) {
    let go: () => Result
    try {
      const value = await (result.value as { awaited: unknown }).awaited
      go = () => steps.next(value)
    } catch (error) {
      go = () => steps.throw(error)
    }
    result = settled(steps, go())
  }
  return result.value
}

/** Makes all steps up to the next await, and takes hold of what is awaited. */
function settled(steps: Generator<unknown, unknown, unknown>, first: Result): Result {
  let result = first
  while (!result.done && result.value === STEP) {
    result = resumeDirectly(steps, CALLED_FROM_OUTSIDE)
  }
  if (result.done) return result
  if (result.value !== AWAIT) throw new Error('expected a step or an await from compiled code')
  return { done: false, value: { awaited: state.awaited } }
}
