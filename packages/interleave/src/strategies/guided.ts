import { OP } from '../runtime/operation.ts'
import type { Execution } from '../engine/execution.ts'
import type { Thread } from '../engine/thread.ts'
import { doomedBy, type Schedule } from './schedule.ts'
import type { Strategy } from './strategy.ts'

/**
 * One execution, as a schedule says. When the schedule names a thread that cannot go on, or has
 * ended, the thread that ran last goes on as long as it can, then the next one. A thread dies where
 * the schedule says so, and not otherwise.
 */
export class Guided implements Strategy {
  readonly name = 'replay'
  readonly resumesIdleLoops = true
  readonly isExhaustive = false
  readonly claim = 'one schedule'
  #last = -1
  #at = 0
  /** Times that a thread was taken off although it could have gone on. */
  preemptions = 0
  /** What was really run. */
  readonly ran: string[] = []

  constructor(readonly schedule: Schedule) {}

  begin({ deaths }: Execution): void {
    deaths.doomed = doomedBy(this.schedule)
    this.#last = -1
    this.#at = 0
    this.preemptions = 0
    this.ran.length = 0
  }

  choose(execution: Execution): number {
    // What comes after a failure explains nothing.
    if (execution.failures.length > 0) return -1
    const able = execution.threads.filter(
      (t): t is Thread => t !== undefined && (execution.isEnabled(t) || execution.canResume(t)),
    )
    const living = able.filter(({ operation }) => operation.kind !== OP.die)
    const wanted = able.find(({ key }) => key === this.schedule[this.#at])
    if (wanted === undefined && living.length === 0) {
      execution.deaths.spare()
      return -1
    }
    const previous = living.find(({ id }) => id === this.#last)
    this.#at++
    const next = wanted ?? previous ?? living[0]!
    if (next.operation.kind !== OP.die) {
      if (previous !== undefined && next !== previous) this.preemptions++
      this.#last = next.id
    }
    this.ran.push(next.key)
    return next.id
  }

  observe(): void {}

  finish(): boolean {
    return false
  }
}
