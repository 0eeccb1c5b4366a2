import { type Address, came, layout, type Place, word } from '@smpnet/memory'
import type { LockHandle, LockKind } from '../words/lock-kind.ts'
import { PerCpu } from './per-cpu.ts'
import { expectDomain } from '../domain/expect-domain.ts'
import { type Placing, SyncDomain } from '../domain/sync-domain.ts'

/**
 * FreeBSD's counter(9): a number that every CPU adds to on a cache line of its own, without any
 * atomic operation, and that is summed when a reader wants to know.
 *
 * A CPU's part is 53 bits in two words. Adding writes the low word, and the high one when the low
 * one overflows. Only then could a reader see one without the other, and only then, once in 2^31
 * events, are the writes atomic and in a sequence that shows it.
 */
export const COUNTER = layout('counter', {
  /** (o) The low 31 bits of what this CPU has counted. Others read it. */
  low: word('o', 'cpu'),
  /** (o) The rest of it. Others read it. */
  high: word('o', 'cpu'),
  /** (o) Odd while both are changed. Others read it. */
  sequence: word('o', 'cpu'),
})

const KIND: LockKind = { name: 'counter', code: 10, version: 1 }
const LOW_END = 2 ** 31

export class Counter extends PerCpu {
  /** Bytes of a counter for so many CPUs. */
  static bytes(cpus: number): number {
    return cpus * COUNTER.size
  }

  /** Places a counter that every thread of the domain can add to. Throws OutOfMemory. */
  static create(domain: SyncDomain, options: Placing = {}): Counter {
    expectDomain(domain, KIND, options)
    const { cpus } = domain
    const at = domain.place(KIND, Counter.bytes(cpus), options, COUNTER.align)
    return new Counter(domain.memory, at, cpus, domain)
  }

  /** Opens, in any thread, the counter that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): Counter {
    const { domain, at } = SyncDomain.openLock(KIND, handle, Counter.bytes)
    return new Counter(domain.memory, at, domain.cpus, domain)
  }

  /** Names this counter for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return SyncDomain.handleOf(this, KIND)
  }

  /**
   * Adds a whole number from 0 to 2^31 - 1 to the part of the CPU that the caller runs on: `td`, or
   * an interrupt. Nothing is to be pinned, for the addition ends where it began.
   */
  add(place: Place, count: number): void {
    const { memory } = this
    const line = this.at + place.cpu * COUNTER.size
    const sum = memory.read(line) + count
    if (sum < LOW_END) memory.write(line, sum)
    else this.#carry(line, sum - LOW_END)
  }

  /** Adds from this thread. Throws a RangeError for what is no count. */
  increment(count = 1): void {
    if (!Number.isInteger(count) || count < 0 || count >= LOW_END) {
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

  #partOf(line: Address): number {
    const { memory } = this
    for (;;) {
      const sequence = memory.load(line + COUNTER.offset.sequence)
      const part = memory.load(line + COUNTER.offset.high) * LOW_END + memory.load(line)
      if ((sequence & 1) === 0 && memory.load(line + COUNTER.offset.sequence) === sequence) {
        return part
      }
    }
  }

  #carry(line: Address, low: number): void {
    const { memory } = this
    const sequence = line + COUNTER.offset.sequence
    const high = line + COUNTER.offset.high
    memory.store(sequence, memory.read(sequence) + 1)
    memory.store(high, memory.read(high) + 1)
    memory.store(line, low)
    memory.store(sequence, memory.read(sequence) + 1)
  }
}
