import type { Cpu } from '@smpnet/machine'
import type { SchedulingPolicy } from '../policy/policy.ts'
import { type BsdKnobs, bsdKnobs } from './bsd-knobs.ts'
import { BsdPolicy } from './bsd-policy.ts'
import { BsdGlobal } from './bsd-global.ts'

/**
 * 4BSD, the scheduler of FreeBSD before ULE: one queue for all CPUs under one lock, priorities by
 * how much CPU a thread has used of late, and round robin among equals.
 *
 * On a simulated machine all CPUs share one, made in `setup`. On a live machine each CPU makes its
 * own, with a queue of its own:
 *
 *     new Scheduler(cpu, { policy: bsd.on(cpu) })
 */
export class Bsd {
  readonly #shared: BsdGlobal

  /** Throws a RangeError for a knob that cannot have the value given. */
  constructor(knobs: Partial<BsdKnobs> = {}) {
    this.#shared = new BsdGlobal(bsdKnobs(knobs))
  }

  get knobs(): BsdKnobs {
    return this.#shared.knobs
  }

  /** The policy of one CPU; asked once for each, in the order of their numbers. */
  on(cpu: Cpu): SchedulingPolicy {
    const policy = new BsdPolicy(this.#shared, cpu)
    this.#shared.cpus.push(policy)
    return policy
  }

  /** Knobs and statistics, by their names in FreeBSD's sysctl tree; `migration` is ours. */
  sysctl(): Readonly<Record<string, number | string>> {
    return this.#shared.sysctl()
  }
}
