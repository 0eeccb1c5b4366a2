import { LoopShare } from '../loop-share.ts'
import { KeepAlive } from './keep-alive.ts'

/** This thread's: the tasks that `awaiting` drives, and those that had nothing to wait for. */
export const loop = new KeepAlive()
export const share = new LoopShare()

/**
 * A task is about to take what is there without a wait: whether the event loop is to have a turn
 * before, by `loopTurn`, since tasks have had it to themselves for long enough. For calls that are
 * awaited and that do not go through `awaiting`, which sees to it itself:
 *
 *     if (isLoopDue()) await loopTurn()
 *     if (!this.tryEnter(td)) …
 *
 * The turn comes first, so that a task does not hold what it took while others have theirs.
 */
export function isLoopDue(): boolean {
  return share.isUsedUp()
}

/** A turn of the event loop, in which timers ring and input is served. */
export async function loopTurn(): Promise<void> {
  await loop.turn()
  share.renew()
}
