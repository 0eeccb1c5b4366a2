/** How far back usage counts: SCHED_TICK_TARG, and at most SCHED_TICK_MAX. */
const WINDOW_NS = 10e9
const LONGEST_NS = 11e9

/** Which part of the CPU a thread has used in the last ten seconds: sched_pctcpu_update. */
export class CpuUsage {
  #usedNs = 0
  #fromNs: number
  #toNs: number

  constructor(nowNs: number) {
    this.#fromNs = nowNs
    this.#toNs = nowNs
  }

  /** Brings it up to `nowNs`; the time since the last update was used if the thread ran. */
  update(nowNs: number, ran: boolean): void {
    if (nowNs - this.#toNs >= WINDOW_NS) {
      this.#usedNs = 0
      this.#fromNs = nowNs - WINDOW_NS
    } else if (nowNs - this.#fromNs >= LONGEST_NS) {
      const from = nowNs - WINDOW_NS
      this.#usedNs *= (this.#toNs - from) / (this.#toNs - this.#fromNs)
      this.#fromNs = from
    }
    if (ran) this.#usedNs += nowNs - this.#toNs
    this.#toNs = nowNs
  }

  /** From 0 to 1. */
  get part(): number {
    const windowNs = this.#toNs - this.#fromNs
    return windowNs > 0 ? Math.min(1, this.#usedNs / windowNs) : 0
  }
}
