import { SWITCH_REASONS, DelayHistogram, type WakeupFigures } from '@smpnet/scheduler'
import type { CpuStatistics, StackStatistics } from '@smpnet/stack'
import { describe, expect, it } from 'vitest'
import { countSlice } from '../src/kernel/count-slice.ts'
import { perPacket } from '../src/model/kernel-counts.ts'
import { KERNEL_METRICS } from '../src/workloads/datagrams/kernel-metrics.ts'

/** What a CPU has counted by some moment, made up. */
function cpu(count: number, delays: readonly number[], own: Partial<WakeupFigures> = {}) {
  const histogram = new DelayHistogram()
  for (const ns of delays) histogram.record(ns)
  const none = Object.fromEntries(SWITCH_REASONS.map((reason) => [reason, 0]))
  const wakeups = {
    heldLockSwitches: count,
    loans: 2 * count,
    idleBesideQueuedNs: 10 * count,
    runDelay: histogram.counts(),
    ...own,
  }
  return { reasons: { ...none, idle: 100 * count, preempt: 3 * count }, wakeups } as CpuStatistics
}

function kernel(packets: number, ipis: number, ...cpus: CpuStatistics[]): StackStatistics {
  const machine = { ipis } as NonNullable<StackStatistics['machine']>
  return { cpus, machine, network: { udps_ipackets: packets } }
}

const before = kernel(10, 1, cpu(1, [5000, 5000, 5000]), cpu(0, []))
const after = kernel(14, 7, cpu(3, [5000, 5000, 5000, 20]), cpu(2, [30]))

describe('what a kernel counted in a slice', () => {
  it('is what grew, of all CPUs, without switches from being idle', () => {
    const counts = countSlice(before, after)!
    expect(counts).toMatchObject({ packets: 4, switches: 12, heldLockSwitches: 4, loans: 8 })
    expect(counts).toMatchObject({ idleBesideQueuedNs: 40, ipis: 6 })
  })

  it('has no delay of the time before', () => {
    expect(countSlice(before, after)?.runDelay).toMatchObject({ count: 2, p50Ns: 20, p99Ns: 30 })
  })

  it('is all since the beginning where nothing was counted before', () => {
    expect(countSlice({ cpus: [] }, after)).toMatchObject({ packets: 14, switches: 15, ipis: 7 })
  })

  it('knows no idle time where a CPU does not know it, and nothing without schedstats', () => {
    const blind = cpu(2, [], { idleBesideQueuedNs: undefined as unknown as number })
    const counts = countSlice(before, kernel(14, 7, cpu(3, []), blind))
    expect(counts?.idleBesideQueuedNs).toBeUndefined()
    const bare = { ...cpu(3, []), wakeups: undefined }
    expect(countSlice(before, kernel(14, 7, bare, bare))).toBeUndefined()
  })

  it('is of a packet in the metrics of datagrams, and nothing where none came', () => {
    const counts = countSlice(before, after)!
    const figures = KERNEL_METRICS.map(({ name, from }) => [
      name,
      typeof from === 'function' ? from(counts, {}) : undefined,
    ])
    expect(Object.fromEntries(figures)).toEqual({
      switches: 3,
      'into-lock': 1,
      loans: 2,
      ipis: 1.5,
      'delay-p50': 20,
      'delay-p99': 30,
      'idle-queued': 10,
    })
    expect(perPacket({ ...counts, packets: 0 }, ({ switches }) => switches)).toBeUndefined()
  })
})
