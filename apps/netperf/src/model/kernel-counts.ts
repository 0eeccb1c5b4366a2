import type { DelayCounts } from '@smpnet/scheduler'

/** What our kernel counted while its clients ran one slice; it can be cloned. */
export interface KernelCounts {
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
  /** Interrupts from CPU to CPU; undefined on a live machine, which has none. */
  readonly ipis: number | undefined
  /** Atomic operations, and cache lines that moved, of all CPUs; undefined on a live machine. */
  readonly atomics: number | undefined
  readonly lineMoves: number | undefined
}

/** A figure of a packet. Undefined where there is no packet, or it was not counted. */
export function perPacket(
  counts: KernelCounts,
  of: (counts: KernelCounts) => number | undefined,
): number | undefined {
  const counted = of(counts)
  return counted === undefined || counts.packets === 0 ? undefined : counted / counts.packets
}
