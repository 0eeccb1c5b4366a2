import type { SchedulerStatistics } from '@smpnet/scheduler'
import type { ProfileRow } from '@smpnet/sync'

/** What a CPU of a kernel has counted; it can be cloned. */
export interface CpuStatistics extends SchedulerStatistics {
  /** Knobs and counts of its policy by FreeBSD's names, `kern.sched.*`. */
  readonly sysctl: Readonly<Record<string, number | string>>
  /** Whether that policy is one for all CPUs, so that each of them says the same. */
  readonly isShared: boolean
  /** Where its threads took locks; none unless locks are profiled. */
  readonly locks: readonly ProfileRow[]
  /** What a witness has reported to the isolate of this CPU; said by its first CPU alone. */
  readonly reversals: readonly string[]
}

/** What a kernel has counted up to now; it can be cloned. */
export interface StackStatistics extends CountedSoFar {
  readonly cpus: readonly CpuStatistics[]
  /** What the network has counted, by FreeBSD's names: `udps_ipackets`. None without a network. */
  readonly network?: Readonly<Record<string, number>>
}

/** What schedulers and the machine have counted, which is not in the kernel's memory. */
export interface CountedSoFar {
  readonly cpus: readonly SchedulerStatistics[]
  /** What a simulated machine has counted besides. */
  readonly machine?: MachineStatistics
}

/** What only a simulated machine can see. Cycles and counts. */
export interface MachineStatistics {
  /** Interrupts from one CPU to another, and what other kinds of events there were. */
  readonly ipis: number
  readonly ticks: number
  readonly alarms: number
  readonly interrupts: number
  readonly rendezvous: number
  /** Waiters woken by another CPU, and by their own. */
  readonly remoteWakes: number
  readonly localWakes: number
  /** Times that an idle CPU began to run again. */
  readonly idleExits: number
  readonly turns: number
  readonly settles: number
  /** Cache lines that moved, and writes that took copies of others away, by distance. */
  readonly transfers: Readonly<Record<string, number>>
  readonly upgrades: Readonly<Record<string, number>>
  /** Atomic operations that change a word, or try to. */
  readonly atomics: number
  /** Accesses that waited for a line on its way to another CPU, and how long together. */
  readonly contended: number
  readonly waitedCycles: number
  /** Lines handed on to the next of those that waited for them. */
  readonly handovers: number
  /** Compare-and-swaps that found another value than was expected. */
  readonly failedSwaps: number
  /** The lines by what they were placed for, those that were waited for longest first. */
  readonly places: readonly PlaceCounts[]
  /** Cycles of all CPUs in named work, by its name. */
  readonly work: Readonly<Record<string, number>>
  /** Cycles of a nanosecond. */
  readonly cyclesPerNs: number
  readonly cpus: readonly CpuCycles[]
}

/** What became of the lines of one thing that was placed. */
export interface PlaceCounts {
  readonly name: string
  readonly moves: number
  readonly waitedCycles: number
}

/** What a simulated CPU did with its time. */
export interface CpuCycles {
  readonly cpu: number
  readonly busyCycles: number
  readonly idleCycles: number
  /** Of the busy ones: waiting for lines, and copying. */
  readonly lineCycles: number
  readonly copyCycles: number
}
