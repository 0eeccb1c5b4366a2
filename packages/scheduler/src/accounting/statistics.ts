import type { WakeupFigures } from '../schedstats/figures.ts'
import type { SwitchReasonName } from '../thread/switch-reason.ts'
import type { Thread } from '../thread/thread.ts'
import type { CpuTimes } from './cpu-account.ts'

/** What is known about a thread. */
export interface ThreadStatistics {
  readonly name: string
  /** The CPU that it is with. */
  readonly cpu: number
  /** As it is now, with what its policy worked out and what it was lent. */
  readonly priority: number
  readonly nice: number
  readonly isParked: boolean
  /** CPU time billed to it, in ns; 0 when nothing is billed. */
  readonly runNs: number
  /** How often it got a CPU that another thread had, or that was idle. */
  readonly switches: number
}

/** What is known about the scheduler of a CPU. */
export interface SchedulerStatistics {
  readonly cpu: number
  readonly switches: number
  readonly reasons: Readonly<Record<SwitchReasonName, number>>
  /** How long this CPU ran threads, and had none to run; undefined when nothing is billed. */
  readonly busyNs: number | undefined
  readonly idleNs: number | undefined
  /** What wakeups led to; undefined without `schedstats`. */
  readonly wakeups: WakeupFigures | undefined
  readonly threads: readonly ThreadStatistics[]
}

/** Ticks are made into time here, when statistics are asked for, and not at each switch. */
export function threadStatistics(td: Thread, frequencyHz: number): ThreadStatistics {
  const { name, priority, nice, parked, runTicks, switches, cpu } = td
  const runNs = ticksToNs(runTicks, frequencyHz)
  return { name, cpu, priority, nice, isParked: parked, runNs, switches }
}

/** What a CPU did with its time, in ns. */
export function timesInNs(times: CpuTimes | undefined): {
  busyNs: number | undefined
  idleNs: number | undefined
} {
  if (times === undefined) return { busyNs: undefined, idleNs: undefined }
  const { busyTicks, idleTicks, frequencyHz } = times
  return {
    busyNs: ticksToNs(busyTicks, frequencyHz),
    idleNs: ticksToNs(idleTicks, frequencyHz),
  }
}

function ticksToNs(ticks: number, frequencyHz: number): number {
  return (ticks / frequencyHz) * 1e9
}
