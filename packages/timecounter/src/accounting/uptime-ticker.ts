import { Bintime } from '../arithmetic/bintime.ts'
import { bintimeToNs } from '../arithmetic/timespec.ts'
import type { Timehands } from '../timehands/timehands.ts'

/** What a scheduler counts CPU time in; `CpuTicker` is the other one there is. */
export interface TickSource {
  /** Never less than before on the same CPU. */
  ticks(): number
  /** Ticks per second. */
  rate(): number
}

/**
 * Counts in nanoseconds of uptime: a reading of the timecounter and its conversion at every
 * context switch, as mi_switch did before there were cputickers.
 */
export function uptimeTicker(timehands: Timehands): TickSource {
  const time = new Bintime()
  return { rate: () => 1e9, ticks: () => bintimeToNs(timehands.binuptime(time)) }
}
