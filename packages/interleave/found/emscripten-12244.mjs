/**
 * A thread has found its queue empty and is about to say that it is idle when a call is added; its
 * caller sees no idle thread and wakes none.
 * https://github.com/emscripten-core/emscripten/pull/12244
 */
const QUEUED = 0
const IDLE = 1

const proxies =
  (isLookingAgain) =>
  ({ thread }) => {
    const words = new Int32Array(new SharedArrayBuffer(8))
    thread('target', () => {
      while (Atomics.load(words, QUEUED) === 0) {
        Atomics.store(words, IDLE, 1)
        if (!isLookingAgain || Atomics.load(words, QUEUED) === 0) Atomics.wait(words, IDLE, 1)
      }
    })
    thread('caller', () => {
      Atomics.add(words, QUEUED, 1)
      if (Atomics.exchange(words, IDLE, 0) === 1) Atomics.notify(words, IDLE)
    })
  }

export const asShipped = proxies(false)
export const mended = proxies(true)
