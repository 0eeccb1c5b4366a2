/**
 * A vector clock: how many steps of each thread are known to have happened before. It has no holes,
 * and what it does not reach is 0.
 */
export type Clock = number[]

export function join(into: Clock, from: readonly number[]): void {
  while (into.length < from.length) into.push(0)
  for (let i = 0; i < from.length; i++) if (from[i]! > into[i]!) into[i] = from[i]!
}

/** Makes a clock equal to another; arrays that are kept cost less than new ones. */
export function assign(into: Clock, from: readonly number[]): void {
  while (into.length < from.length) into.push(0)
  for (let i = 0; i < into.length; i++) into[i] = i < from.length ? from[i]! : 0
}

/** Takes note of a thread's own step. */
export function set(clock: Clock, thread: number, sequence: number): void {
  while (clock.length <= thread) clock.push(0)
  clock[thread] = sequence
}

/** Whether step `sequence` of `thread` is in the clock. */
export function knows(clock: readonly number[], thread: number, sequence: number): boolean {
  return thread < clock.length && clock[thread]! >= sequence
}
