/** What a scheduler traces: the kinds of events, in the order of their numbers. */
export const TRACE_EVENTS = [
  /** The CPU goes to a thread, or to 0, idleness; the reason why it left the last one. */
  'switch',
  /** A thread became runnable; the CPU in whose queue it is. */
  'wakeup',
  /** The current thread will be preempted; the thread that is the reason. */
  'preemption',
  /** A thread waits for a lock; the lock's address. */
  'lock-block',
  /** A thread was started; its priority. */
  'start',
  /** A thread ended; 0 when it returned and 1 when it threw. */
  'end',
] as const

export type TraceEventName = (typeof TRACE_EVENTS)[number]

export const TRACE_SWITCH = 0
export const TRACE_WAKEUP = 1
export const TRACE_PREEMPTION = 2
export const TRACE_LOCK_BLOCK = 3
export const TRACE_START = 4
export const TRACE_END = 5
