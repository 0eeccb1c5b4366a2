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
  readonly order: number
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
  #nowNs: number
  #order = 0

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
    const entry: Entry = { atNs, order: this.#order++, ring, cpu }
    this.#entries.add(entry)
    return { cancel: () => void this.#entries.delete(entry) }
  }

  /** Lets `ns` pass: rings what is due on the way, each with the clock at its time. */
  advance(ns: number): void {
    const endNs = this.#nowNs + checkNs('time', ns)
    for (let next = this.#next(endNs); next !== undefined; next = this.#next(endNs)) {
      this.#entries.delete(next)
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

  #next(endNs: number): Entry | undefined {
    let first: Entry | undefined
    for (const entry of this.#entries) {
      if (entry.atNs > endNs) continue
      const isEarlier = first === undefined || entry.atNs < first.atNs
      if (isEarlier || (entry.atNs === first!.atNs && entry.order < first!.order)) first = entry
    }
    return first
  }
}

function checkNs(what: string, ns: number): number {
  if (typeof ns === 'number' && ns >= 0 && ns < Number.POSITIVE_INFINITY) return ns
  throw new BadTime(`${what}: expected a number of ns, not below 0, came ${came(ns)}`)
}
