/** The knobs of ULE, `kern.sched.*`, with FreeBSD's values (sched_ule.c) unless told. */
export interface UleKnobs {
  /** Ticks of a turn when at most one other thread is runnable, at `stathz`. */
  readonly slice: number
  /** From how many runnable threads on a turn lasts only its `slice`-th part of this. */
  readonly sliceMinDivisor: number
  /** The score below which a thread counts as interactive, 0 to 100. */
  readonly interact: number
  /** For how many ticks of `hz`, times the level of a cache, that cache is taken to be warm. */
  readonly affinity: number
  /** Whether long queues are balanced now and then. */
  readonly balance: boolean
  /** About how often, in ticks of `stathz`. */
  readonly balanceInterval: number
  /** Whether a CPU that has nothing to run takes work from other CPUs. */
  readonly stealIdle: boolean
  /** The load from which a CPU is stolen from: its running thread and the threads in its queues. */
  readonly stealThresh: number
  /** In how many groups, near to far, a CPU looks for work before it runs its idle thread. */
  readonly trystealLimit: number
  /** Whether an idle CPU that has found none looks again each time that it is disturbed. */
  readonly alwaysSteal: boolean
  /** Turns of its loop for which an idle CPU watches for work before it sleeps; see the next. */
  readonly idleSpins: number
  /** It does so if it has switched more often than this in the last samples, and has no sibling. */
  readonly idleSpinThresh: number
  /** How often the machine calls `tick`, per second. */
  readonly hz: number
  /** How often usage is sampled, per second. */
  readonly stathz: number
}

export const ULE_DEFAULTS: UleKnobs = {
  slice: 12,
  sliceMinDivisor: 6,
  interact: 30,
  affinity: 1,
  balance: true,
  balanceInterval: 128,
  stealIdle: true,
  stealThresh: 2,
  trystealLimit: 2,
  alwaysSteal: false,
  idleSpins: 10_000,
  idleSpinThresh: 16,
  hz: 1000,
  stathz: 127,
}

const COUNTS = [
  'slice',
  'sliceMinDivisor',
  'affinity',
  'balanceInterval',
  'stealThresh',
  'hz',
  'stathz',
] as const
const LIMITS = ['trystealLimit', 'idleSpins', 'idleSpinThresh'] as const

/** Completes knobs. Throws a RangeError, naming the knob, for a value that it cannot have. */
export function uleKnobs(given: Partial<UleKnobs>): UleKnobs {
  const knobs = { ...ULE_DEFAULTS, ...given }
  for (const name of COUNTS) check(name, knobs[name], 1)
  for (const name of LIMITS) check(name, knobs[name], 0)
  const { hz, stathz } = knobs
  if (stathz > hz) {
    throw new RangeError(
      `ULE samples at most at every tick, ${hz} a second: stathz ${stathz} came`,
    )
  }
  if (knobs.interact >= 0 && knobs.interact <= 100) return knobs
  throw new RangeError(`ULE's interact is a score from 0 to 100: ${knobs.interact} came`)
}

function check(name: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return
  throw new RangeError(`ULE's ${name} is a whole number, at least ${least}: ${value} came`)
}
