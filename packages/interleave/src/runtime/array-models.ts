import { answer } from './access.ts'
import { type ArrayModel, arrayModels, call } from './calls.ts'

type Steps = Generator<unknown, unknown, unknown>
type Visit = (value: unknown, index: number, result: unknown) => boolean

/**
 * The methods of arrays that only go through an array and call back, as loops, so that a callback
 * may take steps. `sort` and the like call back in an order that is theirs; those stay native, and
 * a callback of theirs that takes steps is refused.
 */
function* callEach(
  place: number,
  array: readonly unknown[],
  args: readonly unknown[],
  visit: Visit,
): Steps {
  const [callback, self] = args
  const { length } = array
  for (let i = 0; i < length; i++) {
    if (!(i in array)) continue
    const given = [array[i], i, array]
    const result = call(place, callback, self, given) ? yield* answer.steps! : answer.value
    if (visit(array[i], i, result)) return undefined
  }
  return undefined
}

function* forEach(place: number, array: readonly unknown[], args: readonly unknown[]): Steps {
  return yield* callEach(place, array, args, () => false)
}

function* map(place: number, array: readonly unknown[], args: readonly unknown[]): Steps {
  const mapped: unknown[] = []
  mapped.length = array.length
  yield* callEach(place, array, args, (_, i, result) => {
    mapped[i] = result
    return false
  })
  return mapped
}

function* filter(place: number, array: readonly unknown[], args: readonly unknown[]): Steps {
  const kept: unknown[] = []
  yield* callEach(place, array, args, (value, _, result) => {
    if (result) kept.push(value)
    return false
  })
  return kept
}

function* flatMap(place: number, array: readonly unknown[], args: readonly unknown[]): Steps {
  return ((yield* map(place, array, args)) as unknown[]).flat()
}

/** A search: goes on until the callback says `until`, and then gives what `found` makes of it. */
function search(
  until: boolean,
  otherwise: unknown,
  found: (value: unknown, index: number) => unknown,
): ArrayModel {
  return function* (place, array, args) {
    let answerOfSearch = otherwise
    yield* callEach(place, array, args, (value, i, result) => {
      if (Boolean(result) !== until) return false
      answerOfSearch = found(value, i)
      return true
    })
    return answerOfSearch
  }
}

function* reduce(place: number, array: readonly unknown[], args: readonly unknown[]): Steps {
  let index = 0
  let sum = args[1]
  if (args.length < 2) {
    if (array.length === 0) throw new TypeError('Reduce of empty array with no initial value')
    sum = array[index++]
  }
  for (; index < array.length; index++) {
    const given = [sum, array[index], index, array]
    sum = call(place, args[0], undefined, given) ? yield* answer.steps! : answer.value
  }
  return sum
}

/** Puts the models where calls look for them. */
export function installArrayModels(): void {
  const { prototype } = Array
  arrayModels.set(prototype.forEach, forEach)
  arrayModels.set(prototype.map, map)
  arrayModels.set(prototype.filter, filter)
  arrayModels.set(prototype.flatMap, flatMap)
  arrayModels.set(prototype.reduce, reduce)
  arrayModels.set(
    prototype.some,
    search(true, false, () => true),
  )
  arrayModels.set(
    prototype.every,
    search(false, true, () => false),
  )
  arrayModels.set(
    prototype.find,
    search(true, undefined, (value) => value),
  )
  arrayModels.set(
    prototype.findIndex,
    search(true, -1, (_, index) => index),
  )
}
