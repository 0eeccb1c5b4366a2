import { came, expectFunction, Interrupt } from '@smpnet/memory'
import { BadTime } from '../errors.ts'
import { type Counter, maskOf } from '../counters/counter.ts'
import type { TimeSource } from '../counters/time-source.ts'

/** Something that was set to happen. */
export interface MockAlarm {
  /** After this it does not ring. */
  cancel(): void
}

interface Entry {
  readonly atNs: number
  readonly cpu: number
  readonly ring: (irq: Interrupt) => void
}

/**
 * A clock for tests: time stands until the test lets it pass, and what was set to happen meanwhile
 * happens at its time, in order. It serves wherever this package asks for a time source, for
 * alarms, or, by `counter`, for a counter of nanoseconds.
 */
export class MockClock implements TimeSource {
  readonly #entries = new Set<Entry>()
  /** The same, the first to ring last, and among them some that were cancelled. */
  #sorted: Entry[] = []
  #nowNs: number

  constructor(startNs = 0) {
    this.#nowNs = checkNs('start', startNs)
  }

  nowNs(): number {
    return this.#nowNs
  }

  /** The same under the name that a CPU has it by. */
  now(): number {
    return this.#nowNs
  }

  /** Calls `ring`, as an interrupt of `cpu`, when `delayNs` have passed. */
  alarm(delayNs: number, ring: (irq: Interrupt) => void, cpu = 0): MockAlarm {
    const atNs = this.#nowNs + checkNs('delay', delayNs)
    expectFunction('what an alarm rings', ring)
    const entry: Entry = { atNs, ring, cpu }
    this.#entries.add(entry)
    this.#sorted.splice(this.#placeOf(entry), 0, entry)
    return { cancel: () => this.#cancel(entry) }
  }

  /** Lets `ns` pass: rings what is due on the way, each with the clock at its time. */
  advance(ns: number): void {
    const endNs = this.#nowNs + checkNs('time', ns)
    for (let next = this.#next(endNs); next !== undefined; next = this.#next(endNs)) {
      this.#entries.delete(next)
      this.#sorted.pop()
      this.#nowNs = Math.max(this.#nowNs, next.atNs)
      next.ring(new Interrupt(next.cpu))
    }
    this.#nowNs = Math.max(this.#nowNs, endNs)
  }

  /** Lets `ns` pass without ringing anything: a CPU that was busy. What is due rings late. */
  stall(ns: number): void {
    this.#nowNs += checkNs('time', ns)
  }

  /** How many alarms are set. */
  pending(): number {
    return this.#entries.size
  }

  /** A counter that counts this clock's nanoseconds, or `frequency` a second, in `bits` bits. */
  counter(frequency = 1_000_000_000, bits = 53): Counter {
    if (typeof bits !== 'number' || typeof frequency !== 'number') {
      const wrong = typeof bits === 'number' ? frequency : bits
      throw new BadTime(`a mock counter has Hz and bits, numbers: ${came(wrong)} came`)
    }
    const mask = maskOf(bits)
    const read = () => Math.floor((this.#nowNs / 1e9) * frequency) % (mask + 1)
    return { name: 'mock', mask, frequency, quality: 0, read }
  }

  /** The first that is due by then; it is the last of the sorted ones. */
  #next(endNs: number): Entry | undefined {
    let first = this.#sorted.at(-1)
    for (; first !== undefined && !this.#entries.has(first); first = this.#sorted.at(-1)) {
      this.#sorted.pop()
    }
    return first !== undefined && first.atNs <= endNs ? first : undefined
  }

  /** Where an entry goes: behind those that ring later, before all that ring earlier. */
  #placeOf({ atNs }: Entry): number {
    let [low, high] = [0, this.#sorted.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#sorted[middle]!.atNs > atNs) low = middle + 1
      else high = middle
    }
    return low
  }

  /** Those that were cancelled are passed over when they are due, and are never more than half. */
  #cancel(entry: Entry): void {
    this.#entries.delete(entry)
    if (this.#sorted.length < FEW || this.#sorted.length < 2 * this.#entries.size) return
    this.#sorted = this.#sorted.filter((each) => this.#entries.has(each))
  }
}

/** So many are not worth looking through. */
const FEW = 32

function checkNs(what: string, ns: number): number {
  if (typeof ns === 'number' && ns >= 0 && ns < Number.POSITIVE_INFINITY) return ns
  throw new BadTime(`${what}: expected a number of ns, not below 0, came ${came(ns)}`)
}
