import { HeldTooLong } from '@smpnet/memory'
import { sleep } from './waits.mjs'

/**
 * Buries as a supervisor does that begins its threads anew: when a queue is held by another that
 * has ended, and whose end it has not heard of yet, it lets that one be buried first.
 */
export async function buried(bury) {
  for (;;) {
    try {
      return bury()
    } catch (error) {
      if (!(error instanceof HeldTooLong)) throw error
      await sleep(1)
    }
  }
}
