import { came, type Memory } from '@smpnet/memory'
import { BadCounter } from '../errors.ts'
import { type Counter, maskOf } from './counter.ts'
import { readWork } from './read-cost.ts'
import { periodsIn, type TimeSource } from './time-source.ts'

/** What most chips have; the specification asks for at least 10 MHz. */
export const HPET_HZ = 14_318_180
const LEAST_HZ = 10_000_000
const READ = readWork('read-hpet')

/**
 * The high precision event timer: one uncached read over the bus, of which 32 bits are used, so
 * that it wraps every 300 s (FreeBSD: sys/dev/acpica/acpi_hpet.c). Throws BadCounter for a
 * frequency below the 10 MHz that the IA-PC HPET specification requires.
 */
export function hpet(memory: Memory, source: TimeSource, frequency = HPET_HZ): Counter {
  if (!(frequency >= LEAST_HZ)) {
    throw new BadCounter(
      `HPET frequency: expected at least ${LEAST_HZ} Hz, came ${came(frequency)}`,
    )
  }
  return {
    name: 'HPET',
    mask: maskOf(32),
    frequency,
    quality: 950,
    read: () => {
      memory.charge(READ, 1)
      return periodsIn(source.nowNs(), frequency) % 2 ** 32
    },
  }
}
