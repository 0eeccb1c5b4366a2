export { isCancelled } from './is-cancelled.ts'
export { CannotSend, TaskLost, TooManyTasks } from './errors.ts'
export type { TaskOptions, TaskRunnerOptions } from './task-options.ts'
export { type StartMachine, startTasks, type TaskFunction, TaskRunner } from './task-runner.ts'
