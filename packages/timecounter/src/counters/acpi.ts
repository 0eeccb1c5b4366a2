import type { Memory } from '@smpnet/memory'
import { type Counter, counterDelta, maskOf } from './counter.ts'
import { readWork } from './read-cost.ts'
import { periodsIn, type TimeSource } from './time-source.ts'

/** A quarter of the old colour-television clock: the ACPI power-management timer. */
export const ACPI_HZ = 3_579_545

const READ_FAST = readWork('read-acpi-fast')
const READ_SAFE = readWork('read-acpi-safe')
/** Samples after which the safe procedure gives its last one: no hardware was seen to need ten. */
const MOST_SAMPLES = 100

export interface AcpiOptions {
  /** Width; old chips have 24 bits, which wrap every 4.7 s. 32 unless told. */
  readonly bits?: 24 | 32
  /**
   * What the port gives when the counter is `count`: a faulty latch shows bits of two moments.
   * For ACPI-safe, whose procedure exists because of such chips.
   */
  readonly latch?: (count: number) => number
}

/** The timer whose latch works: one port read. */
export function acpiFast(memory: Memory, source: TimeSource, options: AcpiOptions = {}): Counter {
  const mask = maskOf(options.bits ?? 32)
  return {
    name: 'ACPI-fast',
    mask,
    frequency: ACPI_HZ,
    quality: 900,
    read: () => {
      memory.charge(READ_FAST, 1)
      return (periodsIn(source.nowNs(), ACPI_HZ) & mask) >>> 0
    },
  }
}

/**
 * The timer whose latch does not: reads until three samples in a row go up, and gives the middle
 * one (FreeBSD: sys/dev/acpica/acpi_timer.c). The price covers three samples, the least there are;
 * each further one is billed a third of it, rounded up.
 */
export function acpiSafe(memory: Memory, source: TimeSource, options: AcpiOptions = {}): Counter {
  const mask = maskOf(options.bits ?? 32)
  const latch = options.latch ?? ((count) => count)
  const port = () => (latch((periodsIn(source.nowNs(), ACPI_HZ) & mask) >>> 0) & mask) >>> 0
  const isUp = (one: number, other: number) => counterDelta(mask, other, one) <= mask / 2
  return {
    name: 'ACPI-safe',
    mask,
    frequency: ACPI_HZ,
    quality: 850,
    read: () => {
      memory.charge(READ_SAFE, 1)
      let [first, middle, last] = [port(), port(), port()]
      for (let samples = 3; samples < MOST_SAMPLES; samples++) {
        if (isUp(first, middle) && isUp(middle, last)) break
        if (samples % 3 === 0) memory.charge(READ_SAFE, 1)
        first = middle
        middle = last
        last = port()
      }
      return middle
    },
  }
}
