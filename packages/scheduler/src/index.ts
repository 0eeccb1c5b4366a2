export { checkPriority, MAX_PRIORITY, Priority } from './priority.ts'
export { Scheduler, type SchedulerOptions } from './scheduler.ts'
export { type Body, Thread, type ThreadOptions } from './thread.ts'
