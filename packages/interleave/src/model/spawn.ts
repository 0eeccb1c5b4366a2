import { stepsOf } from '../runtime/agent.ts'
import { wrap } from '../runtime/functions.ts'
import { OP } from '../runtime/operation.ts'
import { shape } from '../runtime/shapes.ts'
import { state, STEP } from '../runtime/state.ts'

/** A thread that another one started. */
export interface ThreadHandle<T> {
  /** Waits for its end. Returns what its function returned, or throws what it threw. */
  join(): T
}

function* spawnSteps(
  name: string,
  body: (...args: never[]) => unknown,
  ...args: unknown[]
): Generator<unknown, unknown, unknown> {
  const place = state.callPlace
  if (state.thread === undefined) {
    throw new TypeError('expected `spawn` to be called by a thread; `setup` adds threads itself')
  }
  state.pending.event(OP.spawn, place, { name, steps: stepsOf(name, body, args) })
  const thread = yield STEP
  return { join: wrap(() => joinSteps(thread), shape(0, 'join')) }
}

function* joinSteps(thread: unknown): Generator<unknown, unknown, unknown> {
  state.pending.event(OP.join, state.callPlace, thread)
  return yield STEP
}

/**
 * Starts a thread from a thread: `const t = spawn('worker', body, …args)`, later `t.join()`. All
 * that the starter did before happens before all that the new thread does.
 */
export const spawn = wrap(spawnSteps as never, shape(0, 'spawn')) as <T, A extends unknown[]>(
  name: string,
  body: (...args: A) => T,
  ...args: A
) => ThreadHandle<T>
