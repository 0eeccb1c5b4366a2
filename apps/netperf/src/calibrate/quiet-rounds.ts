/** What a meter saw of the host at one moment. */
export interface Look {
  /** What one turn of its arithmetic took then. */
  readonly ns: number
  /**
   * How often a core had been taken from threads of this process when the look began, and when it
   * was over: the look itself has threads wake each other.
   */
  readonly preemptions: readonly [begun: number, over: number]
}

/** How many times as long as at best things may take in a round that is quiet. */
const QUIET = 1.15
/** What a preemption is worth: threads of one process take cores from each other, too. */
const PREEMPTION = 0.05
/** So many rounds count at least. */
const LEAST = 6
/** Of all rounds, the first: code is compiled in them. */
const COMPILING = 0.25
/** Of what a hold-up only slows down, the fastest: so often at least a host leaves it alone. */
export const FASTEST = 0.05

/**
 * How many times as long as at its best the host took between two looks, and how often it took a
 * core away; 1 is undisturbed.
 */
export function stateBetween(before: Look, after: Look, bestNs: number): number {
  const slowness = Math.max(before.ns, after.ns) / bestNs
  // Threads that have ended are not counted any more.
  return slowness + PREEMPTION * Math.max(0, after.preemptions[0] - before.preemptions[1])
}

/**
 * The rounds that count, by their states alone: those that were quiet, or the quietest where these
 * are too few; and how many of all were quiet. What was measured in them has no say.
 */
export function quietLooks(states: readonly number[]): { rounds: number[]; quiet: number } {
  const first = Math.floor(states.length * COMPILING)
  const later = states.map((_, round) => round).slice(first)
  const quiet = later.filter((round) => states[round]! <= QUIET)
  const all = states.filter((state) => state <= QUIET).length
  if (quiet.length >= LEAST) return { rounds: quiet, quiet: all }
  const sorted = later.toSorted((one, other) => states[one]! - states[other]!)
  return { rounds: sorted.slice(0, LEAST).sort((one, other) => one - other), quiet: all }
}

/**
 * The rounds that count where nothing is gained when a thread is held up, by what was done in each:
 * the fastest, since whatever disturbs the host only slows such a program down.
 */
export function fastestRounds(speeds: readonly number[]): number[] {
  const order = speeds.map((_, round) => round).sort((one, other) => speeds[other]! - speeds[one]!)
  const count = Math.min(speeds.length, Math.max(LEAST, Math.round(speeds.length * FASTEST)))
  return order.slice(0, count).sort((one, other) => one - other)
}
