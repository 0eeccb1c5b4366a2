import type { Memory } from '@smpnet/memory'
import { CPU_BLOCK, type CpuBlocks } from '../cpu-block.ts'
import { IDLE } from '../cpu.ts'
import type { Core } from './core.ts'
import type { SimEvent } from './event-heap.ts'
import { INTERRUPT, IPI_SEND } from './named-work.ts'
import type { SimStatistics } from './sim-statistics.ts'
import type { Turns } from './turns.ts'

/**
 * How CPUs of a simulated machine get each other's attention. Each has a word of pending vectors in
 * Memory, beside its mailbox, and everything here runs on the CPU that has the turn, settled.
 *
 * - A busy CPU is sent an IPI: `ipi-send` for the sender, then the delivery, then `ipi-handle` for
 *   the target, and in a turn of its own, at one instant, its handlers. Only the raiser that found
 *   the word 0 sends: as long as it is not, an IPI is on its way, which serves all of them, as one
 *   hardware vector does for the bits of FreeBSD's `cpu_ipi_pending`.
 * - An idle CPU watches its words (`monitor`, `mwait`) and is sent nothing: it only leaves its
 *   sleep. So does a CPU whose executive has said that it is idle, and that is about to watch.
 * - A CPU that raises a vector on itself handles it at its next turn, without send and delivery.
 *
 * A device writes no word: its interrupt is an event of its own, and is billed as one.
 */
export class SimInterrupts {
  constructor(
    readonly memory: Memory,
    readonly blocks: CpuBlocks,
    readonly turns: Turns,
    readonly statistics: SimStatistics,
  ) {}

  /** Sets the bit of `vector` in the word of `core`, and gets its attention unless it has it. */
  raise(core: Core, vector: number): void {
    const { pricer } = this.turns
    const pending = this.blocks.of(core.id) + CPU_BLOCK.offset.pending
    const before = this.memory.or(pending, 1 << vector)
    if (core.id === pricer.cpu) this.turns.ring(core, pricer.clock[core.id]!, true)
    else if (before !== 0) this.statistics.coalesced++
    else if (watches(core)) this.rouse(core)
    else this.#send(core)
  }

  /** Has a CPU that watches its words see that one of them has changed. */
  rouse(core: Core): void {
    const { pricer } = this.turns
    this.turns.ring(core, pricer.clock[pricer.cpu]!, false)
  }

  /** What was raised on the CPU that has the turn: a bit each. It is not pending any more. */
  take(core: Core): number {
    const pending = this.blocks.of(core.id) + CPU_BLOCK.offset.pending
    return this.memory.load(pending) === 0 ? 0 : this.memory.exchange(pending, 0)
  }

  /** A device interrupts `core` at cycle `at`, unless that is cancelled before. */
  post(core: Core, at: number, vector: number): SimEvent {
    return this.turns.post(core, at, INTERRUPT, () => core.handlers.run(vector))
  }

  #send(core: Core): void {
    const { pricer } = this.turns
    this.statistics.ipis++
    this.memory.charge(IPI_SEND, 1)
    this.turns.ring(core, pricer.clock[pricer.cpu]! + pricer.costs.ipiDeliveryCycles, true)
  }
}

/** Whether a CPU watches its words, or will before it sleeps. */
export function watches(core: Core): boolean {
  return core.isIdle || core.step === IDLE
}
