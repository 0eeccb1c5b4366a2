import { type Job, state } from './state.ts'

type Callback = ((value: unknown) => unknown) | null | undefined

/** What waits for a promise: called with whether it was fulfilled, and with what. */
type Reaction = (isFulfilled: boolean, value: unknown) => void

/**
 * A promise inside a checked thread. The host's own would run its callbacks when the checker has
 * long gone; this one puts them into the job queue of its thread, first in, first out, as the
 * language does. `runAgent` runs those jobs when the thread's own function has ended or awaits.
 *
 * Promises belong to the thread that made them and are no steps: only a `waitAsync` lets another
 * thread settle one, by way of the mailbox (see `waiting.ts` of the engine).
 */
export class ModelPromise {
  status: 'pending' | 'fulfilled' | 'rejected' = 'pending'
  value: unknown
  isHandled = false
  readonly #reactions: Reaction[] = []

  constructor(executor?: (resolve: (v?: unknown) => void, reject: (e?: unknown) => void) => void) {
    if (executor === undefined) return
    try {
      executor(
        (value) => this.resolve(value),
        (error) => this.settle(false, error),
      )
    } catch (error) {
      this.settle(false, error)
    }
  }

  /** Settles the promise, with a promise's own outcome if `value` is one. */
  resolve(value: unknown): void {
    if (value instanceof ModelPromise) value.react((ok, inner) => this.settle(ok, inner))
    else this.settle(true, value)
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
    const next = new ModelPromise()
    this.react((ok, value) => {
      const first = new ModelPromise()
      first.react((isDone, error) => next.settle(isDone && ok, isDone ? value : error))
      if (typeof callback === 'function') queueJob({ callback, args: [], promise: first })
      else queueJob(() => first.settle(true, undefined))
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
    return {
      promise,
      resolve: (value: unknown) => promise.resolve(value),
      reject: (error: unknown) => promise.settle(false, error),
    }
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

  static race(values: Iterable<unknown>): ModelPromise {
    const first = new ModelPromise()
    for (const value of values) ModelPromise.resolve(value).react((ok, v) => first.settle(ok, v))
    return first
  }
}

type Gather = (
  all: ModelPromise,
  index: number,
  ok: boolean,
  value: unknown,
  results: unknown[],
) => boolean

function gather(values: Iterable<unknown>, take: Gather): ModelPromise {
  const all = new ModelPromise()
  const results: unknown[] = []
  const list = [...values]
  let missing = list.length
  if (missing === 0) all.settle(true, results)
  list.forEach((value, index) => {
    ModelPromise.resolve(value).react((ok, v) => {
      if (take(all, index, ok, v, results) && --missing === 0) all.settle(true, results)
    })
  })
  return all
}

/** The `Promise` that compiled code sees: the host's, or in a checked thread the model's. */
export function currentPromise(): unknown {
  return state.thread === undefined ? Promise : ModelPromise
}

export function queueJob(job: Job): void {
  state.thread?.jobs.push(job)
}
