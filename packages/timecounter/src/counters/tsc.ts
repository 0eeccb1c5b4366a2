import { came, type Memory } from '@smpnet/memory'
import { BadCounter } from '../errors.ts'
import { type Counter, maskOf } from './counter.ts'
import { readWork } from './read-cost.ts'
import { periodsIn, type TimeSource } from './time-source.ts'

const READ = readWork('read-tsc')
const WRAP = 2 ** 32
/** The most bits by which FreeBSD shifts the TSC for `TSC-low`. */
const MOST_SHIFT = 31

/** The time-stamp counter of one CPU. */
export interface Tsc {
  /** Its rate, in Hz. */
  readonly frequency: number
  /** All of it, up to 2^53 cycles: what `rdtsc` gives. Bills nothing. */
  cycles(): number
}

export interface TscOptions {
  /** Cycles by which this CPU's TSC is ahead of others' (or behind, below 0): set at power on. */
  readonly skewCycles?: number
  /**
   * The rate now relative to the nominal one, at a true time in ns: not 1 where the counter follows
   * the clock rate of the core. Such a TSC is not invariant. Integrated by the caller: it maps true
   * time to the time that the counter has seen.
   */
  readonly seenNs?: (nowNs: number) => number
}

/** A CPU's TSC at `frequency` Hz. Throws BadCounter for a rate of zero. */
export function tsc(source: TimeSource, frequency: number, options: TscOptions = {}): Tsc {
  if (!(frequency > 0)) {
    throw new BadCounter(`TSC frequency: expected a rate above 0 Hz, came ${came(frequency)}`)
  }
  const { skewCycles = 0, seenNs = (nowNs) => nowNs } = options
  return {
    frequency,
    cycles: () => Math.max(0, periodsIn(seenNs(source.nowNs()), frequency) + skewCycles),
  }
}

/** What the processor says of its TSC, and what the test found: FreeBSD's sys/x86/x86/tsc.c. */
export interface TscFacts {
  /** Whether it runs at one rate in every power state. */
  readonly isInvariant: boolean
  /** Whether the test across CPUs passed; undefined when it was not run. */
  readonly isSynchronized?: boolean
  /** Whether it stops when the machine idles, under APM. */
  readonly hasApm?: boolean
  readonly isVirtualBox?: boolean
}

/** The quality that FreeBSD gives to a TSC of which this is known. */
export function tscQuality(facts: TscFacts): number {
  if (facts.hasApm === true) return -1000
  if (facts.isVirtualBox === true) return 0
  if (facts.isSynchronized === false) return -100
  return facts.isInvariant && facts.isSynchronized === true ? 1000 : 800
}

/**
 * A TSC as a counter: a fence, the read, and a shift. Named `TSC-low` when shifted; FreeBSD shifts
 * by one on SMP, so that CPUs a few cycles apart cannot show it.
 * Throws BadCounter for a shift that leaves nothing.
 */
export function tscCounter(memory: Memory, from: Tsc, facts: TscFacts, shift = 1): Counter {
  if (!Number.isInteger(shift) || shift < 0 || shift > MOST_SHIFT) {
    throw new BadCounter(
      `TSC shift: expected a whole number, 0 to ${MOST_SHIFT}, came ${came(shift)}`,
    )
  }
  const divisor = 2 ** shift
  return {
    name: shift === 0 ? 'TSC' : 'TSC-low',
    mask: maskOf(32),
    frequency: Math.floor(from.frequency / divisor),
    quality: tscQuality(facts),
    read: () => {
      memory.charge(READ, 1)
      return Math.floor(from.cycles() / divisor) % WRAP
    },
  }
}
