import { Bintime } from '../arithmetic/bintime.ts'
import { bintimeToNs } from '../arithmetic/timespec.ts'
import type { Timehands } from '../timehands/timehands.ts'
import type { CpuTicker } from './cputicker.ts'

/**
 * A ticker for a scheduler that counts in nanoseconds of uptime: a reading of the timecounter and
 * its conversion at every context switch, as mi_switch did before there were cputickers.
 */
export function uptimeTicker(timehands: Timehands): Pick<CpuTicker, 'ticks' | 'rate'> {
  const time = new Bintime()
  return { rate: () => 1e9, ticks: () => bintimeToNs(timehands.binuptime(time)) }
}
