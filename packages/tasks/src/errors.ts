/** A value cannot go to another thread this way, or needs more room than a task has. */
export class CannotSend extends TypeError {
  override name = 'CannotSend'
}

/** More tasks wait to be sent than the runner was made for. */
export class TooManyTasks extends RangeError {
  override name = 'TooManyTasks'
}

/** The runner was stopped, or a CPU of it failed, before the task had ended. */
export class TaskLost extends Error {
  override name = 'TaskLost'
}
