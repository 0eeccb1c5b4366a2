import { bench } from '@smpnet/testing'
import { Mutex, SyncDomain } from '@smpnet/sync'

/**
 * What a mutex costs beside the least that any lock must do, a compare-exchange and an exchange on
 * one word, and what is left of it when two threads want it. Run it under `taskset -c 0` as well:
 * there a thread that spins for the other steals the time that this one needs.
 */

/** The baseline: a spin lock without anything, in a line of its own. */
export function bare({ shared, at }) {
  const words = new Int32Array(shared)
  return (slice) => {
    let n = 0
    for (; !slice.done(n); n++) {
      if (Atomics.compareExchange(words, at, 0, 1) !== 0) throw new Error('nobody else is here')
      Atomics.exchange(words, at, 0)
    }
    return n
  }
}

/** As plain threads use it. */
export function sync({ handle }) {
  const mutex = Mutex.open(handle)
  return (slice) => {
    let n = 0
    for (; !slice.done(n); n++) {
      mutex.lockSync()
      mutex.unlock()
    }
    return n
  }
}

/** As kernel threads use it. */
export function kernel({ handle }) {
  const mutex = Mutex.open(handle)
  const td = mutex.domain.here
  return (slice) => {
    let n = 0
    for (; !slice.done(n); n++) {
      if (!mutex.tryEnter(td)) throw new Error('nobody else is here')
      if (!mutex.tryExit(td)) throw new Error('nobody else is here')
    }
    return n
  }
}

/** As tasks of an event loop use it. */
export function awaited({ handle }) {
  const mutex = Mutex.open(handle)
  return async (slice) => {
    let n = 0
    for (; !slice.done(n); n++) {
      const guard = await mutex.lock()
      guard.unlock()
    }
    return n
  }
}

const words = () => ({ shared: new SharedArrayBuffer(256), at: 16 })
const mutex = () => ({ handle: Mutex.create(SyncDomain.create()).handle })

/** A team of `count` threads that run `run`, on one lock. */
function team(count, run, args) {
  const threads = () => {
    const shared = args()
    return Array.from({ length: count }, () => ({ module: import.meta.url, run, args: shared }))
  }
  return { threads }
}

await bench(import.meta.url, {
  name: 'mutex, lock and unlock',
  baseline: 'bare words',
  variants: {
    'bare words': team(1, 'bare', words),
    'tryEnter, tryExit': team(1, 'kernel', mutex),
    'lockSync, unlock': team(1, 'sync', mutex),
    'await lock': team(1, 'awaited', mutex),
    '2 threads contend': team(2, 'sync', mutex),
    '4 threads contend': team(4, 'sync', mutex),
  },
})
