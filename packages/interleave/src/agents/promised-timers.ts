import type { NativeModel } from '../runtime/calls.ts'
import { ModelPromise } from '../runtime/promise.ts'
import { startTimer } from '../runtime/timer-models.ts'
import { abortedBy, afterAbort } from './events.ts'

/**
 * A timer as a promise, as `node:timers/promises` has it. Its value and its options follow so many
 * arguments; what only waits has no value.
 */
export function settled(first: number, hasValue = true): NativeModel {
  return function* (place, _, args) {
    const [value, options] = hasValue ? args.slice(first) : [undefined, args[first]]
    const { signal } = (options ?? {}) as { signal?: AbortSignal }
    const promise = new ModelPromise()
    if (signal?.aborted) {
      promise.settle(false, abortedBy(signal))
      return promise
    }
    if (signal !== undefined) afterAbort(signal, () => promise.settle(false, abortedBy(signal)))
    yield* startTimer(place, function* () {
      promise.settle(true, value)
      return undefined
    })
    return promise
  }
}
