import { came, type Memory } from '@smpnet/memory'
import { endPulse, type HeartbeatsHandle, type Pulse, pulseOf, runningName } from './heartbeats.ts'

/** A thread that has kept its CPU from one look to the next. */
export interface Stuck {
  readonly cpu: number
  /** Its name, or the first 40 bytes of it. */
  readonly thread: string
  /** For how many looks in a row. */
  readonly looks: number
}

/**
 * Finds threads that do not yield. Any thread may have a watchdog, over the same memory; how often
 * it looks is its owner's business: a thread may keep its CPU for so long unnoticed.
 */
export class Watchdog {
  readonly #last: (Pulse & { readonly looks: number })[] = []

  constructor(
    readonly memory: Memory,
    readonly handle: HeartbeatsHandle,
  ) {}

  /** The threads that have not yielded since the last look; none at the first. */
  look(): Stuck[] {
    const found: Stuck[] = []
    for (let cpu = 0; cpu < this.handle.cpus; cpu++) {
      const looks = this.#looksAt(cpu)
      if (looks === 0) continue
      found.push({ cpu, thread: runningName(this.memory, this.handle, cpu), looks })
    }
    return found
  }

  /** CPU `cpu` has died: no watchdog finds its thread any more. Throws a RangeError for no CPU. */
  bury(cpu: number): void {
    const { cpus } = this.handle
    if (!Number.isInteger(cpu) || cpu < 0 || cpu >= cpus) {
      throw new RangeError(`a watchdog knows the CPUs 0 to ${cpus - 1}: ${came(cpu)} came`)
    }
    endPulse(this.memory, this.handle, cpu)
  }

  /** For how many looks in a row this CPU has been in the same step of a thread. */
  #looksAt(cpu: number): number {
    const pulse = pulseOf(this.memory, this.handle, cpu)
    const last = this.#last[cpu]
    const isStuck =
      pulse.thread !== 0 && pulse.beats === last?.beats && pulse.thread === last.thread
    const looks = isStuck ? last.looks + 1 : 0
    this.#last[cpu] = { ...pulse, looks }
    return looks
  }
}
