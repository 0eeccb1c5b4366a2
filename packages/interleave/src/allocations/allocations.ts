import type { Event } from '../engine/event.ts'
import type { Thread } from '../engine/thread.ts'
import { answer } from '../runtime/access.ts'
import { call } from '../runtime/calls.ts'
import { compiledOf, wrap } from '../runtime/functions.ts'
import { OP } from '../runtime/operation.ts'
import { shape } from '../runtime/shapes.ts'
import { state, STEP } from '../runtime/state.ts'
import type { Steps } from '../runtime/steps.ts'
import { type Act, type Actor, Ledger, showItem } from './ledger.ts'

type Generated = Generator<unknown, unknown, unknown>
type Method = (...args: unknown[]) => unknown
type MethodName<T> = {
  [K in keyof T]: T[K] extends (...args: never[]) => unknown ? K : never
}[keyof T] &
  string

/**
 * Follows what an allocator gives out and takes back, without a change to its source. The functions
 * named in `follow` are replaced, on the object that `setup` made for this execution, by functions
 * that run the original's steps and enter in a ledger what they did.
 *
 * An entry is a step of its own, so that a strategy sees that a free and a use of one item depend
 * on each other, and tries both orders. An item is allocated when the call has returned it, and
 * freed from the beginning of the call on: in between it is the allocator's. Only a thread's
 * outermost call counts, since functions of an allocator call one another. `setup` and final checks
 * are no threads; their entries are made at once.
 */

/** Which functions of an allocator give items out and take them back. */
export interface Follow<T> {
  /** They return an item, or nothing: `undefined`, `null`, `false`, 0 or a negative number. */
  readonly allocates: readonly MethodName<T>[]
  /** Their last argument is the item. They return `false` if they did not take it. */
  readonly frees: readonly MethodName<T>[]
  /**
   * Where items are: `bytes` bytes of `buffer` from the item on, which is a byte offset. Then an
   * access to them is a use of the item, and a failure when the item is free.
   */
  readonly memory?: { readonly buffer: SharedArrayBuffer; readonly bytes: number }
}

/** What is allocated. At the end nothing may be that was not freed. */
export interface Allocations {
  /** Watches an allocator: its functions report what they do from now on. Returns it. */
  follow<T extends object>(allocator: T, follow: Follow<T>): T
  /** Says that the caller has been given an item, where there is no allocator to follow. */
  allocated(item: unknown): void
  /** Says that the caller gives an item back. */
  freed(item: unknown): void
  /** Says that the caller uses an item, which must not be free. */
  used(item: unknown): void
}

/** The allocations of one execution, as steps that write in a ledger. */
export class AllocationsOf implements Allocations {
  readonly ledger: Ledger
  readonly allocated = this.#says('allocates', 'allocated')
  readonly freed = this.#says('frees', 'freed')
  readonly used = this.#says('uses', 'used')

  constructor(name: string, number: number) {
    this.ledger = new Ledger(name, number)
  }

  follow<T extends object>(allocator: T, { allocates, frees, memory }: Follow<T>): T {
    if (memory !== undefined) this.ledger.watch(memory.buffer, memory.bytes)
    for (const name of allocates) replace(this.ledger, allocator, name, allocate)
    for (const name of frees) replace(this.ledger, allocator, name, free)
    return allocator
  }

  #says(what: Act, name: string): (item: unknown) => void {
    const body = (item: unknown): Generated => act(this.ledger, what, item, state.callPlace)
    return wrap(body as never, shape(0, name)) as (item: unknown) => void
  }
}

/** What stands for a function of an allocator: `body` is that function's own steps. */
type Instead = (
  ledger: Ledger,
  body: () => Generated,
  place: number,
  args: readonly unknown[],
) => Generated

/** Puts a function that writes in the ledger in the place of a function of the allocator. */
function replace(ledger: Ledger, allocator: object, name: string, instead: Instead): void {
  const method = (allocator as Record<string, unknown>)[name] as Method
  if (typeof method !== 'function') {
    throw new TypeError(`expected ${name} to be a function of the allocator, got ${method}`)
  }
  const kind = compiledOf(method)?.kind ?? 0
  if (kind === 2) throw new TypeError(`expected ${name} not to be an async function`)
  // No generator itself: where it is called is known only while it is.
  const body = function (this: unknown, ...args: unknown[]): Generated {
    return instead(ledger, () => callSteps(method, kind, this, args), state.callPlace, args)
  }
  const value = wrap(body as never, shape(kind, name))
  Object.defineProperty(allocator, name, { value, configurable: true, writable: true })
}

/** An item is the caller's when the call has returned it. */
function* allocate(ledger: Ledger, body: () => Generated, place: number): Generated {
  const { thread } = state
  const isOutermost = ledger.enter(thread)
  let item: unknown
  try {
    item = yield* body()
  } finally {
    ledger.exit(thread)
  }
  if (isOutermost && !isNothing(item)) yield* act(ledger, 'allocates', item, place)
  return item
}

/** From the beginning of the call on, an item is no longer the caller's. */
function* free(
  ledger: Ledger,
  body: () => Generated,
  place: number,
  args: readonly unknown[],
): Generated {
  const { thread } = state
  const item = args.at(-1)
  const isOutermost = ledger.enter(thread)
  let isTaken: unknown
  try {
    if (isOutermost) yield* act(ledger, 'frees', item, place)
    isTaken = yield* body()
  } finally {
    ledger.exit(thread)
  }
  if (isOutermost && isTaken === false) yield* act(ledger, 'allocates', item, place)
  return isTaken
}

/** Writes in the ledger, as a step of the running thread. */
function* act(ledger: Ledger, what: Act, item: unknown, place: number): Generated {
  const thread = state.thread as Thread | undefined
  const by: Actor = { thread: thread?.id, name: thread?.name ?? 'setup', place }
  if (thread === undefined) {
    ledger.act(what, item, by, undefined)
    return undefined
  }
  const record = (event: Event): void => ledger.act(what, item, by, event)
  const text = `${what} ${showItem(item)} of ${ledger.name}`
  const foresee = (event: Event): void => ledger.foreseeAct(what, item, by, event)
  state.pending.event(OP.account, place, { record, foresee, text })
  return yield STEP
}

/** The original function's own steps, and for a generator what it yields. */
function* callSteps(method: Method, kind: 0 | 1, self: unknown, args: unknown[]): Generated {
  if (call(state.callPlace, method, self, args)) return yield* answer.steps!
  return kind === 1 ? yield* (answer.value as Steps).inner : answer.value
}

function isNothing(item: unknown): boolean {
  return !item || (typeof item === 'number' && item < 0)
}
