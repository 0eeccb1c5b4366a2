import { atomic } from './access.ts'
import { runCallback } from './agent.ts'
import { type NativeModel, nativeModels } from './calls.ts'
import { wrap } from './functions.ts'
import { OP, TIMER } from './operation.ts'
import { ModelPromise, queueJob } from './promise.ts'
import { shape } from './shapes.ts'
import { type RunningThread, state, STEP } from './state.ts'

type Steps = Generator<unknown, unknown, unknown>

/**
 * Timers of a thread. A timer is a wait with a timeout for a word that nobody else knows: it
 * strikes at any moment from the end of the job that set it, which is a step, and then its
 * callback is a job of its thread. To clear it is to notify that wait. Timers strike in any order,
 * whatever their times are, since no clock of a check says how long anything takes.
 */
class Timer {
  readonly words = new Int32Array(new SharedArrayBuffer(4))
  readonly #id: number
  hasStruck = false
  declare readonly refresh: () => this
  declare readonly close: () => this

  constructor(readonly strike: (timer: object) => Steps) {
    const known = timersOf(state.thread!)
    this.#id = known.push(this)
  }

  /** A number, by which it can be cleared too. */
  [Symbol.toPrimitive](): number {
    return this.#id
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  hasRef(): boolean {
    return true
  }
}

const timers = new WeakMap<RunningThread, Timer[]>()

/** The timers that a thread has started, by their numbers from 1. */
function timersOf(thread: RunningThread): Timer[] {
  let known = timers.get(thread)
  if (known === undefined) timers.set(thread, (known = []))
  return known
}

function timeout(hasDelay: boolean): NativeModel {
  return function* (place, _, args): Steps {
    const [callback] = args
    if (typeof callback !== 'function') {
      throw new TypeError(`expected a function as a timer's callback, got ${String(callback)}`)
    }
    const given = args.slice(hasDelay ? 2 : 1)
    return yield* startTimer(place, (timer) =>
      runCallback({ callback, self: timer, args: given, promise: new ModelPromise() }),
    )
  }
}

/** Starts a timer: when it strikes, the steps are a job of the thread. */
export function* startTimer(place: number, strike: (timer: object) => Steps): Steps {
  return yield* arm(place, new Timer(strike))
}

function* arm(place: number, timer: Timer): Steps {
  if (!atomic(place, OP.waitAsync, timer.words, 0, 0, 1)) throw new Error('expected a step')
  state.pending.second = TIMER
  timer.hasStruck = false
  const { value } = (yield STEP) as { value: ModelPromise }
  value.react((_isDone, outcome) => {
    if (outcome !== 'timed-out') return
    timer.hasStruck = true
    queueJob({ steps: timer.strike(timer) })
  })
  return timer
}

/** Starts a timer again that has struck; one that has not may strike at any moment as it is. */
function* refresh(this: Timer): Steps {
  return this.hasStruck ? yield* arm(state.callPlace, this) : this
}

function* close(this: Timer): Steps {
  yield* clear(state.callPlace, undefined, [this])
  return this
}

for (const [name, body] of Object.entries({ refresh, close })) {
  Object.defineProperty(Timer.prototype, name, { value: wrap(body as never, shape(0, name)) })
}

function* clear(place: number, _: unknown, args: readonly unknown[]): Steps {
  const [given] = args
  const timer = given instanceof Timer ? given : timersOf(state.thread!)[Number(given) - 1]
  if (timer === undefined) return undefined
  if (atomic(place, OP.notify, timer.words, 0, 1)) yield STEP
  return undefined
}

/** What runs before the promises' callbacks do, when the job that asked for it has ended. */
function* nextTick(_place: number, _: unknown, [callback, ...args]: readonly unknown[]): Steps {
  const promise = new ModelPromise()
  ;(state.thread as RunningThread).nextTicks.push({ callback, args, promise })
  return undefined
}

function* microtask(_place: number, _: unknown, [callback]: readonly unknown[]): Steps {
  queueJob({ callback, args: [], promise: new ModelPromise() })
  return undefined
}

/** Puts the models where calls look for them: by the functions that the host has. */
export function installTimerModels(): void {
  const root = globalThis as unknown as Record<string, unknown>
  const { nextTick: tick } = (root['process'] ?? {}) as { nextTick?: unknown }
  const models: [unknown, NativeModel][] = [
    [root['setTimeout'], timeout(true)],
    [root['setImmediate'], timeout(false)],
    [root['clearTimeout'], clear],
    [root['clearImmediate'], clear],
    [root['queueMicrotask'], microtask],
    [tick, nextTick],
  ]
  for (const [native, model] of models) if (native !== undefined) nativeModels.set(native, model)
}
