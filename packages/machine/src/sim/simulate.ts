import { SimMachine } from './sim-machine.ts'
import type { SimOptions } from './sim-options.ts'
import type { SimResult } from './sim-result.ts'

/** Turns between two questions whether to stop: some milliseconds of the host's time. */
const TURNS_PER_LOOK = 10_000

/**
 * Simulates a machine to its end: until `untilNs`, until nothing can happen any more, or until
 * `shouldStop` says so. Throws a RangeError for options that cannot be, and whatever code on a
 * CPU throws. A runner that has other things to do meanwhile steps a `SimMachine` itself.
 */
export function simulate<Args = unknown>(options: SimOptions<Args>): SimResult {
  const machine = new SimMachine(options)
  while (machine.run(TURNS_PER_LOOK) === undefined) {
    if (options.shouldStop?.(machine.progress())) machine.stop()
  }
  return machine.result()
}
