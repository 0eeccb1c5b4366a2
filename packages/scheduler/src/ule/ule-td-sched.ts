import {
  LAST_INTERACTIVE,
  LAST_TIMESHARE,
  MAX_NICE,
  Priority,
  sharesTime,
} from '../thread/priority.ts'
import type { RunQueue } from '../policy/run-queue.ts'
import type { Thread } from '../thread/thread.ts'
import { CpuUsage } from './cpu-usage.ts'
import { forget, type History, inherited, interactivityScore } from './interactivity.ts'

/** The first priority of threads that mostly run: PRI_MIN_BATCH. */
export const FIRST_BATCH = LAST_INTERACTIVE + 1
const INTERACTIVE_RANGE = FIRST_BATCH - Priority.user
/** Between the room for nice at both ends of the batch range: SCHED_PRI_MIN, SCHED_PRI_RANGE. */
const BATCH_BASE = FIRST_BATCH + MAX_NICE
const BATCH_RANGE = LAST_TIMESHARE - MAX_NICE - BATCH_BASE + 1
/** `sleptAtNs` of a thread that does not sleep. */
const AWAKE = -1

/** What ULE remembers about a thread: td_sched. */
export class UleTdSched {
  readonly history: History
  readonly usage: CpuUsage
  /** The run queue that it is in. */
  queue: RunQueue | undefined
  /** Ticks of its turn that are over. */
  sliceTicks = 0
  /** When it last had a CPU. */
  ranAtNs: number
  #sleptAtNs = AWAKE

  constructor(
    readonly td: Thread,
    /** Index of the CPU it is with. */
    public cpu: number,
    nowNs: number,
    parent: UleTdSched | undefined,
  ) {
    this.history = inherited(parent?.history ?? { sleptNs: 0, ranNs: 0 })
    this.usage = new CpuUsage(nowNs)
    this.ranAtNs = nowNs
  }

  sleeps(nowNs: number): void {
    this.#sleptAtNs = nowNs
    this.usage.update(nowNs, true)
  }

  /** Counts its sleep; its turn begins anew. */
  wakes(nowNs: number): void {
    if (this.#sleptAtNs !== AWAKE) {
      this.history.sleptNs += nowNs - this.#sleptAtNs
      forget(this.history)
      this.#sleptAtNs = AWAKE
    }
    this.usage.update(nowNs, false)
    this.sliceTicks = 0
  }

  /** Counts a sample in which it ran. */
  runs(nowNs: number, sampleNs: number): void {
    this.history.ranNs += sampleNs
    forget(this.history)
    this.usage.update(nowNs, true)
  }

  /** Works its own priority out of its history: sched_priority. */
  reckon(interact: number): void {
    const { td } = this
    if (sharesTime(td.basePriority)) td.ownPriority = this.#timeshare(interact)
    td.reckonPriority()
  }

  #timeshare(interact: number): number {
    const { nice } = this.td
    const score = Math.max(0, interactivityScore(this.history, interact) + nice)
    if (score < interact) {
      return Priority.user + Math.floor((INTERACTIVE_RANGE * score) / interact)
    }
    const used = Math.min(BATCH_RANGE - 1, Math.floor(this.usage.part * BATCH_RANGE))
    return BATCH_BASE + used + nice
  }
}

/** What ULE remembers about a thread that it has admitted. */
export function uleTdSched(td: Thread): UleTdSched {
  return td.sched as UleTdSched
}
