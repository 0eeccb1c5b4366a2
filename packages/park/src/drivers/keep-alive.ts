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
  /** The turn that is due, for however many tasks await one. */
  #turn: Promise<void> | undefined

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
    // Where there are no timers, as in an AudioWorklet, no loop ends either.
    if (typeof setInterval !== 'function') return
    if (this.#timer === undefined) this.#timer = setInterval(() => {}, FAR_MS) as unknown as Timer
    else this.#timer.ref?.()
  }

  /** A turn of the event loop, in which all that was due runs; as soon as can be. */
  turn(): Promise<void> {
    return (this.#turn ??= this.#makeTurn())
  }

  #makeTurn(): Promise<void> {
    nextTurn ??= turnOfHost()
    return new Promise((resolve) => {
      nextTurn!(() => {
        this.#turn = undefined
        resolve()
      })
    })
  }

  /** The same, not sooner than in a moment: for a task that polls, and would take a core. */
  pause(): Promise<void> {
    if (typeof setTimeout !== 'function') return this.turn()
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
 * that a port sends to itself before it looks at a timer, and has a call of its own for this. What
 * a host has is asked when a task first awaits, since a host without any of it may load the
 * package.
 */
let nextTurn: ((callback: () => void) => void) | undefined

/** Throws an Error where there is no way to await a turn. */
function turnOfHost(): (callback: () => void) => void {
  if (typeof setImmediate === 'function') return setImmediate
  if (typeof MessageChannel === 'function') return messageOneself()
  if (typeof setTimeout === 'function') return (callback) => setTimeout(callback, 0)
  throw new Error(
    'to await needs setImmediate, MessageChannel or setTimeout, and this thread has none of ' +
      'them, as an AudioWorklet: it takes what is there by `try…` calls, or by a `timeoutMs` of 0',
  )
}

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
