import { wrap } from '../runtime/functions.ts'
import { OP, type Operation } from '../runtime/operation.ts'
import { shape } from '../runtime/shapes.ts'
import { state, STEP } from '../runtime/state.ts'
import { indexOf, isSharedView } from '../runtime/views.ts'

/**
 * Awaited words: steps that can be made only when a word is what they wait for; until then their
 * thread has no step at all. A loop that looks again and again comes to the same, but each look in
 * vain is a step, and a model that waits often would spend most of its executions on such steps.
 */

/** `while (Atomics.load(words, index) !== expected);` as one step, made when it ends the loop. */
export const awaitValue = wrap(valueSteps as never, shape(0, 'awaitValue')) as (
  words: Int32Array,
  index: number,
  expected: number,
) => number

/**
 * `while (Atomics.compareExchange(words, index, expected, value) !== expected);` as one step, made
 * when it ends the loop.
 */
export const awaitExchange = wrap(exchangeSteps as never, shape(0, 'awaitExchange')) as (
  words: Int32Array,
  index: number,
  expected: number,
  value: number,
) => number

type Steps = Generator<unknown, unknown, unknown>

function* valueSteps(words: Int32Array, index: number, expected: number): Steps {
  prepare(OP.load, words, index, expected)
  return checked(yield STEP, index, expected)
}

function* exchangeSteps(words: Int32Array, index: number, expected: number, value: number): Steps {
  prepare(OP.compareExchange, words, index, expected).second = value | 0
  return checked(yield STEP, index, expected)
}

function prepare(kind: 0 | 8, words: Int32Array, index: number, expected: number): Operation {
  if (!(isSharedView(words) && words instanceof Int32Array && indexOf(words, index) >= 0)) {
    throw new TypeError(`expected an index of a shared Int32Array to await, got ${index}`)
  }
  const operation = state.pending.access(kind, state.callPlace, words, index)
  operation.first = expected | 0
  operation.isAwaited = true
  return operation
}

/** A thread of a model waits; `setup` and final checks, which no thread runs beside, cannot. */
function checked(found: unknown, index: number, expected: number): unknown {
  if (found === (expected | 0)) return found
  throw new TypeError(
    `expected ${expected} at [${index}] where no thread could wait, got ${found}`,
  )
}
