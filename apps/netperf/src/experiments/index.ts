import type { Experiment } from './experiment.ts'
import { readMostly } from './read-mostly/read-mostly.ts'

/** Every experiment; a new one is a file of its own and a line here. */
const ALL: readonly Experiment[] = [readMostly]

export const experiments: ReadonlyMap<string, Experiment> = new Map(
  ALL.map((experiment) => [experiment.name, experiment]),
)
