import { type Address, came, layout, type Place, word } from '@smpnet/memory'
import type { LockHandle, LockKind } from '../words/lock-kind.ts'
import { NOBODY } from '../words/names.ts'
import { PerCpu } from './per-cpu.ts'
import { expectDomain, handleOf, openLock, placeLock, type Placing } from '../domain/placing.ts'
import type { SyncDomain } from '../domain/sync-domain.ts'

/**
 * FreeBSD's counter(9): a number that every CPU adds to on a cache line of its own, without any
 * atomic operation, and that is summed when a reader wants to know.
 *
 * A CPU's part is 53 bits in two words. Adding writes the low word, which goes round at 2^32, and
 * once in each half of that way, the high one: how many halves the low one has begun. So its lowest
 * bit is the low word's sign. Where it is not, the high word was written first and the low one has
 * not followed yet, and a reader takes one half less: it waits for nobody, and a thread that ends
 * between the two words leaves a part as good as any other, on which the next of its number goes
 * on.
 */
export const COUNTER = layout('counter', {
  /** (o) The low 32 bits of what this CPU has counted. Others read it. */
  low: word('o', 'cpu'),
  /**
   * (o) How many times 2^31 that is, or one more while the low word is about to follow. Others read
   * it.
   */
  high: word('o', 'cpu'),
})

const KIND: LockKind = { name: 'counter', code: 10, version: 2, names: NOBODY }

const HALF = 2 ** 31

export class Counter extends PerCpu {
  /** Bytes of a counter for so many CPUs. */
  static bytes(cpus: number): number {
    return cpus * COUNTER.size
  }

  /** Places a counter that every thread of the domain can add to. Throws OutOfMemory. */
  static create(domain: SyncDomain, options: Placing = {}): Counter {
    expectDomain(domain, KIND, options)
    const { cpus } = domain
    const at = placeLock(KIND, domain, Counter.bytes(cpus), options, COUNTER.align)
    return new Counter(domain.memory, at, cpus, domain)
  }

  /** Opens, in any thread, the counter that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): Counter {
    const { domain, at } = openLock(KIND, handle, Counter.bytes)
    return new Counter(domain.memory, at, domain.cpus, domain)
  }

  /** Names this counter for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return handleOf(this, KIND)
  }

  /**
   * Adds a whole number from 0 to 2^31 - 1 to the part of the CPU that the caller runs on: `td`, or
   * an interrupt. Nothing is to be pinned, for the addition ends where it began.
   */
  add(place: Place, count: number): void {
    const { memory } = this
    const line = this.at + place.cpu * COUNTER.size
    const low = memory.read(line)
    const next = (low + count) | 0
    if ((low ^ next) >= 0) memory.write(line, next)
    else this.#carry(line, low, next)
  }

  /** Adds from this thread. Throws a RangeError for what is no count. */
  increment(count = 1): void {
    if (!Number.isInteger(count) || count < 0 || count >= HALF) {
      throw new RangeError(
        `count: expected a whole number from 0 to 2^31 - 1, came ${came(count)}`,
      )
    }
    this.add(this.here, count)
  }

  /** What all CPUs have counted: nothing that was added before is missing, nor counted twice. */
  sum(): number {
    let sum = 0
    for (let cpu = 0; cpu < this.cpus; cpu++) sum += this.#partOf(this.at + cpu * COUNTER.size)
    return sum
  }

  name(): string {
    return `the counter at ${this.at}`
  }

  /**
   * Between two looks at the high word that agree, the low one was of that half or the one before.
   */
  #partOf(line: Address): number {
    const { memory } = this
    const high = line + COUNTER.offset.high
    for (let halves = memory.load(high); ; ) {
      const low = memory.load(line)
      const again = memory.load(high)
      if (again === halves)
        return (halves - (isOf(low, halves) ? 0 : 1)) * HALF + (low & (HALF - 1))
      halves = again
    }
  }

  #carry(line: Address, low: number, next: number): void {
    const { memory } = this
    const high = line + COUNTER.offset.high
    const halves = memory.read(high)
    // A thread of this number that ended here has left the high word ahead.
    if (isOf(low, halves)) memory.store(high, halves + 1)
    memory.store(line, next)
  }
}

/** Whether the low word is of the half that the high one says, or of the one before. */
function isOf(low: number, halves: number): boolean {
  return low < 0 === ((halves & 1) === 1)
}
