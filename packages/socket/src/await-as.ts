import {
  awaiting,
  type Outcome,
  type Until,
  until,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import { type AwaitOptions, checkTimeout, type SyncDomain } from '@smpnet/sync'
import type { Turns } from './turns.ts'

/** Begins a call of `td`, which is given up by `until`. */
export type Begin<T> = (td: Waiter, until: Until) => Waiting<T>

/** Where a call waits for its turn, and its result if it gives that up. */
export interface Queue<T> {
  readonly turns: Turns
  gaveUp(why: Outcome, reason: unknown): T
}

/** Runs a call as a task of its own, with a waiter while it lasts, and a turn if it needs one. */
export async function awaitAs<T>(
  domain: () => SyncDomain,
  options: AwaitOptions = {},
  begin: Begin<T>,
  queue?: Queue<T>,
): Promise<T> {
  checkTimeout(options)
  options.signal?.throwIfAborted()
  let sync = domain()
  const limit = until(sync.here, options)
  if (queue !== undefined && !queue.turns.tryTake()) {
    const outcome = await queue.turns.wait(sync.here, limit)
    if (outcome !== WOKEN) return queue.gaveUp(outcome, options.signal?.reason)
  }
  try {
    // While it waited, the end may have been closed, and its thread have left the domain.
    if (queue !== undefined) sync = domain()
    const td = sync.borrow()
    try {
      return await awaiting(td, begin(td, limit))
    } finally {
      sync.giveBack(td)
    }
  } finally {
    queue?.turns.leave()
  }
}
