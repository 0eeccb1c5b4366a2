import { answer, atomic, getElement, setElement, setOuter, setProperty } from './access.ts'
import { installArrayModels } from './array-models.ts'
import { atomicsObject } from './atomics-object.ts'
import { call, callMethod, construct } from './calls.ts'
import { defineMethods, noteKey } from './classes.ts'
import { performDirectly, runDirectly } from './direct.ts'
import { compiledOf, enter, pair, wrap } from './functions.ts'
import { elements, snapshot } from './models.ts'
import { Loop } from './loops.ts'
import { addPlaces } from './places.ts'
import { currentPromise } from './promise.ts'
import { refuse } from './refusal.ts'
import { Round, Rounds } from './rounds.ts'
import { AWAIT, state, STEP } from './state.ts'
import { Steps } from './steps.ts'
import { isSharedView } from './views.ts'

installArrayModels()

/**
 * What compiled modules call. The names are short because each access in the source becomes one of
 * these calls; the handlers of the compiler say which becomes which. They are not meant to be
 * written by hand.
 */
export const runtime = {
  STEP,
  AWAIT,
  answer,
  Atomics: atomicsObject,
  places: addPlaces,
  promise: currentPromise,
  /** Where a function that is only a name for one access was called, or its own place. */
  caller: (own: number): number => state.callPlace || own,

  at: atomic,
  get: getElement,
  set: setElement,
  prop: setProperty,
  outer: setOuter,
  call,
  method: callMethod,
  construct,

  fn: wrap,
  pair,
  enter,
  methods: defineMethods,
  key: noteKey,

  /** The pending step at once, in code that cannot be suspended. */
  now: (context: number): unknown => performDirectly(context),
  /** Compiled steps at once, in code that cannot be suspended. */
  run: runDirectly,

  /** Leaves `awaited` for the driver of this function, and is what the function yields. */
  wait(awaited: unknown): typeof AWAIT {
    state.awaited = awaited
    return AWAIT
  },

  /** What `yield*` delegates to: the inside of a compiled generator, or the iterable itself. */
  inner(place: number, iterable: unknown): unknown {
    const steps = stepsOf(iterable)
    if (steps !== undefined) return steps.inner
    return isSharedView(iterable) ? elements(place, iterable) : iterable
  },

  /** What a spread or an array pattern takes apart: true when reading it needs steps. */
  list(place: number, iterable: unknown): boolean {
    const steps = state.thread === undefined ? undefined : stepsOf(iterable)
    if (isSharedView(iterable)) answer.steps = snapshot(place, iterable)
    else if (steps !== undefined) answer.steps = drain(steps)
    else {
      answer.value = iterable
      return false
    }
    return true
  },

  /** What `for … of` loops over; rounds instead of values if each value needs steps. */
  iterate(place: number, iterable: unknown): unknown {
    if (state.thread === undefined) return iterable
    const steps = stepsOf(iterable)
    if (steps !== undefined) return new Rounds(steps)
    return isSharedView(iterable) ? new Rounds(new Steps(elements(place, iterable))) : iterable
  },
  isRound: (item: unknown): boolean => item instanceof Round,

  /** An array whose element a pattern assigns to: not a shared one, for that would be no step. */
  target(place: number, array: unknown): unknown {
    if (state.thread === undefined || !isSharedView(array)) return array
    throw refuse(place, 'a pattern assigns to shared memory; assign the elements one by one')
  },

  /** The state of a loop that may be idle. */
  loop: (place: number): Loop => new Loop(place),
  idle: (loop: Loop, variables: readonly unknown[]): boolean => loop.isIdle(variables),
  turn: (loop: Loop, variables: readonly unknown[]): void => loop.turn(variables),
}

/** The compiled generator behind an iterable, if it is one or makes one. */
function stepsOf(iterable: unknown): Steps | undefined {
  if (iterable instanceof Steps) return iterable
  const make = (iterable as { [Symbol.iterator]?: () => unknown } | undefined)?.[Symbol.iterator]
  if (compiledOf(make)?.kind !== 1) return undefined
  return make!.call(iterable) as Steps
}

function* drain(steps: Steps): Generator<unknown, unknown[], unknown> {
  const list: unknown[] = []
  for (;;) {
    const result = yield* steps.drive('next', undefined)
    if (result.done) return list
    list.push(result.value)
  }
}
