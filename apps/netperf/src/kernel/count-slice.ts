import { type DelayCounts, DelayHistogram, type WakeupFigures } from '@smpnet/scheduler'
import type { CountedSoFar, StackStatistics } from '@smpnet/stack'
import { machineBetween } from './machine-between.ts'
import type { KernelCounts } from '../model/kernel-counts.ts'

type Schedulers = CountedSoFar['cpus']
type Before = CountedSoFar & Pick<StackStatistics, 'network'>

/** FreeBSD's counter of datagrams that came in. */
const PACKETS = 'udps_ipackets'

/** How a slice ended. */
export interface SliceEnd {
  readonly operations?: number
  readonly ended?: CountedSoFar | undefined
}

/**
 * What was counted between two moments; undefined in a kernel that counts no wakeups. Without a
 * network, its packets are the operations of the slice. A simulated CPU that is alone runs on after
 * its slice was over: what the machine counts quickly is of the moment `ended`, where that is
 * known.
 */
export function countSlice(
  before: Before,
  after: StackStatistics,
  { operations = 0, ended = after }: SliceEnd = {},
): KernelCounts | undefined {
  const [old, now] = [wakeupsOf(before.cpus), wakeupsOf(after.cpus)]
  if (now.length < after.cpus.length) return undefined
  const grown = (of: (figures: WakeupFigures) => number) => sum(now, of) - sum(old, of)
  const isIdleKnown = now.every(({ idleBesideQueuedNs }) => idleBesideQueuedNs !== undefined)
  return {
    operations,
    packets: after.network
      ? (after.network[PACKETS] ?? 0) - (before.network?.[PACKETS] ?? 0)
      : operations,
    switches: sum(after.cpus, takenOf) - sum(before.cpus, takenOf),
    heldLockSwitches: grown((of) => of.heldLockSwitches),
    loans: grown((of) => of.loans),
    runDelay: DelayHistogram.sum(now.map((own, cpu) => since(old[cpu]?.runDelay, own.runDelay))),
    idleBesideQueuedNs: isIdleKnown ? grown((of) => of.idleBesideQueuedNs ?? 0) : undefined,
    parks: parksOf(after.cpus) - parksOf(before.cpus),
    machine: after.machine && machineBetween(before.machine, after.machine),
    ipis: after.machine && after.machine.ipis - (before.machine?.ipis ?? 0),
    atomics: ended.machine && ended.machine.atomics - (before.machine?.atomics ?? 0),
    lineMoves: ended.machine && movesOf(ended) - movesOf(before),
  }
}

function wakeupsOf(cpus: Schedulers): WakeupFigures[] {
  return cpus.flatMap(({ wakeups }) => (wakeups === undefined ? [] : [wakeups]))
}

function movesOf({ machine }: CountedSoFar): number {
  return sum(Object.values(machine?.transfers ?? {}), (moved) => moved)
}

/** An idle CPU takes nothing from a thread when it finds one to run. */
function takenOf({ reasons }: Schedulers[number]): number {
  return Object.values(reasons).reduce((all, count) => all + count, 0) - reasons.idle
}

/** What a histogram has counted since it was read before; the longest may be from before. */
function since(before: DelayCounts | undefined, after: DelayCounts): DelayCounts {
  const old = new Map(before?.slots)
  const slots = after.slots.flatMap(([slot, count]) => {
    const grown = count - (old.get(slot) ?? 0)
    return grown > 0 ? [[slot, grown] as const] : []
  })
  return { ...after, count: after.count - (before?.count ?? 0), slots }
}

/** Switches by a thread that waits: for a lock, or for something to happen. */
function parksOf(cpus: Schedulers): number {
  return sum(cpus, ({ reasons }) => reasons.turnstile + reasons.sleepq + reasons.sleepqtimo)
}

function sum<T>(all: readonly T[], of: (each: T) => number): number {
  return all.reduce((so, each) => so + of(each), 0)
}
