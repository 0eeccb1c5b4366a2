import type { Pricer, Work } from '@smpnet/memory'
import type { Costs } from './costs.ts'
import type { LineDirectory } from './line-directory.ts'
import type { SharedCores } from './shared-cores.ts'
import { SPIN_TURN } from './named-work.ts'
import { ChipQueue } from './chip-queue.ts'
import { Dozers } from './dozers.ts'
import { StoreBuffers } from './store-buffers.ts'
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
  /** Whether what happens now happens at one instant, as an interrupt's handler does. */
  isAtOnce = true
  /** The cycle at which the running CPU's turn began: no CPU is behind it. */
  turnBegan = 0
  /** The cycle at which the running CPU knew last that no other was behind it. */
  settledAt = 0
  /** Atomic operations that change a word, or try to, of all CPUs. */
  atomics = 0
  /** What all CPUs read one after the other. */
  readonly chip = new ChipQueue()
  /** By CPU: cycles in which it waited for lines that it did not have. */
  readonly lineCycles: Float64Array
  /** By CPU: cycles in which it copied bytes. */
  readonly copyCycles: Float64Array
  /** By CPU and then by work: cycles billed. */
  readonly workCycles: number[][]
  /** Those that spin, and are spared the looks at which they would find nothing. */
  readonly dozers: Dozers
  readonly #owner: Int16Array
  readonly #stores: StoreBuffers
  /** By CPU: when the line comes that it has claimed; Infinity while that is not known. */
  readonly #claimAt: Float64Array
  readonly #readCycles: number
  readonly #writeCycles: number
  readonly #atomicCycles: number
  /** What code takes around a plain access, an atomic load, an atomic store, and a copy. */
  readonly #accessCode: number
  readonly #loadCode: number
  readonly #storeCode: number
  readonly #copyCode: number

  constructor(
    readonly costs: Costs,
    readonly directory: LineDirectory,
    readonly prices: WorkPrices,
    readonly shared: SharedCores,
  ) {
    const { cpus } = shared
    this.clock = new Float64Array(cpus)
    this.lineCycles = new Float64Array(cpus)
    this.copyCycles = new Float64Array(cpus)
    this.workCycles = Array.from({ length: cpus }, () => [])
    this.#owner = directory.owner
    this.dozers = new Dozers(cpus, directory)
    this.#claimAt = new Float64Array(cpus)
    this.#stores = new StoreBuffers(cpus, costs.storeBufferEntries)
    this.#readCycles = costs.readCycles
    this.#writeCycles = costs.writeCycles
    this.#atomicCycles = costs.atomicCycles
    this.#accessCode = costs.accessCodeCycles
    this.#loadCode = costs.accessCodeCycles + costs.atomicLoadCycles
    this.#storeCode = costs.accessCodeCycles + costs.atomicStoreCycles
    this.#copyCode = costs.copyCodeCycles
  }

  /** Code comes behind the access that it is around: what that finds is settled when it begins. */
  read(line: number, isAtomic: boolean): void {
    const { cpu } = this
    const isOwn = this.#owner[line] === cpu
    const cycles = isOwn ? this.#readCycles : this.directory.fetch(cpu, line, this.clock[cpu]!)
    // A copy that it has in common with others it does not wait for.
    if (cycles === this.#readCycles) this.clock[cpu]! += cycles
    else this.#wait(cycles)
    this.clock[cpu]! += isAtomic ? this.#loadCode : this.#accessCode
  }

  write(line: number, isAtomic: boolean): void {
    const { cpu } = this
    if (this.#owner[line] !== cpu) this.#store(line)
    this.clock[cpu]! += this.#writeCycles + (isAtomic ? this.#storeCode : this.#accessCode)
  }

  update(line: number): void {
    const { cpu } = this
    this.atomics++
    this.#drain(cpu)
    if (this.#owner[line] !== cpu) this.#wait(this.directory.take(cpu, line, this.clock[cpu]!))
    this.clock[cpu]! += this.#atomicCycles + this.#accessCode
  }

  failed(): void {
    this.directory.failedSwaps++
  }

  copy(firstLine: number, lastLine: number, bytes: number, writes: boolean): void {
    const { cpu } = this
    const now = this.clock[cpu]!
    let moving = 0
    for (let line = firstLine; line <= lastLine; line++) {
      if (this.#owner[line] === cpu) continue
      moving += writes ? this.directory.take(cpu, line, now) : this.directory.fetch(cpu, line, now)
    }
    const copying = Math.ceil(this.shared.stretched(cpu, bytes / this.costs.copyBytesPerCycle))
    this.copyCycles[cpu]! += copying
    this.clock[cpu]! += copying + this.#copyCode
    if (moving > 0) this.#wait(Math.round(moving / this.costs.linesInFlight))
  }

  charge(work: Work, times: number): void {
    const alone = this.prices.cyclesOf(work) * times
    const executes = this.shared.areSome && this.prices.isExecution(work)
    const cycles = Math.round(executes ? this.shared.stretched(this.cpu, alone) : alone)
    if (this.prices.isOfChip(work)) this.#readChip(cycles)
    const billed = this.workCycles[this.cpu]!
    while (billed.length <= work) billed.push(0)
    billed[work]! += cycles
    this.clock[this.cpu]! += cycles
  }

  pause(attempt: number): void {
    this.charge(SPIN_TURN, Math.min(attempt + 1, MOST_SPIN_TURNS))
    const { cpu } = this
    this.dozers.paused(cpu, this.clock[cpu]!, this.workCycles[cpu]![SPIN_TURN]!)
  }

  spinsFor(line: number): void {
    this.dozers.looksAt(this.cpu, line, this.settledAt)
  }

  /** Bills a dozing CPU for the looks before cycle `at` that it was spared. */
  passLooks(cpu: number, at: number): void {
    const { dozers } = this
    const looks = dozers.pass(cpu, at)
    this.workCycles[cpu]![SPIN_TURN]! += looks * dozers.spinCycles[cpu]!
    this.clock[cpu]! += looks * dozers.periodOf(cpu)
  }

  settled(): boolean {
    const now = this.clock[this.cpu]!
    if (now > this.limit) return false
    this.settledAt = now
    return true
  }

  owned(line: number): boolean {
    const { cpu } = this
    const now = this.clock[cpu]!
    if (now > this.limit || this.#stores.drainedAt[cpu]! > now) return false
    const until = now + this.#readCycles + this.#atomicCycles
    if (this.#owner[line] !== cpu && !this.isAtOnce && !this.directory.isHeld(cpu, line, until)) {
      return false
    }
    this.settledAt = now
    return true
  }

  /** An interrupt, for which nothing is at another time, does not wait: it is priced as it acts. */
  claimed(line: number): boolean {
    const { cpu } = this
    if (this.isAtOnce) return true
    if (!this.settled()) return false
    const now = this.clock[cpu]!
    // The operation comes behind the stores before it, and the line must still be here then.
    const until = Math.max(now, this.#stores.drainedAt[cpu]!) + this.#atomicCycles
    const isHere = this.#owner[line] === cpu || this.directory.isHeld(cpu, line, until)
    if (!isHere) return this.#claim(line, now)
    this.#drain(cpu)
    return this.settled()
  }

  /** Whether a CPU waits in the queue of a line, and cannot act before that comes. */
  waits(cpu: number): boolean {
    return this.#claimAt[cpu] === Number.POSITIVE_INFINITY
  }

  /** When a CPU whose turn is over acts again: not after the line comes that it has claimed. */
  actsAt(cpu: number): number {
    return this.directory.claims[cpu]! < 0 ? this.clock[cpu]! : this.#claimAt[cpu]!
  }

  /** The line for which `cpu` waited comes at cycle `at`. */
  comes(cpu: number, at: number): void {
    this.#claimAt[cpu] = at
    const now = this.clock[cpu]!
    if (at <= now) return
    this.lineCycles[cpu]! += at - now
    this.clock[cpu] = at
  }

  /** A turn begins at cycle `at`, and with it perhaps a line is there. */
  arrive(cpu: number, at: number): void {
    if (this.directory.claims[cpu]! < 0) return
    this.#claimAt[cpu] = 0
    this.directory.arrive(cpu, at)
  }

  /** Forgets what was billed, and begins time again at `starts`, by CPU and in cycles. */
  restart(starts: Float64Array): void {
    this.clock.set(starts)
    this.lineCycles.fill(0)
    this.copyCycles.fill(0)
    for (const billed of this.workCycles) billed.fill(0)
    this.atomics = 0
    this.#claimAt.fill(0)
    this.#stores.clear()
    this.chip.clear()
    this.dozers.clear()
    this.directory.clear()
  }

  /** Asks for a line; true if nothing can happen before it is there. */
  #claim(line: number, now: number): boolean {
    const { cpu } = this
    const at = this.directory.claim(cpu, line, now)
    this.#claimAt[cpu] = at
    if (at === Number.POSITIVE_INFINITY) {
      this.limit = Number.NEGATIVE_INFINITY
      return false
    }
    this.#wait(at - now)
    this.#drain(cpu)
    if (!this.settled()) return false
    this.arrive(cpu, at)
    return true
  }

  /** A store to a line of others goes into the buffer, and takes time when that is full. */
  #store(line: number): void {
    const { cpu } = this
    const now = this.clock[cpu]!
    const at = now + this.directory.take(cpu, line, now)
    const room = this.#stores.enter(cpu, now, at)
    if (room > now) this.#wait(room - now)
  }

  #drain(cpu: number): void {
    const at = this.#stores.drainedAt[cpu]!
    if (at > this.clock[cpu]!) this.#wait(at - this.clock[cpu]!)
  }

  /** Waits for what others read before. */
  #readChip(cycles: number): void {
    const now = this.clock[this.cpu]!
    this.clock[this.cpu] = this.chip.read(now, cycles, this.turnBegan) - cycles
  }

  #wait(cycles: number): void {
    this.lineCycles[this.cpu]! += cycles
    this.clock[this.cpu]! += cycles
  }
}
