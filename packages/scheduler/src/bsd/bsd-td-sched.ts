import { LAST_TIMESHARE, MAX_NICE, Priority, sharesTime } from '../thread/priority.ts'
import type { RunQueue } from '../policy/run-queue.ts'
import type { Thread } from '../thread/thread.ts'

/** Samples that make a thread one priority less urgent, on one CPU: INVERSE_ESTCPU_WEIGHT. */
const SAMPLES_PER_PRIORITY = 8
const TIMESHARE_PRIORITIES = LAST_TIMESHARE - Priority.user
const NICES = 2 * MAX_NICE
const AWAKE = -1

/**
 * What 4BSD remembers about a thread, its td_sched: above all how much CPU it has used of late,
 * `estcpu`, which
 * grows with every sample in which it runs and decays every second, the slower the more threads
 * are runnable.
 */
export class BsdTdSched {
  /** The run queue that it is in. */
  queue: RunQueue | undefined
  /** Ticks of its turn that are left. */
  sliceTicks: number
  #estcpu: number
  #sleptAtNs = AWAKE
  readonly #perPriority: number

  constructor(
    readonly td: Thread,
    cpus: number,
    readonly slice: number,
    parent: BsdTdSched | undefined,
  ) {
    this.#perPriority = SAMPLES_PER_PRIORITY * cpus
    this.#estcpu = parent?.estcpu ?? 0
    this.sliceTicks = slice
    this.reckon()
  }

  get estcpu(): number {
    return this.#estcpu
  }

  sleeps(nowNs: number): void {
    this.#sleptAtNs = nowNs
  }

  /** Makes up for the decays that it slept through: updatepri. Its turn begins anew. */
  wakes(nowNs: number, loadAverage: number): void {
    const seconds = this.#sleptAtNs === AWAKE ? 0 : Math.floor((nowNs - this.#sleptAtNs) / 1e9)
    this.#sleptAtNs = AWAKE
    this.sliceTicks = this.slice
    for (let left = Math.min(seconds, 60); left > 0; left--) this.#decay(loadAverage)
    this.reckon()
  }

  /** Counts a sample in which it ran: sched_clock. */
  runs(): void {
    const most = this.#perPriority * (NICES + TIMESHARE_PRIORITIES + 1) - 1
    this.#estcpu = Math.min(this.#estcpu + 1, most)
    if (this.#estcpu % this.#perPriority === 0) this.reckon()
  }

  /** A second has passed: schedcpu. Sleepers decay when they wake. */
  decays(loadAverage: number): void {
    if (this.#sleptAtNs === AWAKE) this.#decay(loadAverage)
  }

  /** Works its own priority out: resetpriority. */
  reckon(): void {
    const { td } = this
    if (sharesTime(td.basePriority)) {
      const used = Math.floor(this.#estcpu / this.#perPriority) + td.nice + MAX_NICE
      td.ownPriority = Math.min(Priority.user + used, LAST_TIMESHARE)
    }
    td.reckonPriority()
  }

  /** Forgets 90 % of the usage in 5 * loadAverage seconds. */
  #decay(loadAverage: number): void {
    this.#estcpu = Math.floor((2 * loadAverage * this.#estcpu) / (2 * loadAverage + 1))
  }
}

/** What 4BSD remembers about a thread that it has admitted. */
export function bsdTdSched(td: Thread): BsdTdSched {
  return td.sched as BsdTdSched
}
