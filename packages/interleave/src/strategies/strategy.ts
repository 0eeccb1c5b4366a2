import type { Event } from '../engine/event.ts'
import type { Execution } from '../engine/execution.ts'

/**
 * Decides which thread makes the next step. One object serves one exploration: it is told when an
 * execution begins, of each step, and when the execution has ended, and says whether it wants
 * another. A new strategy is a new file with one of these.
 */
export interface Strategy {
  /** As reports name it. */
  readonly name: string
  /**
   * Whether a thread whose loop went round idly may go on in the same execution once another has
   * written what it looks at. A strategy that tries every order need not: it also tries the
   * executions in which the idle round was never made, and these are all that differ.
   */
  readonly resumesIdleLoops: boolean
  /** What is proved when the strategy ends by itself: everything, or what the text says. */
  readonly claim: string
  /** Whether ending by itself means that every execution was covered. */
  readonly isExhaustive: boolean

  begin(execution: Execution): void
  /** The number of an enabled thread, or -1 to end this execution, which is then redundant. */
  choose(execution: Execution): number
  observe(execution: Execution, event: Event): void
  /** True to be given another execution. */
  finish(execution: Execution): boolean
}

/** The numbers of the threads that could make a step, for a strategy that resumes idle loops. */
export function enabledThreads(
  execution: Execution,
  resumesIdleLoops: boolean,
  into: number[],
): number[] {
  let count = 0
  for (const thread of execution.threads) {
    if (thread === undefined) continue
    const isAble = execution.isEnabled(thread) || (resumesIdleLoops && execution.canResume(thread))
    if (isAble) into[count++] = thread.id
  }
  if (into.length > count) into.length = count
  return into
}
