import type { MachineStatistics } from '@smpnet/stack'
import type { MachineCounts } from '../model/kernel-counts.ts'

type Counts = Readonly<Record<string, number>>

/** What a simulated machine did between two moments. */
export function machineBetween(
  before: MachineStatistics | undefined,
  after: MachineStatistics,
): MachineCounts {
  const { cyclesPerNs } = after
  const grown = (of: (machine: MachineStatistics) => number) =>
    of(after) - (before === undefined ? 0 : of(before))
  const ns = (of: (machine: MachineStatistics) => number) => grown(of) / cyclesPerNs
  const inAll = (of: (cpu: MachineStatistics['cpus'][number]) => number) =>
    ns(({ cpus }) => cpus.reduce((sum, cpu) => sum + of(cpu), 0))
  const total = (counts: Counts) => Object.values(counts).reduce((sum, count) => sum + count, 0)
  const work = differences(before?.work ?? {}, after.work)
  return {
    moved: differences(before?.transfers ?? {}, after.transfers),
    taken: grown(({ upgrades }) => total(upgrades)),
    failedSwaps: grown(({ failedSwaps }) => failedSwaps),
    wakes: grown(({ remoteWakes, localWakes }) => remoteWakes + localWakes),
    idleNs: inAll(({ idleCycles }) => idleCycles),
    busyNs: inAll(({ busyCycles }) => busyCycles),
    linesNs: inAll(({ lineCycles }) => lineCycles),
    copyNs: inAll(({ copyCycles }) => copyCycles),
    workNs: Object.fromEntries(
      Object.entries(work).map(([name, cycles]) => [name, cycles / cyclesPerNs]),
    ),
    places: placesBetween(before, after),
  }
}

function placesBetween(before: MachineStatistics | undefined, after: MachineStatistics) {
  const old = new Map(before?.places.map((place) => [place.name, place]))
  return Object.fromEntries(
    after.places.map(({ name, moves, waitedCycles }) => {
      const { moves: moved = 0, waitedCycles: waited = 0 } = old.get(name) ?? {}
      const waitedNs = (waitedCycles - waited) / after.cyclesPerNs
      return [name, { moves: moves - moved, waitedNs }]
    }),
  )
}

function differences(before: Counts, after: Counts): Record<string, number> {
  const grown = Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)])
  return Object.fromEntries(grown)
}
