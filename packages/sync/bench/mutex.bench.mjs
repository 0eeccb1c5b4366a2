import { bench } from '@smpnet/testing'
import { Mutex, SyncDomain } from '@smpnet/sync'
import { team as teamOf } from './support/lock-rows.mjs'

/**
 * What a mutex costs beside the least that any lock must do, a compare-exchange and an exchange on
 * one word, and beside other mutexes; and what is left of it when two threads want it, or four on
 * fewer cores. `node --harmony-struct` adds the engine's own mutex. Run it under `taskset -c 0` as
 * well: there a thread that spins for the other steals the time that this one needs.
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

/** What one writes without a library: Drepper's mutex3, which sleeps in Atomics.wait at once. */
export function waitOnly({ shared, at }) {
  const words = new Int32Array(shared)
  const lock = () => {
    let seen = Atomics.compareExchange(words, at, 0, 1)
    if (seen === 0) return
    if (seen !== 2) seen = Atomics.exchange(words, at, 2)
    while (seen !== 0) {
      Atomics.wait(words, at, 2)
      seen = Atomics.exchange(words, at, 2)
    }
  }
  const unlock = () => {
    if (Atomics.sub(words, at, 1) === 1) return
    Atomics.store(words, at, 0)
    Atomics.notify(words, at, 1)
  }
  return slices(lock, unlock)
}

/** A lock that only spins. */
export function spinOnly({ shared, at }) {
  const words = new Int32Array(shared)
  const lock = () => {
    while (Atomics.compareExchange(words, at, 0, 1) !== 0) {
      while (Atomics.load(words, at) !== 0);
    }
  }
  return slices(lock, () => Atomics.store(words, at, 0))
}

/** The mutex of npm's `multithreading`, as it offers it to a thread that blocks. */
export async function multithreading() {
  // It asks a browser's global for the number of cores, which Node has since version 21.
  globalThis.navigator ??= { hardwareConcurrency: 2 }
  const { Mutex } = await import('multithreading')
  const mutex = new Mutex()
  return (slice) => {
    let n = 0
    for (; !slice.done(n); n++) mutex.blockingLock().dispose()
    return n
  }
}

/** V8's own, behind --harmony-struct. */
export function engine() {
  const mutex = new Atomics.Mutex()
  const nothing = () => {}
  return (slice) => {
    let n = 0
    for (; !slice.done(n); n++) Atomics.Mutex.lock(mutex, nothing)
    return n
  }
}

function slices(lock, unlock) {
  return (slice) => {
    let n = 0
    for (; !slice.done(n); n++) {
      lock()
      unlock()
    }
    return n
  }
}

const words = () => ({ shared: new SharedArrayBuffer(256), at: 16 })
const mutex = () => ({ handle: Mutex.create(SyncDomain.create()).handle })

const team = (count, run, args) => teamOf(import.meta.url, count, run, args)

await bench(import.meta.url, {
  name: 'mutex, lock and unlock',
  baseline: 'bare words',
  variants: {
    'bare words': team(1, 'bare', words),
    'tryEnter, tryExit': team(1, 'kernel', mutex),
    'lockSync, unlock': team(1, 'sync', mutex),
    'await lock': team(1, 'awaited', mutex),
    'npm multithreading': team(1, 'multithreading', () => undefined),
    ...(typeof Atomics.Mutex === 'function' && {
      'Atomics.Mutex': team(1, 'engine', () => undefined),
    }),
    '2 threads': team(2, 'sync', mutex),
    '2 threads, wait only': team(2, 'waitOnly', words),
    '2 threads, spin only': team(2, 'spinOnly', words),
    '4 threads': team(4, 'sync', mutex),
    '4 threads, wait only': team(4, 'waitOnly', words),
    '4 threads, spin only': team(4, 'spinOnly', words),
  },
})
