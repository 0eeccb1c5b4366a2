import { came } from '@smpnet/memory'
import { Bintime } from '../arithmetic/bintime.ts'
import {
  bintimeToTimespec,
  bintimeToTimeval,
  type Timespec,
  type Timeval,
} from '../arithmetic/timespec.ts'
import { checkHz, UnknownClock } from '../errors.ts'
import type { Timehands } from '../timehands/timehands.ts'
import { CLOCK, clockName } from './clock-ids.ts'

const NS_PER_S = 1_000_000_000

/** The processor time of the calling thread; an accounting of threads supplies it. All in ns. */
export interface CpuTimes {
  /** Of this thread: CLOCK_THREAD_CPUTIME_ID. */
  threadNs(): number
  /** Of its process: CLOCK_PROCESS_CPUTIME_ID and, there being no other sum, CLOCK_PROF. */
  processNs?(): number
  /** Of that, outside the kernel: CLOCK_VIRTUAL. */
  userNs?(): number
}

type Read = (to: Timespec) => Timespec

/**
 * The clocks of one thread: clock_gettime(2), and the kernel's functions under their own names.
 * Those that begin with `get`, and the clocks named FAST, give the time of the last windup and read
 * no counter. Times of both kinds must not be compared: FAST may be 1/hz behind.
 *
 * An object belongs to one thread, because the timehands that it reads keep that thread's copy of
 * the record. All functions are plain, take no lock and never wait. Which clocks there are is
 * decided at construction: one for which this thread has no source is unknown, and is never 0.
 */
export class Clocks {
  readonly #time = new Bintime()
  readonly #clocks: ReadonlyMap<number, Read>

  /** Throws BadHz. Without `cpu`, the clocks of processor time are unknown. */
  constructor(
    readonly timehands: Timehands,
    readonly hz: number,
    readonly cpu?: CpuTimes,
  ) {
    checkHz(hz)
    this.#clocks = this.#table()
  }

  /** clock_gettime(2). Throws UnknownClock for a number that is no clock of this thread. */
  gettime(id: number, to: Timespec): Timespec {
    const read = this.#clocks.get(id)
    if (read === undefined) throw this.#unknown(id)
    return read(to)
  }

  /** clock_getres(2): what the time of a clock is a multiple of, rounded up to whole ns. */
  getres(id: number, to: Timespec): Timespec {
    if (!this.#clocks.has(id)) throw this.#unknown(id)
    to.sec = id === CLOCK.SECOND ? 1 : 0
    to.nsec = id === CLOCK.SECOND ? 0 : this.#resolutionNs(id)
    return to
  }

  nanouptime(to: Timespec): Timespec {
    return bintimeToTimespec(this.timehands.binuptime(this.#time), to)
  }

  nanotime(to: Timespec): Timespec {
    return bintimeToTimespec(this.timehands.bintime(this.#time), to)
  }

  microuptime(to: Timeval): Timeval {
    return bintimeToTimeval(this.timehands.binuptime(this.#time), to)
  }

  microtime(to: Timeval): Timeval {
    return bintimeToTimeval(this.timehands.bintime(this.#time), to)
  }

  getnanouptime(to: Timespec): Timespec {
    return bintimeToTimespec(this.timehands.getbinuptime(this.#time), to)
  }

  getnanotime(to: Timespec): Timespec {
    return bintimeToTimespec(this.timehands.getbintime(this.#time), to)
  }

  getmicrouptime(to: Timeval): Timeval {
    return bintimeToTimeval(this.timehands.getbinuptime(this.#time), to)
  }

  getmicrotime(to: Timeval): Timeval {
    return bintimeToTimeval(this.timehands.getbintime(this.#time), to)
  }

  /** Whole seconds of UTC as of the last windup: the kernel's `time_second`. */
  second(): number {
    return this.timehands.getbintime(this.#time).sec
  }

  #table(): Map<number, Read> {
    const clocks = new Map<number, Read>()
    const add = (read: Read, ...ids: number[]) => ids.forEach((id) => clocks.set(id, read))
    const { MONOTONIC, MONOTONIC_PRECISE, UPTIME, UPTIME_PRECISE } = CLOCK
    add((to) => this.nanotime(to), CLOCK.REALTIME, CLOCK.REALTIME_PRECISE)
    add((to) => this.getnanotime(to), CLOCK.REALTIME_FAST)
    add((to) => this.nanouptime(to), MONOTONIC, MONOTONIC_PRECISE, UPTIME, UPTIME_PRECISE)
    add((to) => this.getnanouptime(to), CLOCK.MONOTONIC_FAST, CLOCK.UPTIME_FAST)
    add((to) => ofSeconds(this.second(), to), CLOCK.SECOND)
    const { cpu } = this
    if (cpu === undefined) return clocks
    add((to) => ofNs(cpu.threadNs(), to), CLOCK.THREAD_CPUTIME_ID)
    const { processNs, userNs } = cpu
    const ofProcess: Read = (to) => ofNs(processNs!.call(cpu), to)
    if (processNs !== undefined) add(ofProcess, CLOCK.PROCESS_CPUTIME_ID, CLOCK.PROF)
    if (userNs !== undefined) add((to) => ofNs(userNs.call(cpu), to), CLOCK.VIRTUAL)
    return clocks
  }

  /** As kern_clock_getres: of the counter for its clocks, a tick for PROF, 1 µs for CPU time. */
  #resolutionNs(id: number): number {
    if (id === CLOCK.VIRTUAL || id === CLOCK.PROF) return Math.ceil(NS_PER_S / this.hz)
    if (id === CLOCK.THREAD_CPUTIME_ID || id === CLOCK.PROCESS_CPUTIME_ID) return 1000
    return Math.floor(NS_PER_S / this.timehands.hardware().frequency) + 1
  }

  #unknown(id: number): UnknownClock {
    const names = [...this.#clocks.keys()].map((known) => `${known} (${clockName(known)})`)
    return new UnknownClock(`clock: expected one of ${names.join(', ')}, came ${came(id)}`)
  }
}

function ofSeconds(sec: number, to: Timespec): Timespec {
  to.sec = sec
  to.nsec = 0
  return to
}

function ofNs(ns: number, to: Timespec): Timespec {
  to.sec = Math.floor(ns / NS_PER_S)
  to.nsec = Math.floor(ns - to.sec * NS_PER_S)
  return to
}
