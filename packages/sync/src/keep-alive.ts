/** Longer than any timer may be set for; it only has to exist. */
const FAR_MS = 2 ** 31 - 1

/**
 * Keeps an event loop from ending while promises of `Atomics.waitAsync` are pending: the engine
 * does not count them as work (ECMAScript leaves it to the host, and Node exits).
 */
export class KeepAlive {
  #pending = 0
  #timer: ReturnType<typeof setInterval> | undefined

  /** Waits for `promise`, with the loop alive until it is settled. */
  async whilePending<T>(promise: Promise<T>): Promise<T> {
    if (this.#pending++ === 0) this.#timer = setInterval(() => {}, FAR_MS)
    try {
      return await promise
    } finally {
      if (--this.#pending === 0) clearInterval(this.#timer)
    }
  }

  /** One turn of the event loop. */
  turn(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, 0))
  }
}
