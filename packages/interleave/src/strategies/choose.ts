import { parseSchedule } from '../report/schedule.ts'
import { BruteForce } from './brute-force.ts'
import { Exhaustive } from './exhaustive.ts'
import { Guided } from './guided.ts'
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
