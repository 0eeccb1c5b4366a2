import type { Pricer, Work } from '@smpnet/memory'
import type { Costs } from './costs.ts'
import type { LineDirectory } from './line-directory.ts'
import { SPIN_TURN } from './named-work.ts'
import type { WorkPrices } from './work-prices.ts'

/** Turns that one pause takes at most, however often the loop has failed. */
const MOST_SPIN_TURNS = 32

/**
 * The clocks of all CPUs, and what moves them: every access and all named work of the CPU that is
 * running adds to its clock. This is the hot path of the simulation.
 */
export class SimPricer implements Pricer {
  /** By CPU: how far its time has come, in cycles. */
  readonly clock: Float64Array
  /** The CPU that is running. */
  cpu = 0
  /**
   * The last cycle at which the running CPU may touch what others touch: before the next event of
   * any other, and before its own next interrupt.
   */
  limit = Number.POSITIVE_INFINITY
  /** By CPU: cycles in which it waited for lines that it did not have. */
  readonly lineCycles: Float64Array
  /** By CPU: cycles in which it copied bytes. */
  readonly copyCycles: Float64Array
  /** By CPU and then by work: cycles billed. */
  readonly workCycles: number[][]
  readonly #owner: Int16Array
  readonly #readCycles: number
  readonly #writeCycles: number
  readonly #atomicCycles: number

  constructor(
    readonly costs: Costs,
    readonly directory: LineDirectory,
    readonly prices: WorkPrices,
    cpus: number,
  ) {
    this.clock = new Float64Array(cpus)
    this.lineCycles = new Float64Array(cpus)
    this.copyCycles = new Float64Array(cpus)
    this.workCycles = Array.from({ length: cpus }, () => [])
    this.#owner = directory.owner
    this.#readCycles = costs.readCycles
    this.#writeCycles = costs.writeCycles
    this.#atomicCycles = costs.atomicCycles
  }

  read(line: number): void {
    const { cpu } = this
    if (this.#owner[line] === cpu) this.clock[cpu]! += this.#readCycles
    else this.#wait(this.directory.fetch(cpu, line, this.clock[cpu]!))
  }

  write(line: number): void {
    const { cpu } = this
    if (this.#owner[line] !== cpu) {
      this.#wait(this.directory.take(cpu, line, this.clock[cpu]!, this.#writeCycles))
    }
    this.clock[cpu]! += this.#writeCycles
  }

  update(line: number): void {
    const { cpu } = this
    if (this.#owner[line] !== cpu) {
      this.#wait(this.directory.take(cpu, line, this.clock[cpu]!, this.#atomicCycles))
    }
    this.clock[cpu]! += this.#atomicCycles
  }

  copy(firstLine: number, lastLine: number, bytes: number, writes: boolean): void {
    const { cpu } = this
    const now = this.clock[cpu]!
    let moving = 0
    for (let line = firstLine; line <= lastLine; line++) {
      if (this.#owner[line] === cpu) continue
      moving += writes
        ? this.directory.take(cpu, line, now, 0)
        : this.directory.fetch(cpu, line, now)
    }
    const copying = Math.ceil(bytes / this.costs.copyBytesPerCycle)
    this.copyCycles[cpu]! += copying
    this.clock[cpu]! += copying
    if (moving > 0) this.#wait(Math.round(moving / this.costs.linesInFlight))
  }

  charge(work: Work, times: number): void {
    const cycles = Math.round(this.prices.cyclesOf(work) * times)
    const billed = this.workCycles[this.cpu]!
    while (billed.length <= work) billed.push(0)
    billed[work]! += cycles
    this.clock[this.cpu]! += cycles
  }

  pause(attempt: number): void {
    this.charge(SPIN_TURN, Math.min(attempt + 1, MOST_SPIN_TURNS))
  }

  settled(): boolean {
    return this.clock[this.cpu]! <= this.limit
  }

  /** Forgets what was billed, and begins time again at `starts`, by CPU and in cycles. */
  restart(starts: Float64Array): void {
    this.clock.set(starts)
    this.lineCycles.fill(0)
    this.copyCycles.fill(0)
    for (const billed of this.workCycles) billed.fill(0)
    this.directory.clear()
  }

  #wait(cycles: number): void {
    this.lineCycles[this.cpu]! += cycles
    this.clock[this.cpu]! += cycles
  }
}
