import type { Address, Memory, Waiting } from '@smpnet/memory'
import type { Lot } from '@smpnet/park'
import type { Alarm, Cpu } from '../cpu.ts'
import type { Core } from './core.ts'
import { ALARM, CLOCK_READ } from './named-work.ts'
import type { Placement } from './placement.ts'
import type { Turns } from './turns.ts'
import { CPU_BLOCK } from '../cpu-block.ts'
import type { Handler } from '../handlers.ts'
import { Rendezvous } from '../rendezvous.ts'
import { checkCpu, checkVector, VECTOR } from '../vectors.ts'
import type { SimInterrupts } from './sim-interrupts.ts'

/** What hears what code on a CPU has to say to the outside. */
export interface Listener {
  report(cpu: number, value: unknown): void
  fail(cpu: number, error: unknown): void
}

/** Above all priorities: what a CPU is interrupted for until its executive says something else. */
const EVERY_WAKE = 0x7fffffff

/** An alarm for a time to which one cycle more would be the same time: virtual time ends before. */
const NEVER: Alarm = { cancel() {} }

/** A CPU of the simulated machine, as the code that runs on it sees it. */
export class SimCpu implements Cpu {
  readonly id: number
  readonly cpus: number
  readonly threadsMove = true
  readonly #rendezvous: Rendezvous

  constructor(
    readonly memory: Memory,
    readonly lot: Lot,
    readonly core: Core,
    readonly turns: Turns,
    readonly interrupts: SimInterrupts,
    /** Where the words of all rendezvous are. */
    rendezvous: Address,
    readonly listener: Listener,
    readonly placement: Placement,
    readonly watchNs: number,
  ) {
    this.id = core.id
    this.cpus = turns.cores.length
    this.#rendezvous = new Rendezvous(memory, rendezvous, interrupts.blocks, this.id)
    this.onInterrupt(VECTOR.rendezvous, () => this.#rendezvous.pass())
    // Never asked to: see the dispatcher.
    this.onInterrupt(VECTOR.mail, () => {})
    this.interruptBelow(EVERY_WAKE)
  }

  now(): number {
    this.memory.charge(CLOCK_READ, 1)
    return Math.floor(this.#cycles() / this.turns.pricer.costs.cyclesPerNs)
  }

  instant(): number {
    return this.#cycles() / this.turns.pricer.costs.cyclesPerNs
  }

  alarm(delayNs: number, ring: Handler): Alarm {
    const { turns, core } = this
    const at = this.#cycles() + this.#delayCycles(delayNs)
    if (at > Number.MAX_SAFE_INTEGER) return NEVER
    const event = turns.post(core, at, ALARM, ring)
    return { cancel: () => turns.cancel(core, event) }
  }

  /** Never: another CPU could change the word only after this one has given up its turn. */
  spinWhile(): boolean {
    return false
  }

  report(value: unknown): void {
    this.listener.report(this.id, value)
  }

  fail(error: unknown): void {
    this.listener.fail(this.id, error)
  }

  onInterrupt(vector: number, handler: Handler): void {
    this.core.handlers.set(vector, handler)
  }

  raise(target: number, vector: number): void {
    const core = this.#core(target)
    checkVector(vector)
    this.interrupts.raise(core, vector)
  }

  rendezvous(targets: readonly number[]): Waiting {
    for (const target of targets) this.#core(target)
    this.interrupts.statistics.rendezvous++
    return this.#rendezvous.meet(targets, (target, vector) => this.raise(target, vector))
  }

  interruptBelow(limit: number): void {
    this.memory.store(this.interrupts.blocks.of(this.id) + CPU_BLOCK.offset.limit, limit)
  }

  /** Makes no difference: a CPU that is behind has a core of its own. */
  overrun(): void {}

  distance(other: number): number {
    return this.placement.distance(this.id, this.#core(other).id)
  }

  /**
   * A device raises `vector` on CPU `target` in `delayNs`; one that has thought better of it, as
   * it does sooner, cancels that. Throws a RangeError for a CPU, a vector or a delay that there is
   * none of.
   */
  interrupt(target: number, delayNs: number, vector: number): Alarm {
    const core = this.#core(target)
    checkVector(vector)
    const event = this.interrupts.post(core, this.#cycles() + this.#delayCycles(delayNs), vector)
    return { cancel: () => this.turns.cancel(core, event) }
  }

  #cycles(): number {
    return this.turns.hasBegun ? this.turns.pricer.clock[this.id]! : 0
  }

  #delayCycles(delayNs: number): number {
    if (delayNs >= 0 && delayNs < Number.POSITIVE_INFINITY) {
      return Math.max(1, Math.ceil(delayNs * this.turns.pricer.costs.cyclesPerNs))
    }
    throw new RangeError(`a delay is a number of ns, not below 0: ${delayNs} came`)
  }

  #core(target: number): Core {
    checkCpu(target, this.cpus)
    return this.turns.cores[target]!
  }
}
