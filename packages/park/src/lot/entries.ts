import { type Address, type Memory, NIL } from '@smpnet/memory'
import { DEAD, NO_CPU, OUT, RUNNING, WAITER } from '../entry.ts'

/**
 * The entries of a lot, and to which CPU or thread each is given out. An entry is claimed by a
 * compare-exchange on `taken`, which also names its taker, so that all entries of a thread that has
 * ended can be found; it is given back by a store.
 */
export class Entries {
  /** Whether a lock may still name an entry, of which an undertaker says more than the lot can. */
  isNamed: (entry: Address) => boolean = () => true

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
    let entry = this.#take(number)
    if (entry === NIL && this.sweep() > 0) entry = this.#take(number)
    if (entry === NIL) return this.#tooFew(this.count)
    memory.write(entry + WAITER.offset.cpu, cpu)
    memory.store(entry + WAITER.offset.taker, OUT)
    memory.store(entry + WAITER.offset.state, RUNNING)
    return entry
  }

  /** Gives an entry back. Its waiter must not be waiting, nor own a lock. */
  release(entry: Address): void {
    const taken = entry + WAITER.offset.taken
    this.memory.store(taken, -this.memory.load(taken))
  }

  /**
   * Gives the entries of the dead back that no lock names any more, and says how many. A lock names
   * them until a living waiter has taken their place, which it does under the lock's queue.
   */
  sweep(): number {
    const { memory } = this
    const dead = this.given().filter((entry) => {
      return memory.load(entry + WAITER.offset.state) === DEAD && !this.isNamed(entry)
    })
    for (const entry of dead) this.#giveUp(entry)
    return dead.length
  }

  /** Gives a dead entry back; of two that sweep one does it. */
  #giveUp(entry: Address): void {
    const { memory } = this
    const taken = entry + WAITER.offset.taken
    const state = entry + WAITER.offset.state
    const seen = memory.load(taken)
    if (memory.compareExchange(state, DEAD, RUNNING) === DEAD) {
      memory.compareExchange(taken, seen, -seen)
    }
  }

  /** All that are given out. */
  given(): Address[] {
    const all = Array.from({ length: this.count }, (_, slot) => this.at + slot * WAITER.size)
    return all.filter((entry) => this.memory.load(entry + WAITER.offset.taken) > 0)
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
      const seen = memory.load(taken)
      const isFree = seen <= 0
      if (isFree && memory.compareExchange(taken, seen, number + 1) === seen) return entry
    }
    return NIL
  }

  #tooFew(count: number): never {
    throw new RangeError(`a lot for ${count} waiters has ${count} already: make it for more`)
  }
}
