import { type Address, type Memory } from '@smpnet/memory'
import { NO_CPU, RUNNING, WAITER } from '../entry.ts'

/**
 * The entries of a lot, and to which CPU or thread each is given out. An entry is claimed by a
 * compare-exchange on `taken`, which also names its taker, so that all entries of a thread that has
 * ended can be found; it is given back by a store.
 */
export class Entries {
  /** `count` entries at `at`. */
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly count: number,
  ) {}

  /**
   * An entry for a waiter of CPU or thread `number`, which `cpu` wakes. Throws a RangeError when
   * all are in use.
   */
  claim(number: number, cpu: number): Address {
    const { memory } = this
    const entry = this.#take(number)
    memory.write(entry + WAITER.offset.cpu, cpu)
    memory.store(entry + WAITER.offset.thread, number)
    memory.store(entry + WAITER.offset.state, RUNNING)
    return entry
  }

  /** Gives an entry back. Its waiter must not be waiting, nor own a lock. */
  release(entry: Address): void {
    this.memory.store(entry + WAITER.offset.taken, 0)
  }

  /** All that are given out. */
  given(): Address[] {
    const all = Array.from({ length: this.count }, (_, slot) => this.at + slot * WAITER.size)
    return all.filter((entry) => this.memory.load(entry + WAITER.offset.taken) !== 0)
  }

  /** Whether an entry is with the CPU or thread of that number. */
  isOf(entry: Address, number: number): boolean {
    return this.memory.load(entry + WAITER.offset.taken) === number + 1
  }

  /** Whether an entry belongs to no CPU. */
  isPlain(entry: Address): boolean {
    return this.memory.read(entry + WAITER.offset.cpu) === NO_CPU
  }

  #take(number: number): Address {
    const { memory, count } = this
    for (let entry = this.at; entry < this.at + count * WAITER.size; entry += WAITER.size) {
      const taken = entry + WAITER.offset.taken
      const isFree = memory.load(taken) === 0
      if (isFree && memory.compareExchange(taken, 0, number + 1) === 0) return entry
    }
    throw new RangeError(`a lot for ${count} waiters has ${count} already: make it for more`)
  }
}
