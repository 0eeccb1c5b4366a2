/** The callbacks of each signal that is listened to. */
const hearers = new WeakMap<AbortSignal, Hearers>()

/**
 * Calls back when a signal is aborted, and returns what takes the callback off again, which is to
 * be called in any case. However many tasks wait by one signal, it has one listener: Node takes
 * more than ten for a leak, and says so.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  let all = hearers.get(signal)
  if (all === undefined) hearers.set(signal, (all = new Hearers(signal)))
  return all.add(callback)
}

class Hearers {
  readonly #callbacks = new Set<{ readonly call: () => void }>()

  constructor(readonly signal: AbortSignal) {}

  add(call: () => void): () => void {
    const callback = { call }
    if (this.#callbacks.size === 0) this.signal.addEventListener('abort', this)
    this.#callbacks.add(callback)
    return () => this.#remove(callback)
  }

  /** What an EventTarget calls of a listener that is an object. */
  handleEvent(): void {
    for (const { call } of this.#callbacks) call()
  }

  #remove(callback: { readonly call: () => void }): void {
    const isLast = this.#callbacks.delete(callback) && this.#callbacks.size === 0
    if (isLast) this.signal.removeEventListener('abort', this)
  }
}
