import type { Thread } from '../thread/thread.ts'
import type { UleCpu } from './ule-cpu-view.ts'
import type { UleKnobs } from './ule-knobs.ts'

/** Moves queued threads from loaded CPUs to others: tdq_idled and sched_balance of sched_ule.c. */
export class Balancing {
  /** Threads taken by CPUs that had nothing to run. */
  steals = 0
  /** Threads moved by the balancer. */
  balanced = 0

  constructor(
    readonly cpus: readonly UleCpu[],
    readonly knobs: UleKnobs,
  ) {}

  /**
   * Takes a thread for a CPU without work, from the most loaded CPU of the nearest group that has a
   * thread to give, of its groups `from` to before `to`.
   */
  steal(thief: UleCpu, from: number, to = thief.groups.length): Thread | undefined {
    if (!this.knobs.stealIdle) return undefined
    for (const { cpus } of thief.groups.slice(from, to)) {
      const victim = this.#highest(cpus, thief)
      const td = victim?.queues.stealable()
      if (td === undefined) continue
      victim!.give(td, thief)
      this.steals++
      return td
    }
    return undefined
  }

  /** Evens loads out in pairs, the highest with the lowest, each CPU at most once. */
  balance(): void {
    const open = new Set(this.cpus)
    while (open.size > 1) {
      let high: UleCpu | undefined
      let low: UleCpu | undefined
      for (const cpu of open) {
        if (high === undefined || cpu.line.load > high.line.load) high = cpu
        if (low === undefined || cpu.line.load < low.line.load) low = cpu
      }
      if (high!.line.load - low!.line.load < 2) return
      open.delete(high!)
      const td = high!.queues.stealable()
      if (td === undefined) continue
      open.delete(low!)
      high!.give(td, low!)
      low!.receive(td)
      this.balanced++
    }
  }

  #highest(among: readonly number[], thief: UleCpu): UleCpu | undefined {
    let found: UleCpu | undefined
    let most = this.knobs.stealThresh - 1
    for (const index of among) {
      const cpu = this.cpus[index]
      if (cpu === undefined || cpu === thief) continue
      const { load } = cpu.line
      if (load <= most || cpu.queues.stealable() === undefined) continue
      found = cpu
      most = load
    }
    return found
  }
}
