import { cycles } from '../experiments/clocks/cycles.ts'
import { fastClocks } from '../experiments/clocks/fast-clocks.ts'
import { hpet } from '../experiments/clocks/hpet.ts'
import { switchClock } from '../experiments/clocks/switch-clock.ts'
import type { Experiment } from '../model/experiment.ts'
import { readMostly } from '../experiments/read-mostly/read-mostly.ts'

/** Every experiment; a new one is a file of its own and a line here. */
const ALL: readonly Experiment[] = [readMostly, switchClock, cycles, fastClocks, hpet]

export const experiments: ReadonlyMap<string, Experiment> = new Map(
  ALL.map((experiment) => [experiment.name, experiment]),
)
