import type { Tsc } from './tsc.ts'

/** Rounds of the test: FreeBSD's N in comp_smp_tsc and adj_smp_tsc. */
const ROUNDS = 1000
const READS = 3

export interface TscTestResult {
  readonly isSynchronized: boolean
  /** The smallest difference between a CPU's reads and an earlier CPU's: above 0 in every pair. */
  readonly leastDelta: number
  /** A pair of CPUs whose difference was not above 0. */
  readonly culprits?: readonly [earlier: number, later: number]
}

/** How the machine runs `step` on CPU `cpu`: `tscTest` is a generator so that it may switch. */
export interface TscTestStep {
  readonly cpu: number
}

/**
 * Whether the TSCs of several CPUs agree. In each round the CPUs, one after another, read their
 * counters three times; read j of a later CPU happens after read j - 1 of every CPU, and so must be
 * larger. FreeBSD does 1000 rounds under smp_rendezvous; here, before each read, the generator
 * yields which CPU is to make it, and the caller must go on on that CPU, later than before.
 */
export function* tscTest(
  tscs: readonly Tsc[],
  rounds = ROUNDS,
): Generator<TscTestStep, TscTestResult, void> {
  let leastDelta = Number.POSITIVE_INFINITY
  let culprits: readonly [number, number] | undefined
  for (let round = 0; round < rounds; round++) {
    let before: number[] = []
    for (let read = 0; read < READS; read++) {
      const now: number[] = []
      for (let cpu = 0; cpu < tscs.length; cpu++) {
        yield { cpu }
        now.push(tscs[cpu]!.cycles())
      }
      const worst = leastOf(before, now)
      if (worst.delta < leastDelta) {
        leastDelta = worst.delta
        if (worst.delta <= 0) culprits = worst.pair
      }
      before = now
    }
  }
  return { isSynchronized: leastDelta > 0, leastDelta, ...(culprits && { culprits }) }
}

/** The smallest step from any CPU's earlier read to any CPU's later one. */
function leastOf(before: readonly number[], now: readonly number[]) {
  let delta = Number.POSITIVE_INFINITY
  let pair: readonly [number, number] = [0, 0]
  before.forEach((earlier, one) => {
    now.forEach((later, other) => {
      if (later - earlier >= delta) return
      delta = later - earlier
      pair = [one, other]
    })
  })
  return { delta, pair }
}
