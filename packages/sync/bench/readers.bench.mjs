import { bench } from '@smpnet/testing'
import { block, Epoch, Mutex, RmLock, RwLock, Seqc, Smr, SyncDomain } from '@smpnet/sync'

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

/** The sections of locks, by name. */
const sections = {
  mutex: (handle) => Mutex.open(handle),
  rwlock: (handle) => RwLock.open(handle).read,
  rmlock: (handle) => RmLock.open(handle).read,
}

export function section({ name, handle }) {
  const lock = sections[name](handle)
  const td = lock.home.here
  return (slice) => {
    let n = 0
    for (; !slice.done(n); n++) {
      if (!lock.tryEnter(td)) block(td, lock.enter(td))
      if (!lock.tryExit(td)) block(td, lock.exit(td))
    }
    return n
  }
}

/** Enters and exits by CPU number, as epoch and SMR have it. Each thread runs one of the two. */
const entersByCpu =
  (Kind) =>
  ({ handle }) => {
    const one = Kind.open(handle)
    const cpu = one.domain.thread
    return (slice) => {
      let n = 0
      for (; !slice.done(n); n++) {
        one.enter(cpu)
        one.exit(cpu)
      }
      return n
    }
  }

export const epoch = entersByCpu(Epoch)
export const smr = entersByCpu(Smr)

export function seqc({ handle }) {
  const one = Seqc.open(handle)
  return (slice) => {
    let n = 0
    for (; !slice.done(n); n++) while (!one.isSame(one.tryRead()));
    return n
  }
}

function team(count, run, args) {
  const threads = () => {
    const shared = args()
    return Array.from({ length: count }, () => ({ module: import.meta.url, run, args: shared }))
  }
  return { threads }
}

function both(name, run, args) {
  return { [name]: team(1, run, args), [`${name}, 2 threads`]: team(2, run, args) }
}

const of = (Lock, name) => () => ({ name, handle: Lock.create(SyncDomain.create()).handle })

await bench(import.meta.url, {
  name: 'reading',
  baseline: 'store and load',
  variants: {
    'store and load': team(1, 'bare', () => ({ shared: new SharedArrayBuffer(256) })),
    ...both('mutex', 'section', of(Mutex, 'mutex')),
    ...both('rwlock', 'section', of(RwLock, 'rwlock')),
    ...both('rmlock', 'section', of(RmLock, 'rmlock')),
    ...both('epoch', 'epoch', of(Epoch)),
    ...both('smr', 'smr', of(Smr)),
    ...both('seqc', 'seqc', of(Seqc)),
  },
})
