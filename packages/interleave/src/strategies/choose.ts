import { parseSchedule } from './schedule.ts'
import { Bounded } from './bounded.ts'
import { BruteForce } from './brute-force.ts'
import { Exhaustive } from './exhaustive.ts'
import { Guided } from './guided.ts'
import { Pct, type PctOptions } from './pct.ts'
import { RandomWalk, type SampleOptions } from './random-walk.ts'
import type { Strategy } from './strategy.ts'

/** Every execution, up to the order of independent steps, once each. */
export function exhaustive(): Strategy {
  return new Exhaustive()
}

/** Every order of every step; for tiny programs, to check the others by. */
export function bruteForce(): Strategy {
  return new BruteForce()
}

/** The one execution that a printed schedule names. */
export function replay(schedule: string): Strategy {
  return new Guided(parseSchedule(schedule))
}

/** Every schedule with at most so many preemptions, 2 unless said otherwise; fewest first. */
export function bounded(maxPreemptions = 2): Strategy {
  return new Bounded(maxPreemptions)
}

/** Random priorities with a few random changes: a sample with a known chance to find a bug. */
export function pct(options: PctOptions): Strategy {
  return new Pct(options)
}

/** A thread at random at each step, drawn towards what has not been seen. */
export function randomWalk(options: SampleOptions): Strategy {
  return new RandomWalk(options)
}
