import { RwLock, Semaphore, SyncDomain } from '@smpnet/sync'
import { bench } from '@smpnet/testing'
import { aloneAndTogether } from './support/lock-rows.mjs'

/**
 * What it costs that readers, and those that have permits, write down that they do, so that their
 * undertaker finds it: each lock beside the same that is accountable.
 */

/** Reads and stops, or takes a permit and gives it back, as a plain thread does. */
export function reads({ handle }) {
  const { read } = RwLock.open(handle)
  return (slice) => {
    let n = 0
    for (; !slice.done(n); n++) {
      read.lockSync()
      read.unlock()
    }
    return n
  }
}

export function takes({ handle }) {
  const one = Semaphore.open(handle)
  return (slice) => {
    let n = 0
    for (; !slice.done(n); n++) {
      one.acquireSync()
      one.releaseSync()
    }
    return n
  }
}

const rows = (name, run, make) =>
  aloneAndTogether(import.meta.url, name, run, () => ({
    handle: make(SyncDomain.create()).handle,
  }))

const counted = { permits: 4 }

await bench(import.meta.url, {
  name: 'accountable',
  baseline: 'RwLock.read',
  variants: {
    ...rows('RwLock.read', 'reads', (domain) => RwLock.create(domain)),
    ...rows('accountable RwLock.read', 'reads', (domain) =>
      RwLock.create(domain, { accountable: true }),
    ),
    ...rows('Semaphore', 'takes', (domain) => Semaphore.create(domain, counted)),
    ...rows('accountable Semaphore', 'takes', (domain) =>
      Semaphore.create(domain, { ...counted, accountable: true }),
    ),
  },
})
