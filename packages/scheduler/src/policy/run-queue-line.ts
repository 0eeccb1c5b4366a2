import { type Address, Arena, layout, type Memory, spinNow, unspin, word } from '@smpnet/memory'
import type { Cpu } from '@smpnet/machine'
import { MAX_PRIORITY } from '../thread/priority.ts'

/**
 * What the CPUs of a policy see of a run queue, on a line of its own. The queues themselves are
 * links between threads, which are objects; but a CPU that changes a queue holds its lock and
 * writes its words, so that the line moves, and is billed, as it would.
 */
const RUN_QUEUE_LINE = layout('run queue', {
  /**
   * (x) The spin lock under which a CPU changes the queue. Held for one instant, never across a
   * yield.
   */
  lock: word('x', 'queue'),
  /** (x) Written under `lock`: threads that are queued or run here. */
  load: word('x', 'queue'),
  /** (x) Written under `lock`: the most urgent priority that is queued or runs here. */
  lowest: word('x', 'queue'),
})

export class RunQueueLine {
  readonly #memory: Memory
  readonly #at: Address

  /** Places the words of a run queue in a machine's memory. Throws OutOfMemory. */
  constructor({ memory }: Cpu, what: string) {
    this.#memory = memory
    this.#at = Arena.open(memory).place(what, RUN_QUEUE_LINE.size)
    this.#memory.store(this.#at + RUN_QUEUE_LINE.offset.lowest, MAX_PRIORITY)
  }

  lock(): void {
    spinNow(this.#memory, this.#at + RUN_QUEUE_LINE.offset.lock, 'the lock of a run queue')
  }

  unlock(): void {
    unspin(this.#memory, this.#at + RUN_QUEUE_LINE.offset.lock)
  }

  /** Threads that are queued or run there, for CPUs that look without the lock. */
  get load(): number {
    return this.#memory.load(this.#at + RUN_QUEUE_LINE.offset.load)
  }

  get lowest(): number {
    return this.#memory.load(this.#at + RUN_QUEUE_LINE.offset.lowest)
  }

  setLoad(load: number): void {
    this.#memory.store(this.#at + RUN_QUEUE_LINE.offset.load, load)
  }

  setLowest(priority: number): void {
    this.#memory.store(this.#at + RUN_QUEUE_LINE.offset.lowest, priority)
  }
}
