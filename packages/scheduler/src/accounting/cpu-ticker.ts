import type { Cpu } from '@smpnet/machine'

/**
 * What CPU time is counted in: FreeBSD's cputicker. Either a clock, which has to be read and
 * converted at every switch, or a register of the CPU in its own cycles, which is converted only
 * when somebody asks. Read on the CPU that it belongs to. `@smpnet/timecounter` has them for all
 * its counters.
 */
export interface CpuTicker {
  /** Never less than before on the same CPU. A read costs what it costs. */
  ticks(): number
  /** Ticks per second. */
  rate(): number
}

/** Counts in nanoseconds of the CPU's own clock: a full clock read at every switch. */
export function clockTicker(cpu: Cpu): CpuTicker {
  return { rate: () => 1e9, ticks: () => cpu.now() }
}
