import { refuse } from './refusal.ts'
import { type Job, state } from './state.ts'

type Callback = ((value: unknown) => unknown) | null | undefined

/** What waits for a promise: called with whether it was fulfilled, and with what. */
type Reaction = (isFulfilled: boolean, value: unknown) => void

export interface Resolvers {
  readonly resolve: (value?: unknown) => void
  readonly reject: (error?: unknown) => void
}

/** The host's own, which settles nothing while threads are checked. */
const HostPromise = Promise

/**
 * A promise inside a checked thread. The host's own would run its callbacks when the checker has
 * long gone; this one puts them into the job queue of its thread, first in, first out, as the
 * language does, and after as many jobs as the language takes. `restOf` runs those jobs when the
 * thread's own function has ended or awaits.
 *
 * Promises belong to the thread that made them and are no steps: only what comes from another
 * thread, by way of the mailbox (see `waiting.ts` of the engine), lets that settle one.
 */
export class ModelPromise {
  status: 'pending' | 'fulfilled' | 'rejected' = 'pending'
  value: unknown
  isHandled = false
  readonly #reactions: Reaction[] = []

  constructor(executor?: (resolve: Resolvers['resolve'], reject: Resolvers['reject']) => void) {
    if (executor === undefined) return
    const { resolve, reject } = this.resolvers()
    try {
      executor(resolve, reject)
    } catch (error) {
      reject(error)
    }
  }

  /** The functions that decide the promise; only the first call of either counts. */
  resolvers(): Resolvers {
    let isDecided = false
    const once = (decide: () => void): void => {
      if (!isDecided) decide()
      isDecided = true
    }
    return {
      resolve: (value) => once(() => this.resolve(value)),
      reject: (error) => once(() => this.settle(false, error)),
    }
  }

  /** Settles the promise, or has it follow `value` if that is a promise or anything thenable. */
  resolve(value: unknown): void {
    if (value === this) {
      return this.settle(false, new TypeError('Chaining cycle detected for promise #<Promise>'))
    }
    if (value instanceof ModelPromise) {
      return queueJob(() => value.react((ok, inner) => queueJob(() => this.settle(ok, inner))))
    }
    let then: unknown
    try {
      then = thenOf(value)
    } catch (error) {
      return this.settle(false, error)
    }
    if (typeof then !== 'function') return this.settle(true, value)
    const { resolve, reject } = this.resolvers()
    const outcome = { resolve: () => {}, settle: (ok: boolean, e: unknown) => ok || reject(e) }
    queueJob({ callback: then, self: value, args: [resolve, reject], promise: outcome })
  }

  settle(isFulfilled: boolean, value: unknown): void {
    if (this.status !== 'pending') return
    this.status = isFulfilled ? 'fulfilled' : 'rejected'
    this.value = value
    if (!isFulfilled && !this.isHandled) state.thread?.rejected.push(this)
    for (const reaction of this.#reactions.splice(0)) reaction(isFulfilled, value)
  }

  /** Calls `reaction` when the promise is settled, which may be now. */
  react(reaction: Reaction): void {
    this.isHandled = true
    if (this.status === 'pending') this.#reactions.push(reaction)
    else reaction(this.status === 'fulfilled', this.value)
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  then(onFulfilled?: Callback, onRejected?: Callback): ModelPromise {
    const next = new ModelPromise()
    this.react((ok, value) => {
      const callback = ok ? onFulfilled : onRejected
      if (typeof callback === 'function') queueJob({ callback, args: [value], promise: next })
      else queueJob(() => next.settle(ok, value))
    })
    return next
  }

  catch(onRejected?: Callback): ModelPromise {
    return this.then(undefined, onRejected)
  }

  finally(callback?: (() => unknown) | null): ModelPromise {
    if (typeof callback !== 'function') return this.then(callback, callback)
    const next = new ModelPromise()
    this.react((ok, value) => {
      const first = new ModelPromise()
      const follow = (isDone: boolean, error: unknown): void => {
        if (!isDone) return next.settle(false, error)
        // What the callback returned is awaited, and then a promise of the outcome is followed.
        const outcome = new ModelPromise()
        outcome.settle(ok, value)
        next.resolve(outcome)
      }
      first.react((isDone, error) => queueJob(() => follow(isDone, error)))
      queueJob({ callback, args: [], promise: first })
    })
    return next
  }

  static resolve(value?: unknown): ModelPromise {
    if (value instanceof ModelPromise) return value
    return new ModelPromise((resolve) => resolve(value))
  }

  static reject(error?: unknown): ModelPromise {
    return new ModelPromise((_, reject) => reject(error))
  }

  static withResolvers(): object {
    const promise = new ModelPromise()
    return { promise, ...promise.resolvers() }
  }

  static all(values: Iterable<unknown>): ModelPromise {
    return gather(values, (all, index, ok, value, results) => {
      if (!ok) all.settle(false, value)
      else results[index] = value
      return ok
    })
  }

  static allSettled(values: Iterable<unknown>): ModelPromise {
    return gather(values, (_, index, ok, value, results) => {
      results[index] = ok ? { status: 'fulfilled', value } : { status: 'rejected', reason: value }
      return true
    })
  }

  static any(values: Iterable<unknown>): ModelPromise {
    const take: Gather = (all, index, ok, value, errors) => {
      if (ok) all.settle(true, value)
      else errors[index] = value
      return !ok
    }
    return gather(values, take, (all, errors) => {
      all.settle(false, new AggregateError(errors, 'All promises were rejected'))
    })
  }

  static race(values: Iterable<unknown>): ModelPromise {
    const first = new ModelPromise()
    for (const value of values) {
      ModelPromise.resolve(value).react((ok, v) => queueJob(() => first.settle(ok, v)))
    }
    return first
  }
}

Object.defineProperty(ModelPromise, 'name', { value: 'Promise' })
Object.defineProperty(ModelPromise.prototype, Symbol.toStringTag, { value: 'Promise' })

// What the host's does not have, the model's has not either.
for (const name of ['withResolvers'] as const) {
  if (!(name in HostPromise)) Reflect.deleteProperty(ModelPromise, name)
}

function thenOf(value: unknown): unknown {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function'))
    return undefined
  if (value instanceof HostPromise) {
    throw refuse(
      state.callPlace,
      'it awaits a promise made by code that is not compiled, which nothing settles; name the ' +
        'package that made it (`--package NAME`, or `packages` of `load`)',
    )
  }
  return (value as { then?: unknown }).then
}

type Gather = (
  all: ModelPromise,
  index: number,
  ok: boolean,
  value: unknown,
  results: unknown[],
) => boolean

/** Waits for all of a list; what `take` says no to has settled the result. */
function gather(
  values: Iterable<unknown>,
  take: Gather,
  finish = (all: ModelPromise, results: unknown[]): void => all.settle(true, results),
): ModelPromise {
  const all = new ModelPromise()
  const results: unknown[] = []
  const list = [...values]
  let missing = list.length
  if (missing === 0) finish(all, results)
  list.forEach((value, index) => {
    const settled = (ok: boolean, v: unknown): void => {
      if (take(all, index, ok, v, results) && --missing === 0) finish(all, results)
    }
    ModelPromise.resolve(value).react((ok, v) => queueJob(() => settled(ok, v)))
  })
  return all
}

/** The `Promise` that compiled code sees: the host's, or in a checked thread the model's. */
export function currentPromise(): unknown {
  return state.thread === undefined ? HostPromise : ModelPromise
}

export function queueJob(job: Job): void {
  state.thread?.jobs.push(job)
}
