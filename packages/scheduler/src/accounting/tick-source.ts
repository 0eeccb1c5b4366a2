import type { Cpu } from '@smpnet/machine'

/**
 * What CPU time is counted in: what FreeBSD calls a cputicker. Either a clock, which has to be read
 * and converted at every switch, or a register of the CPU in its own cycles, which is converted
 * only when the statistics are asked for. Read on the CPU that it belongs to. `@smpnet/timecounter`
 * has both for all its counters: `CpuTicker` and `uptimeTicker`.
 */
export interface TickSource {
  /** Never less than before on the same CPU. A read costs what it costs. */
  ticks(): number
  /** Ticks per second. */
  rate(): number
}

/** Counts in nanoseconds of the CPU's own clock: a full clock read at every switch. */
export function clockTicker(cpu: Cpu): TickSource {
  return { rate: () => 1e9, ticks: () => cpu.now() }
}
