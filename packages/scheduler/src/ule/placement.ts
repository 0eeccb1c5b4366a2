import { MAX_PRIORITY, Priority } from '../thread/priority.ts'
import type { Thread } from '../thread/thread.ts'
import type { UleCpu } from './ule-cpu-view.ts'
import type { UleKnobs } from './ule-knobs.ts'
import { uleTdSched } from './ule-td-sched.ts'

/** How often each rule of placement decided: `kern.sched.stats.pickcpu_*`. */
export interface PlacementCounts {
  /** An interrupt's thread runs where the interrupt came. */
  intrbind: number
  /** The last CPU was idle, and its cache warm. */
  idle_affinity: number
  /** A CPU near the last, where the thread runs at once. */
  affinity: number
  /** The least loaded of all. */
  lowest: number
  /** The waker's own, which is no more loaded. */
  local: number
  /** Decisions that moved the thread. */
  migration: number
}

/** The level of cache that a thread's own CPU keeps for it: CG_SHARE_L2. */
const OWN_CACHE_LEVEL = 2
/** The least urgent of interrupt threads: PRI_MAX_ITHD. */
const LAST_INTERRUPT = 47

/**
 * Where a thread that becomes runnable goes: sched_pickcpu of FreeBSD's sched_ule.c.
 *
 * A thread of an interrupt runs where the interrupt came. Any other goes back to its last CPU if
 * the cache there is warm and nothing runs; else to the least loaded CPU near it that shares a warm
 * cache and would run the thread at once; else to the least loaded of all. The waker's own CPU is
 * preferred to that last one if it is no more loaded and would run the thread at once too.
 *
 * It reads the lines of other CPUs' run queues without their locks, and so may be late by one
 * change; a wrong guess costs a steal or a balancing, never a thread.
 */
export class Placement {
  readonly counts: PlacementCounts = {
    intrbind: 0,
    idle_affinity: 0,
    affinity: 0,
    lowest: 0,
    local: 0,
    migration: 0,
  }

  constructor(
    readonly cpus: readonly UleCpu[],
    readonly knobs: UleKnobs,
  ) {}

  /** Chooses for `td`, which is woken or started on `self`. */
  pick(td: Thread, self: UleCpu, nowNs: number): UleCpu {
    const last = this.cpus[uleTdSched(td).cpu]!
    if (td.pinned || this.cpus.length === 1) return last
    const picked = this.#pick(td, self, last, nowNs)
    if (picked !== last) this.counts.migration++
    return picked
  }

  #pick(td: Thread, self: UleCpu, last: UleCpu, nowNs: number): UleCpu {
    const { counts } = this
    if (td.basePriority <= LAST_INTERRUPT && self.line.lowest > td.priority) {
      counts.intrbind++
      return self
    }
    const near = last.groups.filter(({ cacheLevel }) => this.#isWarm(td, cacheLevel, nowNs))
    if (this.#isWarm(td, OWN_CACHE_LEVEL, nowNs) && this.#coreIsIdle(last)) {
      counts.idle_affinity++
      return last
    }
    const group = near.at(-1)
    const close = group && this.#lowest(group.cpus, td.priority, last)
    if (close !== undefined) {
      counts.affinity++
      return close
    }
    const everyone = last.groups.at(-1)!.cpus
    const cpu =
      this.#lowest(everyone, td.priority, last) ?? this.#lowest(everyone, -1, last) ?? last
    return this.#preferSelf(td, self, cpu)
  }

  #preferSelf(td: Thread, self: UleCpu, cpu: UleCpu): UleCpu {
    const { counts } = this
    const isBetter =
      self.line.lowest > td.priority &&
      cpu.line.lowest < Priority.idle &&
      self.line.load <= cpu.line.load + 1
    if (isBetter) counts.local++
    else counts.lowest++
    return isBetter ? self : cpu
  }

  /** Whether a cache that was used when the thread ran last still has what it needs. */
  #isWarm(td: Thread, cacheLevel: number, nowNs: number): boolean {
    const tickNs = 1e9 / this.knobs.hz
    return nowNs - uleTdSched(td).ranAtNs < cacheLevel * this.knobs.affinity * tickNs
  }

  /** Whether nothing runs on a CPU nor on its hyper-threads. */
  #coreIsIdle(cpu: UleCpu): boolean {
    const core = cpu.groups.find(({ cacheLevel }) => cacheLevel === 1)?.cpus ?? [cpu.index]
    return core.every((index) => (this.cpus[index]?.line.lowest ?? MAX_PRIORITY) >= Priority.idle)
  }

  /**
   * The least loaded CPU on which a thread of `priority` would run at once; `favoured` wins
   * against equals.
   */
  #lowest(among: readonly number[], priority: number, favoured: UleCpu): UleCpu | undefined {
    let best: UleCpu | undefined
    let least = Number.POSITIVE_INFINITY
    for (const index of among) {
      const cpu = this.cpus[index]
      if (cpu === undefined || cpu.line.lowest <= priority) continue
      const load = cpu.line.load - (cpu === favoured ? 1 / 2 : 0)
      if (load >= least) continue
      best = cpu
      least = load
    }
    return best
  }
}
