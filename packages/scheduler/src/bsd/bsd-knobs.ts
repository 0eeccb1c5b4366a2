/** The knobs of 4BSD, `kern.sched.*`, with FreeBSD's values (sched_4bsd.c) unless told. */
export interface BsdKnobs {
  /** Ticks of a turn, at `stathz`. */
  readonly slice: number
  /** Among how many of the first in a queue a CPU looks for a thread that it ran last. */
  readonly runqFuzz: number
  /** Whether idle CPUs are woken for a thread that is queued: `ipiwakeup.enabled`. */
  readonly ipiWakeup: boolean
  /** How often the machine calls `tick`, per second. */
  readonly hz: number
  /** How often usage is sampled, per second. */
  readonly stathz: number
  /**
   * The load average to begin with, in threads: that of a machine on which they have run for
   * minutes. 0 unless told, as after a boot; then usage is forgotten every second at first.
   */
  readonly loadAverage: number
}

export const BSD_DEFAULTS: BsdKnobs = {
  slice: 12,
  runqFuzz: 1,
  ipiWakeup: true,
  hz: 1000,
  stathz: 127,
  loadAverage: 0,
}

/** Completes knobs. Throws a RangeError, naming the knob, for a value that it cannot have. */
export function bsdKnobs(given: Partial<BsdKnobs>): BsdKnobs {
  const knobs = { ...BSD_DEFAULTS, ...given }
  const { slice, runqFuzz, hz, stathz } = knobs
  for (const [name, value] of Object.entries({ slice, runqFuzz, hz, stathz })) {
    if (Number.isInteger(value) && value >= 1) continue
    throw new RangeError(`4BSD's ${name} is a whole number, at least 1: ${value} came`)
  }
  if (!(knobs.loadAverage >= 0 && knobs.loadAverage < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`a load average is 0 threads or more: ${knobs.loadAverage} came`)
  }
  if (stathz <= hz) return knobs
  throw new RangeError(`4BSD samples at most at every tick, ${hz} a second: stathz ${stathz} came`)
}
