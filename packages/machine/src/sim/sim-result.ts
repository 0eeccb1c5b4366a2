import { CACHE_LINE_BYTES, type PlacedPart, type Work, workName } from '@smpnet/memory'
import { FROM_MEMORY, type LineDirectory } from './line-directory.ts'
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

/** What CPUs and lines were used for, and what happened, up to some moment. */
export interface SimUsage {
  readonly cpus: readonly CpuUse[]
  readonly lines: LineUse
  readonly statistics: Readonly<SimStatistics>
}

export interface SimResult extends SimUsage {
  readonly profile: string
  readonly seed: number
  readonly ending: Ending
  /** How much virtual time passed: until `untilNs`, or until the last CPU did the last thing. */
  readonly virtualNs: number
  readonly virtualCycles: number
  /** Turns given to CPUs and interrupts of all kinds. */
  readonly events: number
  /** In the order of virtual time, and of CPU numbers at the same time. */
  readonly reports: readonly SimReport[]
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
  /** The lines by what they were placed for, those that CPUs waited for longest first. */
  readonly places: readonly PlaceUse[]
  /** Reads of the chip with the old timers that waited for others, and how long together. */
  readonly chipWaits: number
  readonly chipWaitedCycles: number
}

/** What became of the lines of one thing that was placed. */
export interface PlaceUse {
  /** As it was placed: `the locks of "route"`. */
  readonly name: string
  /** How often one of its lines moved, or copies were taken away. */
  readonly moves: number
  /** How long CPUs waited for one that was with others, together. */
  readonly waitedCycles: number
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

export function lineUse(
  { directory, chip, atomics }: SimPricer,
  placed: readonly PlacedPart[],
): LineUse {
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
    places: placesOf(directory, placed),
    chipWaits: chip.waits,
    chipWaitedCycles: chip.waitedCycles,
  }
}

/**
 * Sums lines up by the names of what they were placed for; those that never moved are left out, and
 * are most of a memory.
 */
function placesOf(directory: LineDirectory, placed: readonly PlacedPart[]): readonly PlaceUse[] {
  const { moves, waits } = directory
  const lines = directory.movedLines()
  const uses = new Map<string, PlaceUse>()
  for (const { what, at, bytes } of placed) {
    const end = Math.ceil((at + bytes) / CACHE_LINE_BYTES)
    const first = firstFrom(lines, Math.floor(at / CACHE_LINE_BYTES))
    if (first === lines.length || lines[first]! >= end) continue
    let { moves: moved, waitedCycles } = uses.get(what) ?? { moves: 0, waitedCycles: 0 }
    for (let index = first; index < lines.length && lines[index]! < end; index++) {
      moved += moves[lines[index]!]!
      waitedCycles += waits[lines[index]!]!
    }
    uses.set(what, { name: what, moves: moved, waitedCycles })
  }
  return [...uses.values()].sort(
    (one, other) => other.waitedCycles - one.waitedCycles || other.moves - one.moves,
  )
}

/** The index of the first of sorted `lines` that is at least `line`; their length for none. */
function firstFrom(lines: Int32Array, line: number): number {
  let [from, to] = [0, lines.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if (lines[middle]! < line) from = middle + 1
    else to = middle
  }
  return from
}

/** Sorts reports by time and CPU; those of one CPU stay in their order. */
export function inOrder(reports: readonly SimReport[]): readonly SimReport[] {
  return [...reports].sort((one, other) => one.atNs - other.atNs || one.cpu - other.cpu)
}

function byDistance(counts: Float64Array): Record<string, number> {
  return Object.fromEntries(DISTANCE_NAMES.map((name, index) => [name, counts[index + 1]!]))
}

function byName(cycles: readonly number[]): Record<string, number> {
  const used: [name: string, cycles: number][] = []
  for (let work: Work = 0; work < cycles.length; work++) {
    if (cycles[work]! > 0) used.push([workName(work), cycles[work]!])
  }
  return Object.fromEntries(used.sort(([one], [other]) => (one < other ? -1 : 1)))
}
