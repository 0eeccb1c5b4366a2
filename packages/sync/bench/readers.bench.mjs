import { bench } from '@smpnet/testing'
import { Epoch, Seqc, Smr, SyncDomain } from '@smpnet/sync'
import { aloneAndTogether, lockRows, team } from './support/lock-rows.mjs'

/**
 * What it costs to read, beside the least that a reader who is seen can do, one atomic store and
 * one load; and what two threads that read at the same time reach together. Where readers write a
 * shared word they are slower together than one is alone.
 */

export function bare({ shared }) {
  const words = new Int32Array(shared)
  return (slice) => {
    let n = 0
    for (; !slice.done(n); n++) {
      Atomics.store(words, 16, n)
      if (Atomics.load(words, 32) !== 0) throw new Error('nobody writes it')
    }
    return n
  }
}

/** Enters and exits as a thread that an epoch pins, or smr makes critical. Each runs one. */
const entersAsWaiter =
  (Kind) =>
  ({ handle }) => {
    const one = Kind.open(handle)
    const td = one.domain.here
    return (slice) => {
      let n = 0
      for (; !slice.done(n); n++) {
        one.enter(td)
        one.exit(td)
      }
      return n
    }
  }

export const epoch = entersAsWaiter(Epoch)
export const smr = entersAsWaiter(Smr)

export function seqc({ handle }) {
  const one = Seqc.open(handle)
  return (slice) => {
    let n = 0
    for (; !slice.done(n); n++) while (!one.isSame(one.tryRead()));
    return n
  }
}

const both = (Kind, run) =>
  aloneAndTogether(import.meta.url, run, run, () => ({
    handle: Kind.create(SyncDomain.create()).handle,
  }))

await bench(import.meta.url, {
  name: 'reading',
  baseline: 'store and load',
  variants: {
    'store and load': team(import.meta.url, 1, 'bare', () => ({
      shared: new SharedArrayBuffer(256),
    })),
    ...lockRows('read'),
    ...both(Epoch, 'epoch'),
    ...both(Smr, 'smr'),
    ...both(Seqc, 'seqc'),
  },
})
