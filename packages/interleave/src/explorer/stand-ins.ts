import { ModelPromise } from '../runtime/promise.ts'
import { refuse } from '../runtime/refusal.ts'
import { state } from '../runtime/state.ts'

/** Puts a value in the place of a property until the check is over. */
export type Replace = (object: object, name: string, value: unknown) => void

/** What a thread's clock and random numbers depend on; `setup` has one of its own. */
export interface StandIn {
  ticks: number
  randomState: number
}

type AnyFunction = (...args: unknown[]) => unknown

const root = globalThis as unknown as Record<string, object | undefined>
/** Milliseconds that pass between two looks at a clock. */
const TICK_MS = 1
const EPOCH_MS = 1_600_000_000_000

/** Clocks that go on a little each time a thread looks, whatever the others do. */
export function replaceTime(replace: Replace, setup: StandIn): void {
  const tick = (): number => (state.thread ?? setup).ticks++ * TICK_MS
  const now = (): number => EPOCH_MS + tick()
  replace(Date, 'now', now)
  const construct = (Class: DateConstructor, args: []): object =>
    Reflect.construct(Class, args.length === 0 ? [now()] : args) as Date
  replace(globalThis, 'Date', new Proxy(Date, { construct }))
  const clock = root['performance']
  if (clock !== undefined) replace(clock, 'now', tick)
}

/** Random numbers that only the thread and how often it asked decide. */
export function replaceChance(replace: Replace, setup: StandIn): void {
  const next = (): number => {
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

/** Timers would run when the check is long over; a microtask is a job of its thread. */
export function replaceTimers(replace: Replace): void {
  for (const name of ['setTimeout', 'setInterval', 'setImmediate']) {
    const timer = root[name] as AnyFunction | undefined
    if (timer === undefined) continue
    const guard = (...args: unknown[]): unknown => {
      if (state.thread === undefined) return timer(...args)
      throw refuse(state.callPlace, `${name} is not modelled; wait with a timeout instead`)
    }
    replace(globalThis, name, Object.defineProperty(guard, 'name', { value: name }))
  }
  const queue = root['queueMicrotask'] as AnyFunction
  replace(globalThis, 'queueMicrotask', (callback: unknown): void => {
    if (state.thread === undefined) queue(callback)
    else state.thread.jobs.push({ callback, args: [], promise: new ModelPromise() })
  })
}
