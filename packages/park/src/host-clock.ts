/**
 * Milliseconds on the host's monotonic clock. This is the one place of the package that looks at a
 * clock, for threads that no machine drives: code that waits asks its waiter, whose machine may
 * know another time (`Waiter.now`).
 */
export function hostMs(): number {
  // An AudioWorklet has no `performance`, and no wait with an end but one of 0 ms.
  return typeof performance === 'object' ? performance.now() : Date.now()
}
