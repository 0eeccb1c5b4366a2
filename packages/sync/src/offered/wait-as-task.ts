import type { Outcome } from '@smpnet/park'
import {
  type AwaitOptions,
  type BeginWait,
  checkTimeout,
  homeOf,
  type Named,
  waitAsync,
} from './offered.ts'

/** Waits as a task of its own, which has a waiter while it does. */
export async function waitAsTask(
  what: Named,
  begin: BeginWait,
  options: AwaitOptions = {},
): Promise<Outcome> {
  checkTimeout(options)
  options.signal?.throwIfAborted()
  const home = homeOf(what)
  const td = home.borrow()
  try {
    return await waitAsync(what, td, begin, options)
  } finally {
    home.giveBack(td)
  }
}
