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
  /** Whether a CPU that has nothing to run takes work from others. */
  readonly stealIdle: boolean
  /** The load from which a CPU is stolen from: its running thread and those in its queues. */
  readonly stealThresh: number
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
  hz: 1000,
  stathz: 127,
}

/** Completes knobs. Throws a RangeError, naming the knob, for a value that it cannot have. */
export function uleKnobs(given: Partial<UleKnobs>): UleKnobs {
  const knobs = { ...ULE_DEFAULTS, ...given }
  const { slice, sliceMinDivisor, affinity, balanceInterval, stealThresh, hz, stathz } = knobs
  for (const [name, value] of Object.entries({
    slice,
    sliceMinDivisor,
    affinity,
    balanceInterval,
    stealThresh,
    hz,
    stathz,
  })) {
    if (Number.isInteger(value) && value >= 1) continue
    throw new RangeError(`ULE's ${name} is a whole number, at least 1: ${value} came`)
  }
  if (stathz > hz) {
    throw new RangeError(
      `ULE samples at most at every tick, ${hz} a second: stathz ${stathz} came`,
    )
  }
  if (knobs.interact >= 0 && knobs.interact <= 100) return knobs
  throw new RangeError(`ULE's interact is a score from 0 to 100: ${knobs.interact} came`)
}
