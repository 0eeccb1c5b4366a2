import { answer, atomic, getElement, setElement, setOuter, setProperty } from './access.ts'
import { installArrayModels } from './array-models.ts'
import { atomicsObject } from './atomics-object.ts'
import { call, callMethod, construct, parentArguments } from './calls.ts'
import { defineMethods, literal, noteKey, toKey } from './classes.ts'
import { performDirectly, runDirectly } from './direct.ts'
import { enter, pair, privateValue, rename, takeTarget, wrap } from './functions.ts'
import { Loop } from './loops.ts'
import { beginModule, endModule } from './module-buffers.ts'
import { inner, iterate, listOf, patternObject, patternTarget, restOf, whole } from './patterns.ts'
import { addPlaces, type PlaceTable, tableOf } from './places.ts'
import { currentPromise } from './promise.ts'
import { installPromiseModels } from './promise-models.ts'
import { never } from './refusal.ts'
import { Round } from './rounds.ts'
import { shapesOf } from './shapes.ts'
import { showSources } from './sources.ts'
import { AWAIT, state, STEP } from './state.ts'
import { installTimerModels } from './timer-models.ts'

installArrayModels()
installPromiseModels()
installTimerModels()

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
  places(table: PlaceTable): number {
    beginModule()
    showSources()
    return addPlaces(table)
  },
  loaded: endModule,
  shapes: (place: number, rows: never): unknown => shapesOf(tableOf(place).source ?? '', rows),
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
  parent: parentArguments,
  /** A function by itself, not as a member of what it was found in. */
  plain: (fn: unknown): unknown => fn,
  /** The strings of a tagged template. */
  strings: (strings: TemplateStringsArray): TemplateStringsArray => strings,

  fn: wrap,
  pair,
  enter,
  methods: defineMethods,
  literal,
  key: noteKey,
  toKey,
  rename,
  private: privateValue,
  target: patternTarget,
  /** `new.target` for the compiled function that is entered next, and in that function. */
  aim: (target: unknown): void => void (state.target = target),
  newTarget: takeTarget,
  nothing: (): undefined => undefined,
  noConstructor(name: string): never {
    throw new TypeError(`${name} is not a constructor`)
  },
  never,

  /** The pending step at once, in code that cannot be suspended. */
  now: (context: number): unknown => performDirectly(context),
  /** Compiled steps at once, in code that cannot be suspended. */
  run: runDirectly,

  /** Leaves `awaited` for the driver of this function, and is what the function yields. */
  wait(awaited: unknown): typeof AWAIT {
    state.awaited = awaited
    return AWAIT
  },

  object: patternObject,
  rest: restOf,
  whole,
  inner,
  list: listOf,
  iterate,
  isRound: (item: unknown): boolean => item instanceof Round,
  next: (round: Round): unknown => round.next(),

  /** The state of a loop that may be idle. */
  loop: (place: number): Loop => new Loop(place),
  idle: (loop: Loop, variables: readonly unknown[]): boolean => loop.isIdle(variables),
  turn: (loop: Loop, variables: readonly unknown[]): void => loop.turn(variables),
}
