import type { Memory } from '@smpnet/memory'
import { HPET_HZ } from '../counters/hpet.ts'
import { I8254_HZ } from '../counters/i8254.ts'
import { type AlarmSource, eventTimer, type EventTimer } from './event-timer.ts'

/** The timer in each CPU, at a bus rate of `frequency` Hz; bad where it stops in deep sleep. */
export function lapicTimer(
  memory: Memory,
  source: AlarmSource,
  options: { readonly frequency?: number; readonly stopsInC3?: boolean } = {},
): EventTimer {
  const { frequency = 100_000_000, stopsInC3 = false } = options
  const shape = {
    name: 'LAPIC',
    quality: stopsInC3 ? 100 : 600,
    frequency,
    isPeriodic: true,
    isOneShot: true,
    isPerCpu: true,
    leastNs: 10_000,
    mostNs: (0xfffffffe / frequency) * 1e9,
  } as const
  return eventTimer(shape, memory, source)
}

/** A comparator of the HPET; shared unless the chip has one for each CPU. */
export function hpetTimer(memory: Memory, source: AlarmSource, isPerCpu = false): EventTimer {
  const shape = {
    name: 'HPET',
    quality: isPerCpu ? 550 : 450,
    frequency: HPET_HZ,
    isPeriodic: true,
    isOneShot: true,
    isPerCpu,
    leastNs: 5_000,
    mostNs: (0xfffffffe / HPET_HZ) * 1e9,
  } as const
  return eventTimer(shape, memory, source)
}

/** Channel 0 of the i8254: 16 bits, so 55 ms at most. */
export function i8254Timer(memory: Memory, source: AlarmSource): EventTimer {
  const shape = {
    name: 'i8254',
    quality: 100,
    frequency: I8254_HZ,
    isPeriodic: true,
    isOneShot: true,
    isPerCpu: false,
    leastNs: 2_000,
    mostNs: (0xffff / I8254_HZ) * 1e9,
  } as const
  return eventTimer(shape, memory, source)
}

/** The real-time clock's interrupt: 2 to 8192 times a second, by powers of two, periodic only. */
export function rtcTimer(memory: Memory, source: AlarmSource): EventTimer {
  const shape = {
    name: 'RTC',
    quality: 0,
    frequency: 32_768,
    isPeriodic: true,
    isOneShot: false,
    isPerCpu: false,
    leastNs: 1e9 / 8192,
    mostNs: 1e9 / 2,
    isPowerOfTwo: true,
  } as const
  return eventTimer(shape, memory, source)
}
