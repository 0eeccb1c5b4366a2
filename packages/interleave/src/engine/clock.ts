/** A vector clock: how many steps of each thread are known to have happened before. */
export type Clock = number[]

export function join(into: Clock, from: readonly number[]): void {
  for (let i = 0; i < from.length; i++) {
    const theirs = from[i]!
    if (theirs > (into[i] ?? 0)) into[i] = theirs
    else into[i] ??= 0
  }
}

export function assign(into: Clock, from: readonly number[]): void {
  into.length = from.length
  for (let i = 0; i < from.length; i++) into[i] = from[i]!
}

/** Whether step `sequence` of `thread` is in the clock. */
export function knows(clock: readonly number[], thread: number, sequence: number): boolean {
  return (clock[thread] ?? 0) >= sequence
}
