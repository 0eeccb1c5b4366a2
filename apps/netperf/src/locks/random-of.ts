import { SimRandom } from '@smpnet/machine/sim'

/** Seeds of CPUs are so far apart that seeds of runs, which count up, do not meet them. */
const SEED_STEP = 1_000_003

/** Chance for the thread of one CPU: the same for the same seed, on every machine. */
export function randomOf(seed: number, cpu: number): SimRandom {
  return new SimRandom((seed + cpu * SEED_STEP) % 2 ** 32)
}

/**
 * How many things happen before the next rare one, each of which is rare with `probability`: a
 * geometric number, or Infinity when none ever is.
 */
export function countUntilRare(random: SimRandom, probability: number): number {
  if (probability === 0) return Number.POSITIVE_INFINITY
  if (probability === 1) return 0
  const uniform = (random.next() + 1) / (2 ** 32 + 1)
  return Math.floor(Math.log(uniform) / Math.log(1 - probability))
}
