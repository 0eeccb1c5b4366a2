/**
 * Priorities, in FreeBSD's numbers (sys/priority.h): 0 is the most urgent, 255 the least. Between
 * the names any number is allowed; four neighbouring numbers share a run queue.
 */
export const Priority = {
  /** Interrupt threads. */
  interrupt: 16,
  /** Threads that serve the kernel, such as network dispatch. */
  kernel: 80,
  /** All other threads. From here to `idle`, 4BSD and ULE work the priority out themselves. */
  user: 120,
  /** Only when there is nothing else to do. */
  idle: 224,
} as const

/** The least urgent priority. */
export const MAX_PRIORITY = 255
/** The last priority of threads that share time, whose priority a policy works out. */
export const LAST_TIMESHARE = Priority.idle - 1
/** The last priority that ULE gives to threads that mostly sleep: sys/priority.h. */
export const LAST_INTERACTIVE = 151
/** The range of `nice`: at -20 a thread gets the most, at 20 the least. */
export const MAX_NICE = 20

/** Throws a RangeError for a number that is no priority. */
export function checkPriority(priority: number): void {
  if (Number.isInteger(priority) && priority >= 0 && priority <= MAX_PRIORITY) return
  throw new RangeError(
    `a priority is a whole number from 0, the most urgent, to ${MAX_PRIORITY}: ${priority} came`,
  )
}

/** Throws a RangeError for a number that `nice` cannot be. */
export function checkNice(nice: number): void {
  if (Number.isInteger(nice) && Math.abs(nice) <= MAX_NICE) return
  throw new RangeError(
    `nice is a whole number from ${-MAX_NICE} to ${MAX_NICE}, the least favoured: ${nice} came`,
  )
}

/** Whether threads of this priority share time, so that what they used decides which is next. */
export function sharesTime(priority: number): boolean {
  return priority >= Priority.user && priority <= LAST_TIMESHARE
}
