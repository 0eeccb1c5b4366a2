import type { Costs } from './costs.ts'
import { LineQueues } from './line-queues.ts'
import { LineSharers } from './line-sharers.ts'
import type { MemoryHomes } from './memory-homes.ts'
import type { Placement } from './placement.ts'
import { type Distance, DISTANCES } from './topology.ts'

/** No cache has the line; no CPU, no line. */
const NOBODY = -1
/** Several have it, and it is as in memory: the sharers say who. */
const SHARED = -2

/** Index of what memory itself delivered, behind the distances, in the counts of transfers. */
export const FROM_MEMORY = DISTANCES

/**
 * Where each cache line is: with the one CPU that may write it, with those that have read it, or
 * only in memory; when it gets there; and which CPUs wait for it. Caches have no capacity here: a
 * line that a CPU has fetched stays until another takes it.
 *
 * A transfer is a request and an answer. A CPU that wants a line whose owner has it already waits
 * for both. What comes while the line is on its way waits in a queue, and costs less then: the
 * request is there when the line has come, and only the answer is still to travel.
 *
 * | the line is          | a claim, `claim`            | an access, `fetch` and `take`        |
 * |----------------------|-----------------------------|--------------------------------------|
 * | at rest with a CPU   | arrives after a transfer    | is priced the same                   |
 * | on its way to a CPU  | waits in the queue until it | is served next, since its CPU cannot |
 * | that has claimed it  | is chosen                   | wait for what is not known yet       |
 * | shared, or in memory | copies are taken away; read | is priced the same                   |
 *
 * When a claimed line arrives, the next of its queue is chosen and so is when the line leaves:
 * until then its owner acts on it as it likes (`isHeld`), which is one operation, or several when
 * the home has a queue to look through before its next request comes.
 *
 * The directory is asked at every access that is not a hit; nothing is allocated then.
 */
export class LineDirectory {
  /** By line: the CPU that has it alone or will have it last, or one of the above. */
  readonly owner: Int16Array
  /** Lines moved, by distance; the last element counts those from memory. */
  readonly transfers = new Float64Array(DISTANCES + 1)
  /** Copies of others that a write took away, by the distance of the farthest. */
  readonly upgrades = new Float64Array(DISTANCES)
  /** Accesses that found the line on its way to another, and the cycles that they waited. */
  contended = 0
  waitedCycles = 0
  /** By line: how often it moved, or copies of it were taken away. */
  readonly moves: Uint32Array
  /** By line: the cycles for which CPUs waited for it while it was with others. */
  readonly waits: Float64Array
  /** Compare-and-swaps that found another value than they expected. */
  failedSwaps = 0
  /** Lines handed to the next of a queue. */
  handovers = 0
  readonly queues: LineQueues
  /** By CPU: the line that it has claimed and that has not arrived, or NOBODY. */
  readonly claims: Int32Array
  /** Has `cpu`, which waited in a queue, go on at cycle `at`. */
  resume: (cpu: number, at: number) => void = () => {}
  /** Hears that a CPU takes a line from those that have it. */
  taken: (line: number) => void = () => {}
  readonly #sharers: LineSharers
  /** By line: when it gets to its owner; shared, when the next copy can be made. */
  readonly #arrivesAt: Float64Array
  /** The lines that have moved, in that order: of all others there is nothing to know. */
  readonly #moved: number[] = []
  /** By CPU: a line that it has though another is the owner already, and until when. */
  readonly #heldLine: Int32Array
  readonly #heldUntil: Float64Array
  /** By CPU: when it began to wait in a queue. */
  readonly #since: Float64Array
  readonly #distance: Uint8Array
  readonly #cpus: number

  constructor(
    readonly costs: Costs,
    placement: Placement,
    lines: number,
    readonly homes: MemoryHomes,
  ) {
    const { cpus } = placement
    this.#cpus = cpus
    this.owner = new Int16Array(lines).fill(NOBODY)
    this.queues = new LineQueues(placement, lines, costs.nearRun)
    this.claims = new Int32Array(cpus).fill(NOBODY)
    this.#sharers = new LineSharers(placement, lines)
    this.#arrivesAt = new Float64Array(lines)
    this.moves = new Uint32Array(lines)
    this.waits = new Float64Array(lines)
    this.#heldLine = new Int32Array(cpus).fill(NOBODY)
    this.#heldUntil = new Float64Array(cpus)
    this.#since = new Float64Array(cpus)
    this.#distance = new Uint8Array(cpus * cpus)
    for (let one = 0; one < cpus; one++) {
      for (let other = 0; other < cpus; other++) {
        this.#distance[one * cpus + other] = placement.distance(one, other)
      }
    }
  }

  /** Whether `cpu` has the line until cycle `until`, though another is its owner already. */
  isHeld(cpu: number, line: number, until: number): boolean {
    return this.#heldLine[cpu] === line && until <= this.#heldUntil[cpu]!
  }

  /** Whether `cpu` can read the line as long as no other takes it. */
  has(cpu: number, line: number): boolean {
    const owner = this.owner[line]!
    return owner === cpu || (owner === SHARED && this.#sharers.has(line, cpu))
  }

  /** Cycles until `cpu`, which does not own the line, has read it at cycle `now`. */
  fetch(cpu: number, line: number, now: number): number {
    const owner = this.owner[line]!
    if (owner === SHARED) return this.#fetchCopy(cpu, line, now)
    if (owner === NOBODY) return this.#fromMemory(cpu, line, now)
    if (this.isHeld(cpu, line, now)) return this.costs.readCycles
    const at = this.#pass(owner, cpu, line, now)
    this.owner[line] = SHARED
    this.#sharers.setPair(line, owner, cpu)
    this.#goOn(line, now)
    return at - now
  }

  /** Cycles until `cpu`, which does not own the line, owns it, when it asks at cycle `now`. */
  take(cpu: number, line: number, now: number): number {
    if (this.isHeld(cpu, line, now + this.costs.atomicCycles)) {
      // It has left already for another, which is to look at what is written as it leaves.
      this.taken(line)
      return 0
    }
    const owner = this.owner[line]!
    const at = this.#takeFrom(owner, cpu, line, now)
    // What is stored is seen from now on, so that the owner before cannot go on with what it has.
    if (owner >= 0 && this.claims[owner] !== line) this.#hold(owner, NOBODY, 0)
    this.#goOn(line, now)
    return at - now
  }

  /**
   * `cpu`, which does not own the line, wants to: the cycle at which it arrives, or Infinity when
   * it waits in a queue, and `resume` will say. The caller says by `arrive` that it has arrived.
   */
  claim(cpu: number, line: number, now: number): number {
    const owner = this.owner[line]!
    this.claims[cpu] = line
    if (owner < 0 || this.claims[owner] !== line) return this.#takeFrom(owner, cpu, line, now)
    this.#since[cpu] = now
    this.contended++
    this.queues.add(line, cpu)
    return Number.POSITIVE_INFINITY
  }

  /** The line that `cpu` has claimed is there, and goes on to the next of its queue. */
  arrive(cpu: number, now: number): void {
    const line = this.claims[cpu]!
    this.claims[cpu] = NOBODY
    if (this.owner[line] === cpu) this.#goOn(line, now)
  }

  /** Forgets all: every line is in memory only, and nothing was counted. */
  clear(): void {
    for (const line of this.#moved) {
      this.owner[line] = NOBODY
      this.#arrivesAt[line] = 0
      this.moves[line] = 0
      this.waits[line] = 0
    }
    this.#moved.length = 0
    this.claims.fill(NOBODY)
    this.#heldLine.fill(NOBODY)
    this.queues.clear()
    this.transfers.fill(0)
    this.upgrades.fill(0)
    this.contended = 0
    this.waitedCycles = 0
    this.handovers = 0
    this.failedSwaps = 0
  }

  /** The lines that have moved since `clear`, by their numbers. */
  movedLines(): Int32Array {
    return Int32Array.from(this.#moved).sort()
  }

  /** Hands the line to the next of its queue, if there is one and nothing else is to come first. */
  #goOn(line: number, now: number): void {
    const waiting = this.queues.waiting(line)
    if (waiting === 0) return
    const owner = this.owner[line]!
    const cpu = this.queues.next(line, owner)
    const at =
      owner === SHARED
        ? this.#handShared(line, cpu, now)
        : this.#handOver(line, owner, cpu, waiting, now)
    this.handovers++
    this.resume(cpu, at)
  }

  /** The next of `waiting` gets the line: only the answer has to travel. Says when it arrives. */
  #handOver(line: number, owner: number, cpu: number, waiting: number, now: number): number {
    const { costs } = this
    const since = this.#since[cpu]!
    const distance = this.#distance[owner * this.#cpus + cpu]!
    const answer = costs.answerCycles[distance]!
    const request = costs.transferCycles[distance]! - answer
    const stays = waiting > 1 ? costs.holdCycles : costs.holdAloneCycles
    const leaves = Math.max(this.#arrivesAt[line]! + stays, since + request, now)
    const at = leaves + answer + Math.round(costs.waiterCycles * waiting)
    this.#hold(owner, line, leaves)
    this.#move(line, distance)
    this.#waited(line, Math.max(0, at - since - request - answer))
    this.owner[line] = cpu
    this.taken(line)
    return (this.#arrivesAt[line] = at)
  }

  /** The same when others have copies: these are being taken away when the line comes. */
  #handShared(line: number, cpu: number, now: number): number {
    const begins = Math.max(this.#arrivesAt[line]!, now)
    const share = this.costs.answerShare
    const at = begins + Math.round(this.#takeCopies(cpu, line) * share)
    this.#waited(line, Math.max(0, at - this.#since[cpu]!))
    this.owner[line] = cpu
    this.taken(line)
    return (this.#arrivesAt[line] = at)
  }

  #move(line: number, distance: Distance): void {
    this.transfers[distance]!++
    // A line comes from memory before anything else can become of it.
    if (this.moves[line]!++ === 0) this.#moved.push(line)
  }

  #waited(line: number, cycles: number): void {
    this.waitedCycles += cycles
    this.waits[line]! += cycles
  }

  #hold(cpu: number, line: number, until: number): void {
    this.#heldLine[cpu] = line
    this.#heldUntil[cpu] = until
  }

  /** A line leaves its owner for `cpu`, which asks at `now`: when it arrives. */
  #pass(owner: number, cpu: number, line: number, now: number): number {
    const { costs } = this
    const distance = this.#distance[owner * this.#cpus + cpu]!
    const transfer = this.#betweenSockets(distance, cpu, line)
    const answer = costs.answerCycles[distance]!
    this.#move(line, distance)
    const stays = this.queues.waiting(line) > 0 ? costs.holdCycles : costs.holdAloneCycles
    const soonest = this.#arrivesAt[line]! + stays
    const leaves = Math.max(now + transfer - answer, soonest)
    if (leaves > now + transfer - answer) {
      this.contended++
      this.#waited(line, leaves + answer - now - transfer)
    }
    this.#hold(owner, line, leaves)
    return (this.#arrivesAt[line] = leaves + answer)
  }

  /** The home of a line knows its owner, and may be farther away than that is. */
  #betweenSockets(distance: Distance, cpu: number, line: number): number {
    return this.costs.transferCycles[this.homes.farther(distance, cpu, line)]!
  }

  #takeFrom(owner: number, cpu: number, line: number, now: number): number {
    if (owner === NOBODY) return now + this.#fromMemory(cpu, line, now)
    if (owner !== SHARED) {
      this.#pass(owner, cpu, line, now)
      this.owner[line] = cpu
      this.taken(line)
      return this.#arrivesAt[line]!
    }
    const begins = Math.max(now, this.#arrivesAt[line]!)
    if (begins > now) {
      this.contended++
      this.#waited(line, begins - now)
    }
    const at = begins + this.#takeCopies(cpu, line)
    this.owner[line] = cpu
    this.taken(line)
    return (this.#arrivesAt[line] = at)
  }

  #fromMemory(cpu: number, line: number, now: number): number {
    const cycles = this.costs.memoryCycles[this.homes.distance(cpu, line)]!
    this.owner[line] = cpu
    this.#arrivesAt[line] = now + cycles
    this.#move(line, FROM_MEMORY)
    return cycles
  }

  /** A copy of a copy comes from the nearest; the home of the line makes one after the other. */
  #fetchCopy(cpu: number, line: number, now: number): number {
    if (this.#sharers.has(line, cpu)) return this.costs.readCycles
    const distance = this.#sharers.nearest(line, cpu)
    this.#move(line, distance)
    this.#sharers.add(line, cpu)
    const begins = Math.max(now, this.#arrivesAt[line]!)
    this.#arrivesAt[line] = begins + this.costs.sharerCycles
    return begins - now + this.costs.transferCycles[distance]!
  }

  /** The data come from the nearest while the others give up their copies, one after the other. */
  #takeCopies(cpu: number, line: number): number {
    const { transferCycles, upgradeCycles, sharerCycles } = this.costs
    const farthest = this.#sharers.farthest(line, cpu)
    const isSharer = this.#sharers.has(line, cpu)
    const others = this.#sharers.count(line) - (isSharer ? 1 : 0)
    this.upgrades[farthest]!++
    this.moves[line]!++
    const taking = upgradeCycles[farthest]! + Math.max(0, others - 1) * sharerCycles
    if (isSharer) return taking
    const nearest = this.#sharers.nearest(line, cpu)
    this.transfers[nearest]!++
    // The line has moved once, with the copies that were taken away.
    return Math.max(transferCycles[nearest]!, taking)
  }
}
