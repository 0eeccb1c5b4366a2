import { cycles } from '../experiments/clocks/cycles.ts'
import { fastClocks } from '../experiments/clocks/fast-clocks.ts'
import { hpet } from '../experiments/clocks/hpet.ts'
import { switchClock } from '../experiments/clocks/switch-clock.ts'
import { netisr } from '../experiments/dispatch/netisr.ts'
import type { Experiment } from '../model/experiment.ts'
import { preemption } from '../experiments/localhost/preemption.ts'
import { wakeups } from '../experiments/localhost/wakeups.ts'
import { ifqueueGrain } from '../experiments/ifqueue/ifqueue-grain.ts'
import { ifqueueRace } from '../experiments/ifqueue/ifqueue-race.ts'
import { readMostly } from '../experiments/read-mostly/read-mostly.ts'
import { socketLocking } from '../experiments/sockets/socket-locking.ts'

/** Every experiment; a new one is a file of its own and a line here. */
const ALL: readonly Experiment[] = [
  readMostly,
  ifqueueGrain,
  ifqueueRace,
  socketLocking,
  preemption,
  wakeups,
  netisr,
  switchClock,
  cycles,
  fastClocks,
  hpet,
]

export const experiments: ReadonlyMap<string, Experiment> = new Map(
  ALL.map((experiment) => [experiment.name, experiment]),
)
