let asks = (): boolean => false

/**
 * Whether nobody waits for the result of the task that calls this any more: a long task asks now
 * and then, and ends early. False outside of tasks.
 */
export function isCancelled(): boolean {
  return asks()
}

/** What `isCancelled` asks in this isolate. For the module that runs tasks. */
export function askWhetherCancelled(how: () => boolean): void {
  asks = how
}
