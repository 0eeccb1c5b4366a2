import { startAsync } from './async.ts'
import { resumeDirectly, runDirectly } from './direct.ts'
import { CALLED_FROM_OUTSIDE } from './refusal.ts'
import { AWAIT, COMPILED, state, STEP } from './state.ts'
import { Steps } from './steps.ts'

export type Body = (this: unknown, ...args: never[]) => Generator<unknown, unknown, unknown>

/** How a function of the source is called in its compiled form. */
export interface Compiled {
  readonly body: Body
  /** An arrow function's own `this`; `UNBOUND` for other functions. */
  readonly self: unknown
  readonly kind: FunctionKind
}

/** A plain function, a generator function of the source, or an async one. */
export type FunctionKind = 0 | 1 | 2
export const UNBOUND: unique symbol = Symbol('unbound')

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown

/** The function that code sees: callable from anywhere, and carrying its compiled form. */
export function wrap(body: Body, kind: FunctionKind, name?: string, self: unknown = UNBOUND) {
  const wrapper = anonymous(function (this: unknown, ...args: unknown[]): unknown {
    const receiver = self === UNBOUND ? this : self
    return enter(body.apply(receiver, args as never[]), kind, wrapper.name)
  })
  if (name !== undefined)
    Object.defineProperty(wrapper, 'name', { value: name, configurable: true })
  return pair(wrapper, body, kind, self)
}

/** A function that is given to this one does not get the name of a variable. */
function anonymous(fn: AnyFunction): AnyFunction {
  return fn
}

/** Ties a hoisted function declaration to its compiled form. */
export function pair(
  wrapper: AnyFunction,
  body: Body,
  kind: FunctionKind,
  self: unknown = UNBOUND,
): AnyFunction {
  const compiled: Compiled = { body, self, kind }
  Object.defineProperty(wrapper, COMPILED, { value: compiled, configurable: true })
  return wrapper
}

/** The compiled form of a function, if it has one. */
export function compiledOf(fn: unknown): Compiled | undefined {
  return (fn as { [COMPILED]?: Compiled } | null | undefined)?.[COMPILED]
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

/** An async function outside any checked thread: an ordinary one, on the host's own promises. */
async function runAsync(steps: Generator<unknown, unknown, unknown>): Promise<unknown> {
  let result = steps.next()
  while (!result.done) {
    if (result.value === STEP) result = resumeDirectly(steps, CALLED_FROM_OUTSIDE)
    else if (result.value === AWAIT) result = await resumeAwaited(steps, state.awaited)
    else throw new Error('expected a step or an await from compiled code')
  }
  return result.value
}

async function resumeAwaited(
  steps: Generator<unknown, unknown, unknown>,
  promise: unknown,
): Promise<IteratorResult<unknown, unknown>> {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    return steps.throw(error)
  }
  return steps.next(value)
}
