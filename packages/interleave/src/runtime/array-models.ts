import { answer } from './access.ts'
import { arrayModels, call, type NativeModel } from './calls.ts'

type Steps = Generator<unknown, unknown, unknown>
type List = readonly unknown[]
type Visit = (value: unknown, index: number, result: unknown) => boolean

/**
 * The methods of arrays that only go through an array and call back, as loops, so that a callback
 * may take steps. `sort` and the like call back in an order that is theirs; those stay native, and
 * a callback of theirs that takes steps is refused.
 */
function* callEach(
  place: number,
  array: List,
  args: List,
  visit: Visit,
  { withHoles = false, isBackwards = false } = {},
): Steps {
  const [callback, self] = args
  if (typeof callback !== 'function') throw new TypeError(`${String(callback)} is not a function`)
  const { length } = array
  for (let n = 0; n < length; n++) {
    const i = isBackwards ? length - 1 - n : n
    if (!withHoles && !(i in array)) continue
    const value = array[i]
    const isStepping = call(place, callback, self, [value, i, array])
    const result = isStepping ? yield* answer.steps! : answer.value
    if (visit(value, i, result)) return undefined
  }
  return undefined
}

/** A new array of the kind that the array's own methods would make. */
function likeOf(array: List, length: number): unknown[] {
  const { constructor } = array as { constructor?: { [Symbol.species]?: unknown } }
  const Class = (constructor?.[Symbol.species] ?? Array) as new (length: number) => unknown[]
  return new Class(length)
}

function* forEach(place: number, self: unknown, args: List): Steps {
  return yield* callEach(place, self as List, args, () => false)
}

function* map(place: number, self: unknown, args: List): Steps {
  const array = self as List
  const mapped = likeOf(array, array.length)
  yield* callEach(place, array, args, (_, i, result) => {
    mapped[i] = result
    return false
  })
  return mapped
}

function* filter(place: number, self: unknown, args: List): Steps {
  const kept = likeOf(self as List, 0)
  yield* callEach(place, self as List, args, (value, _, result) => {
    if (result) kept.push(value)
    return false
  })
  return kept
}

function* flatMap(place: number, self: unknown, args: List): Steps {
  return ((yield* map(place, self, args)) as unknown[]).flat()
}

/** A search: goes on until the callback says `until`, and then gives what `found` makes of it. */
function search(
  until: boolean,
  otherwise: unknown,
  found: (value: unknown, index: number) => unknown,
  options: { withHoles?: boolean; isBackwards?: boolean } = {},
): NativeModel {
  return function* (place, self, args) {
    let answerOfSearch = otherwise
    const visit: Visit = (value, i, result) => {
      if (Boolean(result) !== until) return false
      answerOfSearch = found(value, i)
      return true
    }
    yield* callEach(place, self as List, args, visit, options)
    return answerOfSearch
  }
}

function reducer(isBackwards: boolean): NativeModel {
  return function* (place, self, args) {
    const array = self as List
    const indexes = [...array.keys()].filter((i) => i in array)
    if (isBackwards) indexes.reverse()
    let sum = args[1]
    if (args.length < 2) {
      const first = indexes.shift()
      if (first === undefined) throw new TypeError('Reduce of empty array with no initial value')
      sum = array[first]
    }
    for (const i of indexes) {
      const isStepping = call(place, args[0], undefined, [sum, array[i], i, array])
      sum = isStepping ? yield* answer.steps! : answer.value
    }
    return sum
  }
}

/** Puts the models where calls look for them. */
export function installArrayModels(): void {
  const { prototype } = Array
  const isIt = (value: unknown): unknown => value
  const where = (_: unknown, index: number): unknown => index
  const all = { withHoles: true }
  const back = { withHoles: true, isBackwards: true }
  const models: Record<string, NativeModel> = {
    forEach,
    map,
    filter,
    flatMap,
    reduce: reducer(false),
    reduceRight: reducer(true),
    some: search(true, false, () => true),
    every: search(false, true, () => false),
    find: search(true, undefined, isIt, all),
    findIndex: search(true, -1, where, all),
    findLast: search(true, undefined, isIt, back),
    findLastIndex: search(true, -1, where, back),
  }
  for (const [name, model] of Object.entries(models)) {
    arrayModels.set((prototype as never)[name], model)
  }
}
