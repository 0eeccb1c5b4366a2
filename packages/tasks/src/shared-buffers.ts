/**
 * Shared memory that tasks are given: locks' and sockets' handles have a SharedArrayBuffer in them.
 *
 * A task's bytes cannot hold one. So the sender gives each buffer that it sees for the first time a
 * number, and posts both to all CPUs before the task is put on the board. A CPU takes what was
 * posted when it reads a number that it does not know, without a turn of its event loop. It is the
 * same object there each time, so that a thread that opens what is in it attaches once.
 *
 * When nobody here has the buffer any more, the CPUs are told to forget it. So that nothing piles
 * up for a CPU that gets no such tasks, all are interrupted now and then to take what was posted.
 * A buffer can go back in a result, by its number, but one that a task has made has none.
 */
export interface SharedNumbers {
  /** The number of a buffer, or undefined for one that has none. */
  numberOf(buffer: SharedArrayBuffer): number | undefined
}

export interface SharedBuffers {
  /** The buffer of a number. Throws an Error for a number of none. */
  bufferOf(number: number): SharedArrayBuffer
}

/** What a CPU of a task runner is interrupted by to take what was posted. */
export const TAKE_BUFFERS = 8
/** Notices after which all CPUs are interrupted. */
export const NOTICES_PER_INTERRUPT = 64

/** What is posted: a buffer and its number, or a number to be forgotten. */
export interface SharedNotice {
  readonly number: number
  readonly buffer?: SharedArrayBuffer
}

/** The side of the sender, that numbers buffers. */
export class SharedSender implements SharedNumbers, SharedBuffers {
  readonly #numbers = new WeakMap<SharedArrayBuffer, number>()
  readonly #buffers = new Map<number, WeakRef<SharedArrayBuffer>>()
  readonly #forgotten = new FinalizationRegistry<number>((number) => {
    this.#buffers.delete(number)
    this.post({ number })
  })
  #count = 0

  constructor(readonly post: (notice: SharedNotice) => void) {}

  numberOf(buffer: SharedArrayBuffer): number {
    const known = this.#numbers.get(buffer)
    if (known !== undefined) return known
    const number = ++this.#count
    this.post({ number, buffer })
    this.#numbers.set(buffer, number)
    this.#buffers.set(number, new WeakRef(buffer))
    this.#forgotten.register(buffer, number)
    return number
  }

  bufferOf(number: number): SharedArrayBuffer {
    return found(this.#buffers.get(number)?.deref(), number)
  }
}

/** The side of a CPU, that is told of them. */
export class SharedReceiver implements SharedNumbers, SharedBuffers {
  readonly #numbers = new WeakMap<SharedArrayBuffer, number>()
  readonly #buffers = new Map<number, SharedArrayBuffer>()

  constructor(readonly messages: () => unknown[]) {}

  numberOf(buffer: SharedArrayBuffer): number | undefined {
    return this.#numbers.get(buffer)
  }

  bufferOf(number: number): SharedArrayBuffer {
    if (!this.#buffers.has(number)) this.take()
    return found(this.#buffers.get(number), number)
  }

  /** Takes what was posted. */
  take(): void {
    for (const { number, buffer } of this.messages() as SharedNotice[]) {
      if (buffer === undefined) this.#buffers.delete(number)
      else {
        this.#buffers.set(number, buffer)
        this.#numbers.set(buffer, number)
      }
    }
  }
}

/** Whether a value is a SharedArrayBuffer; where there are none, nothing is. */
export function isShared(value: unknown): value is SharedArrayBuffer {
  return typeof SharedArrayBuffer === 'function' && value instanceof SharedArrayBuffer
}

function found(buffer: SharedArrayBuffer | undefined, number: number): SharedArrayBuffer {
  if (buffer !== undefined) return buffer
  throw new Error(`shared memory is known by its number: ${number} is that of none any more`)
}
