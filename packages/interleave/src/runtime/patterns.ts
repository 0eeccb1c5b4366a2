import { answer } from './access.ts'
import { compiledOf } from './functions.ts'
import { elements, snapshot } from './models.ts'
import { refuse } from './refusal.ts'
import { Rounds } from './rounds.ts'
import { state } from './state.ts'
import { Steps } from './steps.ts'
import { isSharedView } from './views.ts'

/**
 * What patterns, spreads and loops take apart. It may be shared memory, each element of which is a
 * step, or a compiled generator, which may make steps when it is asked for the next item.
 */

/** What an object pattern reads from: anything but null and undefined. */
export function patternObject(value: unknown): unknown {
  if (value !== null && value !== undefined) return value
  throw new TypeError(`Cannot destructure '${value}' as it is ${value}.`)
}

/** What an object pattern has not named. */
export function restOf(place: number, object: unknown, keys: readonly unknown[]): object {
  if (state.thread !== undefined && isSharedView(object)) {
    throw refuse(place, 'a rest pattern copies shared memory; read the elements one by one')
  }
  const rest = { ...(object as object) } as Record<PropertyKey, unknown>
  for (const key of keys) delete rest[key as PropertyKey]
  return rest
}

/** What is spread in an object literal: not shared memory, for that would be no step. */
export function whole(place: number, object: unknown): unknown {
  if (state.thread === undefined || !isSharedView(object)) return object
  throw refuse(place, 'a spread copies shared memory into an object; read the elements one by one')
}

/** An array whose element a pattern assigns to: not a shared one, for that would be no step. */
export function patternTarget(place: number, array: unknown): unknown {
  if (state.thread === undefined || !isSharedView(array)) return array
  throw refuse(place, 'a pattern assigns to shared memory; assign the elements one by one')
}

/**
 * What a spread or an array pattern takes apart: true when reading it needs steps. No more than
 * `most` items are asked for.
 */
export function listOf(place: number, iterable: unknown, most: number): boolean {
  const steps = state.thread === undefined ? undefined : stepsOf(iterable)
  if (isSharedView(iterable)) answer.steps = snapshot(place, iterable, most)
  else if (steps !== undefined) answer.steps = drain(steps, most)
  else {
    answer.value = iterable
    return false
  }
  return true
}

/** What `for … of` loops over; rounds instead of values if each value needs steps. */
export function iterate(place: number, iterable: unknown): unknown {
  if (state.thread === undefined) return iterable
  const steps = stepsOf(iterable)
  if (steps !== undefined) return new Rounds(steps)
  return isSharedView(iterable) ? new Rounds(new Steps(elements(place, iterable))) : iterable
}

/** What `yield*` delegates to: the inside of a compiled generator, or the iterable itself. */
export function inner(place: number, iterable: unknown): unknown {
  const steps = stepsOf(iterable)
  if (steps !== undefined) return steps.inner
  return isSharedView(iterable) ? elements(place, iterable) : iterable
}

/** The compiled generator behind an iterable, if it is one or makes one. */
export function stepsOf(iterable: unknown): Steps | undefined {
  if (iterable instanceof Steps) return iterable
  if (iterable === null || typeof iterable !== 'object') return undefined
  const make = (iterable as { [Symbol.iterator]?: () => unknown })[Symbol.iterator]
  if (compiledOf(make)?.kind !== 1) return undefined
  return make!.call(iterable) as Steps
}

function* drain(steps: Steps, most: number): Generator<unknown, unknown[], unknown> {
  const list: unknown[] = []
  while (list.length < most) {
    const result = yield* steps.drive('next', undefined)
    if (result.done) return list
    list.push(result.value)
  }
  yield* steps.drive('return', undefined)
  return list
}
