import type { TickSource } from './accounting/tick-source.ts'
import type { SchedulingPolicy } from './policy/policy.ts'
import type { PreemptionMode } from './preemption/preemption.ts'
import type { WakeupPolicy } from './preemption/wakeup-policy.ts'
import type { Schedstats } from './schedstats/schedstats.ts'
import type { Heartbeat } from './watching/heartbeats.ts'
import type { Observer } from './thread/observer.ts'
import type { Roster } from './watching/roster.ts'
import type { SchedulerTrace } from './watching/trace-events.ts'

export interface SchedulerOptions {
  /** Which thread runs next, and where; a `PriorityPolicy` of this CPU unless told. */
  readonly policy?: SchedulingPolicy
  /** Which threads may preempt: all that are more urgent unless told. */
  readonly preemption?: PreemptionMode
  /** What a wakeup does to its waker; `preempt` unless told. */
  readonly wakeup?: WakeupPolicy
  /** Bills the CPU's time to its threads; nothing is billed unless told. */
  readonly ticker?: TickSource
  /** Counts what wakeups lead to, one for all CPUs of this isolate; nothing counts unless told. */
  readonly schedstats?: Schedstats
  /** Tells a `Watchdog` that threads go on. */
  readonly heartbeat?: Heartbeat
  /** Is told of each thread, so that other CPUs can wait for it. */
  readonly roster?: Roster
  /** Is told what happens here. */
  readonly trace?: SchedulerTrace
  /** Are told what happens here as well, after the options above. */
  readonly observers?: readonly Observer[]
}
