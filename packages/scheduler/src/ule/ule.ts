import type { Cpu } from '@smpnet/machine'
import type { SchedulingPolicy } from '../policy/policy.ts'
import { type UleKnobs, uleKnobs } from './ule-knobs.ts'
import { UlePolicy } from './ule-policy.ts'
import { UleGlobal } from './ule-global.ts'

/**
 * ULE, FreeBSD's scheduler since 7.1: run queues for each CPU, priorities by how interactive a
 * thread seems, turns from a calendar, and threads kept near the caches that they have warmed.
 *
 * On a simulated machine all CPUs share one, made in `setup`. On a live machine each CPU makes its
 * own, and placement, stealing and balancing have nothing to do:
 *
 *     new Scheduler(cpu, { policy: ule.on(cpu) })
 */
export class Ule {
  readonly #shared: UleGlobal

  /** Throws a RangeError for a knob that cannot have the value given. */
  constructor(knobs: Partial<UleKnobs> = {}) {
    this.#shared = new UleGlobal(uleKnobs(knobs))
  }

  get knobs(): UleKnobs {
    return this.#shared.knobs
  }

  /** The policy of one CPU; asked once for each, in the order of their numbers. */
  on(cpu: Cpu): SchedulingPolicy {
    const { cpus } = this.#shared
    const policy = new UlePolicy(this.#shared, cpu, cpus.length)
    cpus.push(policy)
    return policy
  }

  /** Knobs and statistics, by their names in FreeBSD; `stolen` and `balanced` are ours. */
  sysctl(): Readonly<Record<string, number | string>> {
    return this.#shared.sysctl()
  }
}
