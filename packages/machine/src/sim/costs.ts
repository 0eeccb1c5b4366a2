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
  /** By the distance of its home: to read what no cache has. */
  readonly memoryCycles: Int32Array
  /** By distance: to get a line that one so far away has written, or has a copy of. */
  readonly transferCycles: Int32Array
  /** By distance: to take away the copies of others, the farthest so far away. */
  readonly upgradeCycles: Int32Array
  /** By distance: what of a transfer is left when the request is there before the line. */
  readonly answerCycles: Int32Array
  readonly answerShare: number
  /** How long a line stays at least where it has come to, when several wait for it. */
  readonly holdCycles: number
  /** The same when one waits. */
  readonly holdAloneCycles: number
  /** What each that waits adds to a hand-over; a fraction too. */
  readonly waiterCycles: number
  /** Hand-overs within a cache domain, in a row, while others wait. */
  readonly nearRun: number
  /** What each copy adds: to make it, and to take it away. */
  readonly sharerCycles: number
  /** What code takes around each access, and what each atomic load and store adds. */
  readonly accessCodeCycles: number
  readonly atomicLoadCycles: number
  readonly atomicStoreCycles: number
  /** What code takes around a copy. */
  readonly copyCodeCycles: number
  readonly storeBufferEntries: number
  readonly copyBytesPerCycle: number
  readonly linesInFlight: number
  /** How many times as long a thread's work takes while its core's other thread is busy. */
  readonly siblingSlowdown: number
  readonly ipiDeliveryCycles: number
  readonly idleSpinCycles: number
}

/**
 * Works the machine's prices out of a profile's figures:
 *
 *   transfer = blind CAS - same-CPU CAS, since all else that a blind CAS does is move the line
 *   upgrade = load and CAS - blind CAS, since the load has moved the line already
 *   answer = the share of a transfer that remains when the request waits for the line already
 */
export function costsOf(profile: Profile): Costs {
  const { lines, copying, waking, clockMhz, tickHz, code = {} } = profile
  const cyclesPerNs = clockMhz.value / 1000
  const cycles = (figure: Figure) => Math.round(figure.value * cyclesPerNs)
  const ofCode = (figure?: Figure) => (figure === undefined ? 0 : cycles(figure))
  const atomicCycles = cycles(lines.casNs)
  const above = (higher: Table, lower: number | Table) =>
    differences(higher, lower, cycles, atomicCycles)
  const transferCycles = above(lines.blindCasNs, atomicCycles)
  const upgradeCycles = above(lines.loadAndCasNs, lines.blindCasNs)
  const { queue } = lines
  return {
    cyclesPerNs,
    tickCycles: tickHz.value === 0 ? Infinity : Math.round((clockMhz.value * 1e6) / tickHz.value),
    readCycles: cycles(lines.readNs),
    writeCycles: cycles(lines.writeNs),
    atomicCycles,
    memoryCycles: homeCycles(cycles(lines.memoryNs), lines.homeNs ?? {}, cycles),
    transferCycles,
    upgradeCycles,
    answerCycles: transferCycles.map((transfer) => Math.round(transfer * queue.answerShare.value)),
    answerShare: queue.answerShare.value,
    holdCycles: Math.max(atomicCycles, cycles(queue.holdNs)),
    holdAloneCycles: Math.max(atomicCycles, cycles(queue.holdAloneNs)),
    waiterCycles: queue.waiterNs.value * cyclesPerNs,
    nearRun: queue.nearRun.value,
    sharerCycles: cycles(lines.sharerNs),
    accessCodeCycles: ofCode(code.accessNs),
    atomicLoadCycles: ofCode(code.atomicLoadNs),
    atomicStoreCycles: ofCode(code.atomicStoreNs),
    copyCodeCycles: ofCode(code.copyNs),
    storeBufferEntries: lines.storeBufferEntries.value,
    copyBytesPerCycle: copying.bytesPerCycle.value,
    linesInFlight: copying.linesInFlight.value,
    siblingSlowdown: profile.siblingSlowdown?.value ?? 1,
    ipiDeliveryCycles: cycles(waking.ipiDeliveryNs),
    idleSpinCycles: cycles(waking.idleSpinNs),
  }
}

type Table = Readonly<Partial<Record<DistanceName, Figure>>>

/** By the distance of the home: what is nearer than another socket is as near as can be. */
function homeCycles(own: number, homes: Table, cycles: (figure: Figure) => number): Int32Array {
  return Int32Array.from({ length: DISTANCES }, (_, distance) => {
    const figure = homes[DISTANCE_NAMES[distance - 1]!]
    return figure === undefined ? own : cycles(figure)
  })
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
