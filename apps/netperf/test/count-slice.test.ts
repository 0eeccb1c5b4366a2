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

type Machine = NonNullable<StackStatistics['machine']>

/** A machine that counts in tens of what is said, two cycles a nanosecond. */
function machineOf(count: number, places: Machine['places'] = []): Machine {
  const none = { ticks: 0, alarms: 0, interrupts: 0, rendezvous: 0, turns: 0, settles: 0 }
  const use = { busyCycles: 40 * count, idleCycles: 20 * count, lineCycles: 10 * count }
  return {
    ...none,
    ipis: count,
    remoteWakes: count,
    localWakes: count,
    idleExits: count,
    transfers: { domain: 10 * count, memory: 0 },
    upgrades: { domain: count, remote: count },
    contended: 0,
    waitedCycles: 0,
    handovers: 0,
    atomics: 0,
    failedSwaps: count,
    places,
    work: { tick: 20 * count },
    cyclesPerNs: 2,
    cpus: [{ cpu: 0, ...use, copyCycles: 0 }],
  }
}

function kernel(packets: number, ipis: number, ...cpus: CpuStatistics[]): StackStatistics {
  const machine = machineOf(ipis)
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

  it('has what the machine did meanwhile, in ns, and which lines it was about', () => {
    const place = (moves: number) => ({ name: 'route', moves, waitedCycles: 100 * moves })
    const [old, now] = [machineOf(1, [place(3)]), machineOf(7, [place(5)])]
    const counted = countSlice({ ...before, machine: old }, { ...after, machine: now })!
    expect(counted.machine).toEqual({
      moved: { domain: 60, memory: 0 },
      taken: 12,
      failedSwaps: 6,
      wakes: 12,
      idleNs: 60,
      busyNs: 120,
      linesNs: 30,
      copyNs: 0,
      workNs: { tick: 60 },
      places: { route: { moves: 2, waitedNs: 100 } },
    })
    expect(countSlice({ ...before }, { cpus: after.cpus })!.machine).toBeUndefined()
  })
})
