/**
 * Priorities, in FreeBSD's numbers (sys/priority.h): 0 is the most urgent, 255 the least. Between
 * the names any number is allowed; four neighbouring ones share a run queue.
 */
export const Priority = {
  /** Interrupt threads. */
  interrupt: 16,
  /** Threads that serve the kernel, such as network dispatch. */
  kernel: 80,
  /** Everybody else. */
  user: 120,
  /** Only when there is nothing else to do. */
  idle: 224,
} as const

/** The least urgent priority. */
export const MAX_PRIORITY = 255

/** Throws a RangeError unless `priority` is one. */
export function checkPriority(priority: number): void {
  if (Number.isInteger(priority) && priority >= 0 && priority <= MAX_PRIORITY) return
  throw new RangeError(
    `a priority is a whole number from 0, the most urgent, to ${MAX_PRIORITY}: ${priority} came`,
  )
}
