import type { DistanceName, Figure, Profile } from './profiles/profile.ts'
import { DISTANCE_NAMES, DISTANCES } from './topology.ts'

/** A profile's prices in whole cycles, in the shape in which the machine uses them. */
export interface Costs {
  readonly cyclesPerNs: number
  /** Cycles between two ticks; Infinity when the profile has none. */
  readonly tickCycles: number
  readonly readCycles: number
  readonly writeCycles: number
  /** What an atomic operation takes once the line is there. */
  readonly atomicCycles: number
  readonly memoryCycles: number
  /** By distance: to get a line that one so far away has written, or has a copy of. */
  readonly transferCycles: Int32Array
  /** By distance: to take away the copies of others, the farthest so far away. */
  readonly upgradeCycles: Int32Array
  /** What a transfer takes more, at most, when others wait for the same line. */
  readonly contentionCycles: number
  /** The backlog of a line, in cycles, at which half of that is taken. */
  readonly halfContentionCycles: number
  readonly copyBytesPerCycle: number
  readonly linesInFlight: number
  readonly ipiDeliveryCycles: number
  readonly idleSpinCycles: number
}

/**
 * Works the machine's prices out of a profile's figures:
 *
 *   transfer = blind CAS - same-CPU CAS, since all else that a blind CAS does is move the line
 *   upgrade = load and CAS - blind CAS, since the load has moved the line already
 *   contention = contended load and CAS - uncontended load and CAS, by its asymptote
 */
export function costsOf(profile: Profile): Costs {
  const { lines, copying, waking, clockMhz, tickHz } = profile
  const cyclesPerNs = clockMhz.value / 1000
  const cycles = (figure: Figure) => Math.round(figure.value * cyclesPerNs)
  const atomicCycles = cycles(lines.casNs)
  const above = (higher: Table, lower: number | Table) =>
    differences(higher, lower, cycles, atomicCycles)
  const transferCycles = above(lines.blindCasNs, atomicCycles)
  const upgradeCycles = above(lines.loadAndCasNs, lines.blindCasNs)
  const near = nearCycles(lines.loadAndCasNs, cycles)
  return {
    cyclesPerNs,
    tickCycles: tickHz.value === 0 ? Infinity : Math.round((clockMhz.value * 1e6) / tickHz.value),
    readCycles: cycles(lines.readNs),
    writeCycles: cycles(lines.writeNs),
    atomicCycles,
    memoryCycles: cycles(lines.memoryNs),
    transferCycles,
    upgradeCycles,
    contentionCycles: Math.max(0, cycles(lines.contendedNs) - near),
    halfContentionCycles: Math.max(1, cycles(lines.blindCasNs.domain ?? lines.casNs)),
    copyBytesPerCycle: copying.bytesPerCycle.value,
    linesInFlight: copying.linesInFlight.value,
    ipiDeliveryCycles: cycles(waking.ipiDeliveryNs),
    idleSpinCycles: cycles(waking.idleSpinNs),
  }
}

type Table = Readonly<Partial<Record<DistanceName, Figure>>>

function nearCycles(table: Table, cycles: (figure: Figure) => number): number {
  const nearest = table.domain ?? table.socket ?? table.remote ?? table.far ?? table.sibling
  return nearest === undefined ? 0 : cycles(nearest)
}

/** By distance, what a table's figures are above another's, or above one number; never below 0. */
function differences(
  higher: Table,
  lower: number | Table,
  cycles: (figure: Figure) => number,
  least: number,
): Int32Array {
  const found = new Int32Array(DISTANCES)
  for (let distance = 1; distance < DISTANCES; distance++) {
    const name = DISTANCE_NAMES[distance - 1]!
    const high = higher[name]
    if (high === undefined) continue
    const low = typeof lower === 'number' ? lower : Math.max(least, cycles(lower[name]!))
    found[distance] = Math.max(0, cycles(high) - low)
  }
  return found
}
