import { bury, invite } from '@smpnet/sync'

/** What a domain has left to give: waiters, and numbers of threads. */
export function freeOf(domain) {
  const waiters = all(() => domain.lot.waiter())
  for (const { at } of waiters) domain.lot.releaseEntry(at)
  const guests = all(() => invite(domain))
  for (const guest of guests) bury(domain, guest)
  return { waiters: waiters.length, numbers: guests.length }
}

/** The same, and what a socket domain has open. */
export function freeOfSockets(domain) {
  const { zone } = domain
  // The supervisor leaves, and comes again, since it keeps waiters for its own tasks to come.
  domain.detach()
  return { ...freeOf(domain.sync), pairs: zone.open(), buffers: zone.buffers.inUse() }
}

/** Sentences for what was to be as before, and is not. */
export function differences(before, after) {
  return Object.keys(before)
    .filter((name) => before[name] !== after[name])
    .map((name) => `${name}: ${before[name]} were free or in use before, ${after[name]} are now`)
}

function all(next) {
  const got = []
  for (;;) {
    try {
      got.push(next())
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      return got
    }
  }
}
