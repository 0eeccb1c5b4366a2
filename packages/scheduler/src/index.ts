export { Bsd } from './bsd/bsd.ts'
export { BSD_DEFAULTS, type BsdKnobs } from './bsd/bsd-knobs.ts'
export { CpuAccount, type CpuTimes } from './accounting/cpu-account.ts'
export type { SchedulerStatistics, ThreadStatistics } from './accounting/statistics.ts'
export { clockTicker, type TickSource } from './accounting/tick-source.ts'
export type { Cause, PolicyHost, PreemptionRule, SchedulingPolicy } from './policy/policy.ts'
export { type Countable, CountedSection } from './preemption/counted-section.ts'
export { Preemption, type PreemptionMode } from './preemption/preemption.ts'
export {
  AT_UNLOCK,
  deferredToUnlock,
  HANDOFF,
  handoff,
  LATER,
  noPreempt,
  NOW,
  preempt,
  type Verdict,
  wakeupPolicies,
  type WakeupPolicy,
} from './preemption/wakeup-policy.ts'
export { checkPriority, MAX_NICE, MAX_PRIORITY, Priority } from './thread/priority.ts'
export { PriorityPolicy } from './policy/priority-policy.ts'
export { CpuSchedstats } from './schedstats/cpu-schedstats.ts'
export { type DelayCounts, DelayHistogram } from './schedstats/delay-histogram.ts'
export type { WakeCounts, WakeupFigures } from './schedstats/figures.ts'
export { Schedstats } from './schedstats/schedstats.ts'
export { Scheduler } from './scheduler.ts'
export type { SchedulerOptions } from './scheduler-options.ts'
export type { Ticket } from './thread/ticket.ts'
export type { Observer } from './thread/observer.ts'
export { SWITCH_REASONS, SwitchCounts, type SwitchReasonName } from './thread/switch-reason.ts'
export { type Body, Thread } from './thread/thread.ts'
export type { LockLoans, ThreadHost } from './thread/thread-host.ts'
export type { ThreadOptions } from './thread/thread-options.ts'
export { ThreadTable } from './thread/thread-table.ts'
export {
  type SchedulerTrace,
  TRACE_EVENTS,
  TRACE_KINDS,
  type TraceEventName,
} from './watching/trace-events.ts'
export { Ule } from './ule/ule.ts'
export { ULE_DEFAULTS, type UleKnobs } from './ule/ule-knobs.ts'
export { Heartbeat, type HeartbeatsHandle, placeHeartbeats } from './watching/heartbeats.ts'
export {
  type Ending,
  Roster,
  type RosterHandle,
  ThreadDied,
} from './watching/roster.ts'
export { type Stuck, Watchdog } from './watching/watchdog.ts'
