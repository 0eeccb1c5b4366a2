import type { Experiment } from './experiment.ts'

/** Every experiment; a new one is a file of its own and a line here. */
const ALL: readonly Experiment[] = []

export const experiments: ReadonlyMap<string, Experiment> = new Map(
  ALL.map((experiment) => [experiment.name, experiment]),
)
