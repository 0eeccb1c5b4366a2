import type { Observer } from '../thread/observer.ts'
import type { Thread } from '../thread/thread.ts'
import type { TickSource } from './tick-source.ts'

/** What a CPU did with its time, in ticks of its cputicker. */
export interface CpuTimes {
  readonly frequencyHz: number
  /** Of threads that are alive, and of threads that have ended. */
  readonly busyTicks: number
  readonly idleTicks: number
}

/**
 * Bills the time of one CPU to its threads: one read at every switch, and the time since the last
 * switch goes to the thread that had the CPU, or to idleness. So nothing is lost and nothing is
 * counted twice, and interrupts are billed to the thread that they struck, as in FreeBSD.
 */
export class CpuAccount implements Observer {
  #since: number
  #busyTicks = 0
  #idleTicks = 0

  /** Begins with an idle CPU. */
  constructor(readonly ticker: TickSource) {
    this.#since = ticker.ticks()
  }

  switched(_to: Thread | undefined, from: Thread | undefined): void {
    this.bill(from)
  }

  /** Bills the time since the last switch to `td`, or to idleness. */
  bill(td: Thread | undefined): void {
    const now = this.ticker.ticks()
    const ticks = now - this.#since
    this.#since = now
    if (td === undefined) {
      this.#idleTicks += ticks
    } else {
      td.runTicks += ticks
      this.#busyTicks += ticks
    }
  }

  /** Up to the last switch; `bill` the thread that has the CPU first to have it up to now. */
  times(): CpuTimes {
    return {
      frequencyHz: this.ticker.rate(),
      busyTicks: this.#busyTicks,
      idleTicks: this.#idleTicks,
    }
  }
}
