import type { Costs } from './costs.ts'
import { LineSharers } from './line-sharers.ts'
import { distanceBetween, DISTANCES } from './topology.ts'
import type { Topology } from './profiles/profile.ts'

/** No cache has the line. */
const NOBODY = -1
/** Several have it, and it is as in memory: the sharers say who. */
const SHARED = -2

/** Index of what memory itself delivered, behind the distances, in the counts of transfers. */
export const FROM_MEMORY = DISTANCES

/**
 * Where each cache line is: with the one CPU that may write it, with those that have read it, or
 * only in memory; and until when it is on its way. Caches have no capacity here: a line that a
 * CPU has fetched stays until another takes it.
 *
 * To move a line takes as long as it is far, and occupies it: a CPU that wants it meanwhile waits
 * for the end. CPUs that wait also slow the CPU that is served, since their requests meet the
 * answer on the way and are refused and repeated. That surcharge grows with the backlog, to a
 * limit.
 *
 * The directory is asked at every access that is not a hit; nothing is allocated then.
 */
export class LineDirectory {
  /** By line: the CPU that has it alone, or one of the above. */
  readonly owner: Int16Array
  /** Lines moved, by distance; the last element counts those from memory. */
  readonly transfers = new Float64Array(DISTANCES + 1)
  /** Copies of others that a write took away, by the distance of the farthest. */
  readonly upgrades = new Float64Array(DISTANCES)
  /** Accesses that found the line on its way to another, and the cycles that they waited. */
  contended = 0
  waitedCycles = 0
  readonly #sharers: LineSharers
  readonly #busyUntil: Float64Array
  readonly #distance: Uint8Array
  readonly #cpus: number

  constructor(
    readonly costs: Costs,
    topology: Topology,
    lines: number,
    cpus: number,
  ) {
    this.#cpus = cpus
    this.owner = new Int16Array(lines).fill(NOBODY)
    this.#sharers = new LineSharers(topology, lines, cpus)
    this.#busyUntil = new Float64Array(lines)
    this.#distance = new Uint8Array(cpus * cpus)
    for (let one = 0; one < cpus; one++) {
      for (let other = 0; other < cpus; other++) {
        this.#distance[one * cpus + other] = distanceBetween(topology, one, other)
      }
    }
  }

  /** Cycles until `cpu`, which does not own the line, has read it at cycle `now`. */
  fetch(cpu: number, line: number, now: number): number {
    const owner = this.owner[line]!
    if (owner === SHARED) return this.#fetchCopy(cpu, line, now)
    if (owner === NOBODY) return this.#fromMemory(cpu, line)
    const distance = this.#distance[owner * this.#cpus + cpu]!
    this.transfers[distance]!++
    this.owner[line] = SHARED
    this.#sharers.setPair(line, owner, cpu)
    return this.#move(line, now, this.costs.transferCycles[distance]!)
  }

  /**
   * Cycles until `cpu`, which does not own the line, owns it, when it asks at cycle `now` and then
   * uses it for `holdCycles`, which are not counted, but during which nobody else gets it.
   */
  take(cpu: number, line: number, now: number, holdCycles: number): number {
    const owner = this.owner[line]!
    if (owner === NOBODY) return this.#fromMemory(cpu, line)
    const moving = owner === SHARED ? this.#takeCopies(cpu, line) : this.#takeFrom(owner, cpu)
    this.owner[line] = cpu
    const cycles = this.#move(line, now, moving)
    this.#busyUntil[line]! += holdCycles
    return cycles
  }

  /** Forgets all: every line is in memory only, and nothing was counted. */
  clear(): void {
    this.owner.fill(NOBODY)
    this.#busyUntil.fill(0)
    this.transfers.fill(0)
    this.upgrades.fill(0)
    this.contended = 0
    this.waitedCycles = 0
  }

  #fromMemory(cpu: number, line: number): number {
    this.owner[line] = cpu
    this.transfers[FROM_MEMORY]!++
    return this.costs.memoryCycles
  }

  /** A copy of a copy comes from the nearest, and does not keep others from theirs. */
  #fetchCopy(cpu: number, line: number, now: number): number {
    if (this.#sharers.has(line, cpu)) return this.costs.readCycles
    const distance = this.#sharers.nearest(line, cpu)
    this.transfers[distance]!++
    this.#sharers.add(line, cpu)
    const wait = Math.max(0, this.#busyUntil[line]! - now)
    return wait + this.costs.transferCycles[distance]!
  }

  #takeFrom(owner: number, cpu: number): number {
    const distance = this.#distance[owner * this.#cpus + cpu]!
    this.transfers[distance]!++
    return this.costs.transferCycles[distance]!
  }

  /** The data come from the nearest while the others give up their copies. */
  #takeCopies(cpu: number, line: number): number {
    const { transferCycles, upgradeCycles } = this.costs
    const farthest = this.#sharers.farthest(line, cpu)
    this.upgrades[farthest]!++
    if (this.#sharers.has(line, cpu)) return upgradeCycles[farthest]!
    const nearest = this.#sharers.nearest(line, cpu)
    this.transfers[nearest]!++
    return Math.max(transferCycles[nearest]!, upgradeCycles[farthest]!)
  }

  /** Occupies the line for a move, after those before it, and says when that is over. */
  #move(line: number, now: number, cycles: number): number {
    const backlog = this.#busyUntil[line]! - now
    if (backlog <= 0) {
      this.#busyUntil[line] = now + cycles
      return cycles
    }
    const { contentionCycles, halfContentionCycles } = this.costs
    const share = backlog / (backlog + halfContentionCycles)
    const waited = backlog + Math.round(contentionCycles * share) + cycles
    this.contended++
    this.waitedCycles += waited - cycles
    this.#busyUntil[line] = now + waited
    return waited
  }
}
