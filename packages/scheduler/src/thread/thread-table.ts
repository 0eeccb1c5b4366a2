import type { Address } from '@smpnet/memory'
import type { Thread } from './thread.ts'

/**
 * The threads whose objects can be reached: of one CPU on a live machine, of all CPUs that share
 * run queues on a simulated one. Wakes name threads by the address of their entry, and so do locks.
 */
export class ThreadTable {
  readonly #threads = new Map<Address, Thread>()

  get size(): number {
    return this.#threads.size
  }

  add(td: Thread): void {
    this.#threads.set(td.at, td)
  }

  remove(td: Thread): void {
    this.#threads.delete(td.at)
  }

  find(entry: Address): Thread | undefined {
    return this.#threads.get(entry)
  }

  all(): IterableIterator<Thread> {
    return this.#threads.values()
  }
}
