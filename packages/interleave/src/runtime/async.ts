import { ModelPromise, queueJob } from './promise.ts'
import { AWAIT, state, STEP } from './state.ts'

type Steps<T = unknown> = Generator<unknown, T, unknown>

/** Starts a compiled async function; the steps run it to its first `await` and give the promise. */
export function* startAsync(steps: Steps): Steps<ModelPromise> {
  const promise = new ModelPromise()
  yield* advance(steps, promise, true, undefined)
  return promise
}

function* advance(steps: Steps, promise: ModelPromise, ok: boolean, value: unknown): Steps {
  // Whatever ran in between, on the same thread, may have changed anything.
  if (state.thread!.lastTask !== steps) state.thread!.changes.note()
  state.thread!.lastTask = steps
  try {
    let result = ok ? steps.next(value) : steps.throw(value)
    while (!result.done) {
      if (result.value === AWAIT) {
        const awaited = toPromise(state.awaited)
        awaited.react((isOk, v) => queueJob({ steps: advance(steps, promise, isOk, v) }))
        return undefined
      }
      result = yield* step(steps)
    }
    promise.resolve(result.value)
  } catch (error) {
    promise.settle(false, error)
  }
  return undefined
}

function* step(steps: Steps): Steps<IteratorResult<unknown, unknown>> {
  let value: unknown
  try {
    value = yield STEP
  } catch (error) {
    return steps.throw(error)
  }
  return steps.next(value)
}

function toPromise(value: unknown): ModelPromise {
  return value instanceof ModelPromise ? value : ModelPromise.resolve(value)
}
