/** Longer than any timer may be set for; it only has to exist. */
const FAR_MS = 2 ** 31 - 1

/**
 * Keeps an event loop from ending while promises of `Atomics.waitAsync` are pending: the engine
 * does not count them as work (ECMAScript leaves it to the host, and Node exits).
 */
export class KeepAlive {
  #pending = 0
  /** Made once: to make one takes longer than to say whether it counts. */
  #timer: Timer | undefined

  /** Waits for `promise`, with the loop alive until it is settled. */
  async whilePending<T>(promise: Promise<T>): Promise<T> {
    if (this.#pending++ === 0) this.#hold()
    try {
      return await promise
    } finally {
      if (--this.#pending === 0) this.#timer?.unref?.()
    }
  }

  #hold(): void {
    if (this.#timer === undefined) this.#timer = setInterval(() => {}, FAR_MS) as unknown as Timer
    else this.#timer.ref?.()
  }

  /** A turn of the event loop, in which all that was due runs; as soon as can be. */
  turn(): Promise<void> {
    return new Promise(nextTurn)
  }

  /** The same, not sooner than in a moment: for a task that polls, and would take a core. */
  pause(): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, 0))
  }
}

/** What a host gives for a timer; a browser's loop never ends, and its timers cannot say so. */
interface Timer {
  ref?(): void
  unref?(): void
}

/**
 * Calls back when the loop has turned. Browsers take one message at a time; Node serves a thousand
 * that a port sends to itself before it looks at a timer, and has a call of its own for this.
 */
const nextTurn: (callback: () => void) => void =
  typeof setImmediate === 'function' ? setImmediate : messageOneself()

function messageOneself(): (callback: () => void) => void {
  const { port1, port2 } = new MessageChannel() as unknown as Channel
  const callbacks: (() => void)[] = []
  port1.addEventListener('message', () => callbacks.shift()!())
  port1.start()
  return (callback) => {
    callbacks.push(callback)
    port2.postMessage(0)
  }
}

/** Two ports as browsers have them. */
interface Channel {
  readonly port1: { addEventListener(type: 'message', listener: () => void): void; start(): void }
  readonly port2: { postMessage(message: unknown): void }
}
