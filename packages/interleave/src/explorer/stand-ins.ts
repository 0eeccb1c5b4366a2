import { guardFor } from '../runtime/guards.ts'
import { refuse } from '../runtime/refusal.ts'
import { state } from '../runtime/state.ts'

/** Puts a value in the place of a property until the check is over. */
export type Replace = (object: object, name: PropertyKey, value: unknown) => void

/** What a thread's clock and random numbers depend on; `setup` has one of its own. */
export interface StandIn {
  ticks: number
  randomState: number
  /** Whether an execution is going on; between two of them clocks and chance are the real ones. */
  isActive: boolean
}

type AnyFunction = (...args: unknown[]) => unknown

const root = globalThis as unknown as Record<string, object | undefined>
/** Milliseconds that pass between two looks at a clock. */
const TICK_MS = 1
const EPOCH_MS = 1_600_000_000_000

/** Clocks that go on a little each time a thread looks, whatever the others do. */
export function replaceTime(replace: Replace, setup: StandIn): void {
  const owner = (): StandInOf => state.thread ?? setup
  const isReal = (): boolean => state.thread === undefined && !setup.isActive
  const tick = (): number => owner().ticks++ * TICK_MS
  const { now: realNow } = root['Date'] as { now: () => number }
  const now = (): number => (isReal() ? realNow() : EPOCH_MS + tick())
  replace(Date, 'now', now)
  const construct = (Class: DateConstructor, args: []): object =>
    Reflect.construct(Class, args.length === 0 ? [now()] : args) as Date
  replace(globalThis, 'Date', new Proxy(Date, { construct }))
  const clock = root['performance'] as { now: () => number } | undefined
  if (clock === undefined) return
  const real = clock.now.bind(clock)
  replace(clock, 'now', () => (isReal() ? real() : tick()))
}

type StandInOf = Pick<StandIn, 'ticks' | 'randomState'>

/** Random numbers that only the thread and how often it asked decide. */
export function replaceChance(replace: Replace, setup: StandIn): void {
  // The host's own, for what runs between two executions.
  const { random: real } = root['Math'] as { random: () => number }
  const next = (): number => {
    if (state.thread === undefined && !setup.isActive) return real()
    const owner = state.thread ?? setup
    owner.randomState = (Math.imul(owner.randomState, 1664525) + 1013904223) >>> 0
    return owner.randomState / 2 ** 32
  }
  const bytes = (count: number): Uint8Array =>
    Uint8Array.from({ length: count }, () => next() * 256)
  replace(Math, 'random', next)
  const chance = root['crypto']
  if (chance === undefined) return
  replace(chance, 'getRandomValues', (list: ArrayBufferView): ArrayBufferView => {
    const target = new Uint8Array(list.buffer, list.byteOffset, list.byteLength)
    target.set(bytes(list.byteLength))
    return list
  })
  replace(chance, 'randomUUID', () => {
    const hex = Array.from(bytes(16), (byte) => byte.toString(16).padStart(2, '0')).join('')
    return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-8$4-$5')
  })
}

/**
 * What puts off a callback would run it when the check is long over. Compiled code never comes to
 * these guards where there is a model; code that is not compiled is refused.
 */
export function replaceTimers(replace: Replace): void {
  const process = root['process'] as object | undefined
  for (const name of ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask']) {
    if (root[name] !== undefined) replace(globalThis, name, guarded(name, root[name]))
  }
  for (const name of ['clearTimeout', 'clearInterval', 'clearImmediate']) {
    if (root[name] !== undefined) replace(globalThis, name, passing(name, root[name]))
  }
  if (process !== undefined && 'nextTick' in process) {
    replace(process, 'nextTick', guarded('nextTick', process.nextTick))
  }
}

function guarded(name: string, given: unknown): AnyFunction {
  const native = given as AnyFunction
  const guard = guardFor(native, (...args) => {
    if (state.thread === undefined) return native(...args)
    const whose = name === 'setInterval' ? '' : ' when code that is not compiled calls it'
    throw refuse(
      state.callPlace,
      `${name} is not modelled${whose}; use setTimeout in compiled code`,
    )
  })
  // By a symbol it says what `promisify` makes of it.
  for (const key of Object.getOwnPropertySymbols(native)) {
    Object.defineProperty(guard, key, Object.getOwnPropertyDescriptor(native, key)!)
  }
  return guard
}

/** Clearing what is none of the model's does no harm. */
function passing(_: string, given: unknown): AnyFunction {
  const native = given as AnyFunction
  return guardFor(native, (...args) => (state.thread === undefined ? native(...args) : undefined))
}
