import { MAX_PRIORITY, Priority } from '../priority.ts'

/**
 * Which threads may take the CPU of a running one: all that are more urgent (`full`), only those of
 * the kernel (`kernel`, FreeBSD's default with PREEMPTION), none (`none`), or those whose priority
 * is at most the number given, as `kern.sched.preempt_thresh`.
 */
export type PreemptionMode = boolean | 'none' | 'kernel' | 'full' | number

/** The last priority that ULE gives to threads that mostly sleep: sys/priority.h. */
export const LAST_INTERACTIVE = 151

/** The rule of FreeBSD's sched_shouldpreempt. */
export class Preemption {
  /** `kern.sched.preempt_thresh`. */
  readonly threshold: number

  /** Throws a RangeError for a mode that is none. */
  constructor(mode: PreemptionMode = 'full') {
    this.threshold = thresholdOf(mode)
  }

  /** Whether a thread of `priority` takes the CPU from one of `current`, here or from afar. */
  applies(priority: number, current: number, isRemote: boolean): boolean {
    if (priority >= current) return false
    if (current >= Priority.idle) return true
    if (this.threshold === 0) return false
    if (priority <= this.threshold) return true
    return isRemote && priority <= LAST_INTERACTIVE && current > LAST_INTERACTIVE
  }

  /** The same as a number: it applies to the priorities below that. */
  limit(current: number, isRemote: boolean): number {
    if (current >= Priority.idle) return current
    if (this.threshold === 0) return 0
    const isBatch = isRemote && current > LAST_INTERACTIVE
    const last = Math.max(this.threshold, isBatch ? LAST_INTERACTIVE : 0)
    return Math.min(current, last + 1)
  }
}

function thresholdOf(mode: PreemptionMode): number {
  if (mode === true || mode === 'full') return MAX_PRIORITY
  if (mode === false || mode === 'none') return 0
  if (mode === 'kernel') return Priority.kernel
  if (typeof mode === 'number' && Number.isInteger(mode) && mode >= 0 && mode <= MAX_PRIORITY) {
    return mode
  }
  throw new RangeError(
    `preemption is 'none', 'kernel', 'full' or a priority from 0 to ${MAX_PRIORITY}: ` +
      `${String(mode)} came`,
  )
}
