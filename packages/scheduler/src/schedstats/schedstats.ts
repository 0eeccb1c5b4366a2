import type { Cpu } from '@smpnet/machine'
import { CpuSchedstats } from './cpu-schedstats.ts'
import { WatchedIsolate } from './watched-isolate.ts'

/**
 * Counts what wakeups lead to, as Linux's schedstats do, and by what happens alone, not by the name
 * of any thread or lock: whether the woken thread runs straight into a lock that the preempted one
 * holds, how long it waits for a CPU, and whether CPUs are idle meanwhile. See `WakeupFigures`.
 *
 * The CPUs of an isolate have one, given to each scheduler as `schedstats`. It charges nothing to a
 * simulated machine, whose runs are the same with it and without.
 */
export class Schedstats {
  readonly #isolate = new WatchedIsolate()

  /** What observes a CPU. Once for each. */
  on(cpu: Cpu): CpuSchedstats {
    return new CpuSchedstats(cpu, this.#isolate)
  }
}
