import {
  type Address,
  type Arena,
  CACHE_LINE_BYTES,
  came,
  expectHandle,
  expectMethods,
  type HandleKind,
  type Memory,
  type Place,
  WORD_BYTES,
} from '@smpnet/memory'

/** What another thread needs to use counters; it can be cloned and posted. */
export interface CountersHandle {
  readonly at: Address
  readonly cpus: number
  readonly names: readonly string[]
}

const HANDLE: HandleKind = {
  of: 'counters',
  fields: { at: 'address', cpus: 'count', names: 'list' },
}

/**
 * Counters by name with a word for each CPU, in FreeBSD's counter(9) manner: a CPU adds to its own
 * words, which share no line with those of others, and a reader sums. 32 bits each, wrapping.
 */
export class Counters {
  readonly #perCpu: number

  constructor(
    readonly memory: Memory,
    readonly handle: CountersHandle,
  ) {
    expectHandle(HANDLE, handle, memory)
    this.#perCpu = perCpuBytes(handle.names.length)
  }

  /** Places counters, all 0. Throws a RangeError for a name that comes twice, and OutOfMemory. */
  static place(arena: Arena, cpus: number, names: readonly string[]): CountersHandle {
    expectMethods('where counters are placed', arena, ['place'])
    if (!Array.isArray(names) || !(Number.isInteger(cpus) && cpus >= 1)) {
      const wrong = Array.isArray(names) ? cpus : names
      throw new TypeError(
        `counters have a number of CPUs and a list of names: ${came(wrong)} came`,
      )
    }
    const twice = names.find((name, i) => names.indexOf(name) !== i)
    if (twice !== undefined)
      throw new RangeError(`counters have names of their own: ${twice} came twice`)
    const at = arena.place('counters', cpus * perCpuBytes(names.length))
    return { at, cpus, names: [...names] }
  }

  /** The number of a counter, for `add`. Throws a RangeError, with the names, for one unknown. */
  number(name: string): number {
    const found = this.handle.names.indexOf(name)
    if (found >= 0) return found
    throw new RangeError(`the counters are ${this.handle.names.join(', ')}: ${came(name)} came`)
  }

  /** Adds to the word of the CPU that the caller runs on: a thread, its lot, or an interrupt. */
  add(place: Place, counter: number, delta: number): void {
    const at = this.#at(place.cpu, counter)
    this.memory.write(at, (this.memory.read(at) + delta) | 0)
  }

  /** What a CPU has counted, from 0 to 2^32 - 1. */
  of(cpu: number, counter: number): number {
    return this.memory.load(this.#at(cpu, counter)) >>> 0
  }

  /** The sums over all CPUs, by name; each is a sum of what the CPUs had when it was read. */
  totals(): Readonly<Record<string, number>> {
    const { cpus, names } = this.handle
    const all = Array.from({ length: cpus }, (_, cpu) => cpu)
    return Object.fromEntries(
      names.map((name, counter) => [
        name,
        all.reduce((sum, cpu) => sum + this.of(cpu, counter), 0),
      ]),
    )
  }

  #at(cpu: number, counter: number): Address {
    return this.handle.at + cpu * this.#perCpu + counter * WORD_BYTES
  }
}

function perCpuBytes(counters: number): number {
  return Math.ceil((counters * WORD_BYTES) / CACHE_LINE_BYTES) * CACHE_LINE_BYTES
}
