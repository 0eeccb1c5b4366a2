import { type Address, Arena, layout, type Memory, spinNow, unspin, word } from '@smpnet/memory'
import type { Cpu } from '@smpnet/machine'
import { MAX_PRIORITY } from './priority.ts'

/**
 * What the CPUs of a policy see of a run queue, on a line of its own. The queues
 * themselves are links between threads, which are objects, but whoever changes one holds its lock
 * and writes its words, so that the line moves, and is billed, as it would.
 */
const CPU_WORDS = layout('run queue', {
  /** (x) 1 while somebody changes the queue. Held for one instant, never across a yield. */
  lock: word('x', 'queue'),
  /** (x) Written under `lock`: threads that are queued or run here. */
  load: word('x', 'queue'),
  /** (x) Written under `lock`: the most urgent priority that is queued or runs here. */
  lowest: word('x', 'queue'),
})

export class CpuWords {
  readonly #memory: Memory
  readonly #at: Address

  /** Places the words of a run queue in a machine's memory. Throws OutOfMemory. */
  constructor({ memory }: Cpu, what: string) {
    this.#memory = memory
    this.#at = Arena.open(memory).place(what, CPU_WORDS.size)
    this.#memory.store(this.#at + CPU_WORDS.offset.lowest, MAX_PRIORITY)
  }

  lock(): void {
    spinNow(this.#memory, this.#at + CPU_WORDS.offset.lock, 'the lock of a run queue')
  }

  unlock(): void {
    unspin(this.#memory, this.#at + CPU_WORDS.offset.lock)
  }

  /** Threads that are queued or run there, the last time that anybody looks without the lock. */
  get load(): number {
    return this.#memory.load(this.#at + CPU_WORDS.offset.load)
  }

  get lowest(): number {
    return this.#memory.load(this.#at + CPU_WORDS.offset.lowest)
  }

  setLoad(load: number): void {
    this.#memory.store(this.#at + CPU_WORDS.offset.load, load)
  }

  setLowest(priority: number): void {
    this.#memory.store(this.#at + CPU_WORDS.offset.lowest, priority)
  }
}
