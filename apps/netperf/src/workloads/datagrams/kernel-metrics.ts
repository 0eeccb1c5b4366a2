import { perPacket } from '../../model/kernel-counts.ts'
import type { Metric } from '../../model/workload.ts'

/**
 * What the kernel's statistics say of its datagrams: counts are of each that came in, and idle is
 * CPU time for each.
 */
export const KERNEL_METRICS: readonly Metric[] = [
  { name: 'switches', unit: 'each', from: (of) => perPacket(of, (c) => c.switches) },
  { name: 'into-lock', unit: 'each', from: (of) => perPacket(of, (c) => c.heldLockSwitches) },
  { name: 'loans', unit: 'each', from: (of) => perPacket(of, (c) => c.loans) },
  { name: 'ipis', unit: 'each', from: (of) => perPacket(of, (c) => c.ipis) },
  {
    name: 'delay-p50',
    unit: 'ns',
    from: ({ runDelay }) => delayOf(runDelay.count, runDelay.p50Ns),
  },
  {
    name: 'delay-p99',
    unit: 'ns',
    from: ({ runDelay }) => delayOf(runDelay.count, runDelay.p99Ns),
  },
  { name: 'idle-queued', unit: 'ns', from: (of) => perPacket(of, (c) => c.idleBesideQueuedNs) },
]

function delayOf(count: number, ns: number): number | undefined {
  return count === 0 ? undefined : ns
}
