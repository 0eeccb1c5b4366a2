import type { Memory, Waiting } from '@smpnet/memory'
import type { Lot } from '@smpnet/park'
import type { Alarm, Cpu, Peers } from '../cpu.ts'
import type { Core } from './core.ts'
import type { Ipis } from './ipis.ts'
import { ALARM, CLOCK_READ, INTERRUPT } from './named-work.ts'
import type { Topology } from './profile.ts'
import { distanceBetween } from './topology.ts'
import type { Turns } from './turns.ts'

/** Who hears what code on a CPU has to say to the outside. */
export interface Listener {
  report(cpu: number, value: unknown): void
  fail(cpu: number, error: unknown): void
}

/** A CPU of the simulated machine, as the code that runs on it sees it. */
export class SimCpu implements Cpu, Peers {
  readonly id: number
  readonly cpus: number
  readonly peers: Peers = this

  constructor(
    readonly memory: Memory,
    readonly lot: Lot,
    readonly core: Core,
    readonly turns: Turns,
    readonly ipis: Ipis,
    readonly listener: Listener,
    readonly topology: Topology,
  ) {
    this.id = core.id
    this.cpus = turns.cores.length
  }

  now(): number {
    this.memory.charge(CLOCK_READ, 1)
    return Math.floor(this.#cycles() / this.turns.pricer.costs.cyclesPerNs)
  }

  alarm(delayNs: number, ring: () => void): Alarm {
    const { turns, core } = this
    const at = this.#cycles() + this.#delayCycles(delayNs)
    const later = turns.post(core, at, ALARM, ring)
    return { cancel: () => turns.cancel(core, later) }
  }

  /** Never: whoever would change the word has its turn only when this CPU has given up its own. */
  spinWhile(): boolean {
    return false
  }

  report(value: unknown): void {
    this.listener.report(this.id, value)
  }

  fail(error: unknown): void {
    this.listener.fail(this.id, error)
  }

  /**
   * Interrupts CPU `target`, which runs `handler` at one instant. Settle before. Throws a
   * RangeError for a CPU that the machine has not.
   */
  ipi(target: number, handler: () => void): void {
    this.ipis.send(this.#core(target), handler)
  }

  /** CPU `target`, if it is idle, looks for work now. Settle before. */
  rouse(target: number): void {
    this.turns.ring(this.#core(target), this.#cycles(), false)
  }

  distance(other: number): number {
    return distanceBetween(this.topology, this.id, this.#core(other).id)
  }

  /**
   * Runs `handler` on every CPU of `targets`, this one perhaps among them, and waits until all
   * have run it. One rendezvous at a time: others wait for it.
   */
  rendezvous(targets: readonly number[], handler: (cpu: number) => void): Waiting {
    return this.ipis.meet(
      this.core,
      targets.map((target) => this.#core(target)),
      handler,
    )
  }

  /** A device interrupts CPU `target` in `delayNs`, and its handler runs there at one instant. */
  interrupt(target: number, delayNs: number, handler: () => void): void {
    const at = this.#cycles() + this.#delayCycles(delayNs)
    this.turns.post(this.#core(target), at, INTERRUPT, handler)
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
    const core = this.turns.cores[target]
    if (core !== undefined) return core
    throw new RangeError(`this machine has the CPUs 0 to ${this.cpus - 1}: ${target} came`)
  }
}
