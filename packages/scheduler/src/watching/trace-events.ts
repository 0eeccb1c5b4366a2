import type { EventKind } from '@smpnet/trace'
import { SWITCH_REASONS } from '../thread/switch-reason.ts'

/** What hears of each event of a scheduler. The `Tracer` of `@smpnet/trace` writes them down. */
export interface SchedulerTrace {
  /** The event, one of `TRACE_EVENTS` by its index; what `one` and `other` are depends on it. */
  event(kind: number, one: number, other: number): void
}

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

/** The kinds, as `chromeTrace` of `@smpnet/trace` draws them; names are those of threads. */
export const TRACE_KINDS: readonly EventKind[] = [
  {
    name: 'switch',
    shape: 'run',
    details: ({ other }) => ({ 'switched because': SWITCH_REASONS[other] ?? other }),
  },
  {
    name: 'wakeup',
    shape: 'mark',
    details: ({ one, other }, of) => ({ thread: of(one), cpu: other }),
  },
  {
    name: 'preemption',
    shape: 'mark',
    details: ({ one, other }, of) => ({ thread: of(one), by: of(other) }),
  },
  {
    name: 'lock-block',
    shape: 'mark',
    details: ({ one, other }, of) => ({ thread: of(one), lock: `0x${other.toString(16)}` }),
  },
  {
    name: 'start',
    shape: 'mark',
    details: ({ one, other }, of) => ({ thread: of(one), priority: other }),
  },
  {
    name: 'end',
    shape: 'mark',
    details: ({ one, other }, of) => ({ thread: of(one), threw: other }),
  },
]
