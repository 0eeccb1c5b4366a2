import { isDoom } from '../engine/deaths.ts'
import type { Execution } from '../engine/execution.ts'
import type { Thread } from '../engine/thread.ts'
import { doomedBy, type Schedule } from './schedule.ts'
import type { Strategy } from './strategy.ts'

/** A schedule that is none of the program; the message says at which step. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError'

  constructor(why: string) {
    super(`expected a schedule that fits the program: ${why}`)
  }
}

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

  constructor(
    readonly schedule: Schedule,
    /** Whether what does not fit is an error, and not passed over. */
    readonly isStrict = false,
  ) {}

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
    const living = able.filter((thread) => !isDoom(thread))
    const wanted = able.find(({ key }) => key === this.schedule[this.#at])
    if (this.isStrict && wanted === undefined) this.#complain(execution, living)
    if (wanted === undefined && living.length === 0) {
      execution.deaths.spare()
      return -1
    }
    const previous = living.find(({ id }) => id === this.#last)
    this.#at++
    const next = wanted ?? previous ?? living[0]!
    if (!isDoom(next)) {
      if (previous !== undefined && next !== previous) this.preemptions++
      this.#last = next.id
    }
    this.ran.push(next.key)
    return next.id
  }

  /** Says why the schedule does not fit, unless it has come to its end with the execution. */
  #complain({ threads }: Execution, living: readonly Thread[]): void {
    const key = this.schedule[this.#at]
    const at = `step ${this.#at + 1}`
    if (key === undefined && living.length === 0) return
    if (key === undefined) {
      const names = living.map(({ name }) => name).join(' and ')
      throw new ScheduleError(`it ends before ${at}, which ${names} could make`)
    }
    const named = threads.find((thread) => thread?.key === key)
    const why =
      named === undefined
        ? 'is none of the program'
        : named.status === 'running'
          ? 'cannot go on then'
          : 'has ended by then'
    throw new ScheduleError(
      `${at} is one of thread ${key}${named ? ` (${named.name})` : ''}, which ${why}`,
    )
  }

  observe(): void {}

  finish(): boolean {
    return false
  }
}
