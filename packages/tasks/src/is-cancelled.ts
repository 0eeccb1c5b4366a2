let asks = (): boolean => false

/**
 * Whether the task that calls this was called off, so that its result is not waited for any more: a
 * long task asks now and then, and ends early. False outside of tasks.
 */
export function isCancelled(): boolean {
  return asks()
}

/** What `isCancelled` asks in this isolate. For the module that runs tasks. */
export function askWhetherCancelled(how: () => boolean): void {
  asks = how
}
