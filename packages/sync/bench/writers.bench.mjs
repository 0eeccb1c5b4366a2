import { bench } from '@smpnet/testing'
import { lockRows, team } from './support/lock-rows.mjs'

/**
 * What it costs to enter and exit each lock on the side that excludes everybody, beside the least
 * that any lock must do, a compare-exchange and an exchange on one word; and what is left of it
 * when two threads want it all the time, with nothing inside.
 */

/** The baseline: a spin lock without anything, in a line of its own. */
export function bare({ shared }) {
  const words = new Int32Array(shared)
  return (slice) => {
    let n = 0
    for (; !slice.done(n); n++) {
      if (Atomics.compareExchange(words, 16, 0, 1) !== 0) throw new Error('nobody else is here')
      Atomics.exchange(words, 16, 0)
    }
    return n
  }
}

await bench(import.meta.url, {
  name: 'writing, enter and exit',
  baseline: 'bare words',
  variants: {
    'bare words': team(import.meta.url, 1, 'bare', () => ({ shared: new SharedArrayBuffer(256) })),
    ...lockRows('write'),
  },
})
