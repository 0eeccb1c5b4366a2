import { HeldTooLong } from '@smpnet/memory'
import { PATIENCE_MS, sleep } from './waits.mjs'

/**
 * Buries as a supervisor does that begins its threads anew: when a queue is held by another that
 * has ended, and whose end it has not heard of yet, it lets that one be buried first. The planted
 * fault `nobody buries` is here: a supervisor that does not.
 */
export async function buried(bury, fault) {
  if (fault === 'nobody buries') return undefined
  const end = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      return bury()
    } catch (error) {
      if (!(error instanceof HeldTooLong) || performance.now() > end) throw error
      await sleep(1)
    }
  }
}
