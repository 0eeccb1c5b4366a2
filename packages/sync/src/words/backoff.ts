import { type Memory, work } from '@smpnet/memory'

/**
 * How a waiter that spins for a lock spends the time between two looks, besides what its driver
 * spends. A look takes the word's line from its owner, so that waiters that look all the time
 * slow down the one they wait for.
 */
export interface Backoff {
  readonly name: BackoffName
  /** Spins before the next look, after `spins` looks in vain. Does not yield. */
  wait(memory: Memory, spins: number): void
}

export const BACKOFF_NAMES = ['none', 'lock_delay'] as const
export type BackoffName = (typeof BACKOFF_NAMES)[number]

/** FreeBSD's `debug.lock.delay_base` and `delay_max`, in turns of `cpu_spinwait`. */
export interface LockDelayKnobs {
  /** Turns before the second look; each later wait is twice as long. 1 unless told. */
  readonly base?: number
  /** Turns of the longest. FreeBSD has 256 for each CPU, rounded up to a power of two. */
  readonly max?: number
}

const SPIN_TURN = work('spin-turn')

/** FreeBSD's bound for any machine (subr_lock.c). */
const MOST_TURNS = 32_678
const TURNS_PER_CPU = 256
/** Doublings after which every base is above the bound, and a shift is still one of 32 bits. */
const MOST_DOUBLINGS = 16

/** Looks again at once, as FreeBSD did until 2016. */
export const NO_BACKOFF: Backoff = { name: 'none', wait: () => {} }

/** FreeBSD's `lock_delay` (sys/kern/subr_lock.c, exponential since r313386, 2017). */
class LockDelay implements Backoff {
  readonly name = 'lock_delay'

  constructor(
    readonly base: number,
    readonly max: number,
  ) {}

  wait(memory: Memory, spins: number): void {
    const turns = Math.min(this.max, this.base * 2 ** Math.min(spins + 1, MOST_DOUBLINGS))
    if (memory.isSimulated) memory.charge(SPIN_TURN, turns)
    else for (let left = turns; left > 0; left--) memory.pause(0)
  }
}

/**
 * Waits that double, up to a bound that grows with the CPUs of the machine. Throws a RangeError for
 * knobs that are no whole numbers of turns, of at least 1.
 */
export function lockDelay(cpus: number, knobs: LockDelayKnobs = {}): Backoff {
  const { base = 1, max = lockDelayMax(cpus) } = knobs
  checkTurns('base', base)
  checkTurns('max', max)
  return new LockDelay(base, max)
}

/** The back-off of that name, with FreeBSD's knobs for so many CPUs. */
export function backoffOf(name: BackoffName, cpus: number, knobs?: LockDelayKnobs): Backoff {
  return name === 'none' ? NO_BACKOFF : lockDelay(cpus, knobs)
}

/** FreeBSD's `debug.lock.delay_max` on so many CPUs. */
export function lockDelayMax(cpus: number): number {
  let whole = 1
  while (whole < cpus) whole *= 2
  return Math.min(MOST_TURNS, whole * TURNS_PER_CPU)
}

function checkTurns(knob: string, turns: number): void {
  if (Number.isInteger(turns) && turns >= 1) return
  throw new RangeError(
    `lock delay ${knob}: expected a whole number of turns, at least 1, came ${turns}`,
  )
}
