const ARRIVED = 0
const ROUND = 1
const STOP = 2

/** Bytes of shared memory that a barrier and its stop flag take: a cache line each. */
export const BARRIER_BYTES = 192

const WORDS_PER_LINE = 16
const SPINS = 20_000

/**
 * Where the threads of a team meet before a slice, and the flag that ends the slice.
 *
 * Threads spin for a while, so that they start within a microsecond of each other when each has a
 * core, and then sleep, so that they start at all when they have not.
 *
 * Three words, a cache line each: how many threads of this round have arrived, which round it is,
 * and the flag. The last thread to arrive clears the first before it opens the round, so a fast
 * thread that comes back for the next round counts from zero. `arrive` blocks its worker; `setStop`
 * is for the thread that started the team.
 */
export class StartBarrier {
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #threads: number

  constructor(memory: SharedArrayBuffer, threads: number) {
    this.#words = new Int32Array(memory)
    this.#threads = threads
  }

  /** Blocks until all threads have arrived; the last one calls `open` before any other goes on. */
  arrive(open: () => void): void {
    const words = this.#words
    const round = Atomics.load(words, ROUND * WORDS_PER_LINE)
    if (Atomics.add(words, ARRIVED, 1) === this.#threads - 1) {
      Atomics.store(words, ARRIVED, 0)
      open()
      Atomics.add(words, ROUND * WORDS_PER_LINE, 1)
      Atomics.notify(words, ROUND * WORDS_PER_LINE)
      return
    }
    for (let spin = 0; spin < SPINS; spin++) {
      if (Atomics.load(words, ROUND * WORDS_PER_LINE) !== round) return
    }
    while (Atomics.load(words, ROUND * WORDS_PER_LINE) === round) {
      Atomics.wait(words, ROUND * WORDS_PER_LINE, round)
    }
  }

  /** Raises or lowers the flag that ends a slice. */
  setStop(stop: boolean): void {
    Atomics.store(this.#words, STOP * WORDS_PER_LINE, stop ? 1 : 0)
  }

  get stopped(): boolean {
    return Atomics.load(this.#words, STOP * WORDS_PER_LINE) !== 0
  }
}
