import type { DelayCounts } from '@smpnet/scheduler'

/** What our kernel counted while its clients ran one slice; it can be cloned. */
export interface KernelCounts {
  /** Operations of all clients, from when the first began to when the last had ended. */
  readonly operations: number
  /** Datagrams that came in; operations of the slice in a kernel without a network. */
  readonly packets: number
  /** Times that a CPU was taken from a thread, for whatever reason. */
  readonly switches: number
  /** Of those, switches to a thread that then slept for a lock of the one before. */
  readonly heldLockSwitches: number
  /** Owners of locks that became more urgent by what those lent who waited. */
  readonly loans: number
  /** From a wake to the moment at which the thread is given a CPU. */
  readonly runDelay: DelayCounts
  /** Of all CPUs together; undefined where nobody can know it at each moment. */
  readonly idleBesideQueuedNs: number | undefined
  /** Of those, switches by a thread that waits for something. */
  readonly parks: number
  /** What the simulated machine did; undefined on a live one. */
  readonly machine: MachineCounts | undefined
  /** Interrupts from CPU to CPU; undefined on a live machine, which has none. */
  readonly ipis: number | undefined
  /** Atomic operations, and cache lines that moved, of all CPUs; undefined on a live machine. */
  readonly atomics: number | undefined
  readonly lineMoves: number | undefined
}

/** What a simulated machine did in a while, all CPUs together; times in ns. */
export interface MachineCounts {
  /** Lines that moved, by how far, and from memory. */
  readonly moved: Readonly<Record<string, number>>
  /** Writes that took copies of others away. */
  readonly taken: number
  readonly failedSwaps: number
  readonly wakes: number
  readonly idleNs: number
  readonly busyNs: number
  /** Of the busy time: waiting for lines, and copying. */
  readonly linesNs: number
  readonly copyNs: number
  /** Of the busy time: named work. */
  readonly workNs: Readonly<Record<string, number>>
  /** Lines by what they are for: how often one moved, and how long it was waited for. */
  readonly places: Readonly<Record<string, { readonly moves: number; readonly waitedNs: number }>>
}

/** A figure of a packet. Undefined where there is no packet, or it was not counted. */
export function perPacket(
  counts: KernelCounts,
  of: (counts: KernelCounts) => number | undefined,
): number | undefined {
  const counted = of(counts)
  return counted === undefined || counts.packets === 0 ? undefined : counted / counts.packets
}
