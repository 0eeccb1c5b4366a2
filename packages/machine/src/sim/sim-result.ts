import { type Work, workName } from '@smpnet/memory'
import { FROM_MEMORY } from './line-directory.ts'
import type { SimPricer } from './sim-pricer.ts'
import type { SimStatistics } from './sim-statistics.ts'
import type { Core } from './core.ts'
import { DISTANCE_NAMES } from './topology.ts'

/** A value that a CPU handed out. */
export interface SimReport {
  readonly cpu: number
  /** The CPU's virtual time then. */
  readonly atNs: number
  readonly value: unknown
}

/** Why the simulation is over: its time is, nothing can happen any more, or it was stopped. */
export type Ending = 'time' | 'quiet' | 'stopped'

export interface SimResult {
  readonly profile: string
  readonly seed: number
  readonly ending: Ending
  /** How much virtual time passed: until `untilNs`, or until the last CPU did the last thing. */
  readonly virtualNs: number
  readonly virtualCycles: number
  /** Turns given to CPUs and interrupts of all kinds. */
  readonly events: number
  readonly cpus: readonly CpuUse[]
  /** In the order of virtual time, and of CPU numbers at the same time. */
  readonly reports: readonly SimReport[]
  readonly lines: LineUse
  readonly statistics: Readonly<SimStatistics>
}

/** What a CPU did with its time, in cycles. */
export interface CpuUse {
  readonly cpu: number
  readonly busyCycles: number
  readonly idleCycles: number
  /** Of the busy ones: waiting for lines that it did not have. */
  readonly lineCycles: number
  /** Of the busy ones: copying. */
  readonly copyCycles: number
  /** Of the busy ones: named work, by name. What then remains are accesses to lines it had. */
  readonly workCycles: Readonly<Record<string, number>>
}

export interface LineUse {
  /** Lines moved, by distance, and from memory. */
  readonly transfers: Readonly<Record<string, number>>
  /** Writes that took copies of others away, by the distance of the farthest. */
  readonly upgrades: Readonly<Record<string, number>>
  /** Accesses that had to wait for a line on its way to another, and how long together. */
  readonly contended: number
  readonly waitedCycles: number
  /** Lines handed to the next of their queue, and how often that was not the first that came. */
  readonly handovers: number
  readonly overtaken: number
  /** The most CPUs that waited for one line. */
  readonly longestQueue: number
  /** Atomic operations that change a word, or try to: swaps, additions. */
  readonly atomics: number
  /** Compare-and-swaps that found another value. */
  readonly failedSwaps: number
  /** Reads of the chip with the old timers that waited for others, and how long together. */
  readonly chipWaits: number
  readonly chipWaitedCycles: number
}

export function cpuUse(core: Core, pricer: SimPricer, endCycles: number): CpuUse {
  const end = core.isIdle ? endCycles : Math.max(endCycles, pricer.clock[core.id]!)
  const idleCycles = core.idleCycles + core.idleUntil(endCycles)
  return {
    cpu: core.id,
    busyCycles: end - idleCycles,
    idleCycles,
    lineCycles: pricer.lineCycles[core.id]!,
    copyCycles: pricer.copyCycles[core.id]!,
    workCycles: byName(pricer.workCycles[core.id]!),
  }
}

export function lineUse({ directory, chip, atomics }: SimPricer): LineUse {
  const { transfers, upgrades, contended, waitedCycles, handovers, queues } = directory
  return {
    transfers: { ...byDistance(transfers), memory: transfers[FROM_MEMORY]! },
    upgrades: byDistance(upgrades),
    contended,
    waitedCycles,
    handovers,
    overtaken: queues.overtaken,
    longestQueue: queues.longest,
    atomics,
    failedSwaps: directory.failedSwaps,
    chipWaits: chip.waits,
    chipWaitedCycles: chip.waitedCycles,
  }
}

/** Sorts reports by time and CPU; those of one CPU stay in their order. */
export function inOrder(reports: readonly SimReport[]): readonly SimReport[] {
  return [...reports].sort((one, other) => one.atNs - other.atNs || one.cpu - other.cpu)
}

function byDistance(counts: Float64Array): Record<string, number> {
  return Object.fromEntries(DISTANCE_NAMES.map((name, index) => [name, counts[index + 1]!]))
}

function byName(cycles: readonly number[]): Record<string, number> {
  const entries = cycles.map((value, work: Work) => [workName(work), value] as const)
  const used = entries.filter(([, value]) => value > 0)
  return Object.fromEntries(used.sort(([one], [other]) => (one < other ? -1 : 1)))
}
