import { finish, Lot, NotifyWaker, PARK, WOKEN } from '@smpnet/park'
import {
  Barrier,
  bury,
  Epoch,
  invite,
  Mutex,
  RmLock,
  RwLock,
  Semaphore,
  SyncDomain,
} from '@smpnet/sync'
import { differences, freeOf } from './counts.mjs'
import { sleep } from './waits.mjs'

/** So many lives between two looks at what is free. */
const LIVES_PER_LOOK = 50_000
/** And between two turns of the event loop, by which it is known that this thread goes on. */
const LIVES_PER_TURN = 500

/**
 * Threads that come, take something or wait for it, end there and are buried, as often as is told:
 * each is a seat, a lot and a waiter of its own over its memory, without a worker, of which
 * no host has a million. The domain must have as many waiters and numbers as at first in the end,
 * and what they held must be free. Resolves to `{ lives, faults }`.
 */
export async function liveOn(lives, says = quiet) {
  const domain = SyncDomain.create({ waiters: 12, threads: 4, buckets: 4 })
  const ways = waysOf(domain)
  const before = freeOf(domain)
  for (let life = 0; life < lives; life++) {
    const { seat, td } = comes(domain)
    ways[life % ways.length].ends(td)
    bury(domain, seat)
    ways[life % ways.length].mends()
    if (life % LIVES_PER_TURN === 0) await sleep(0)
    if ((life + 1) % LIVES_PER_LOOK !== 0 && life + 1 !== lives) continue
    const faults = differences(before, freeOf(domain))
    says(`${life + 1} lives: ${faults.join(', ') || 'as many waiters and numbers are free'}`)
    if (faults.length > 0) return { lives: life + 1, faults }
  }
  return { lives, faults: [] }
}

function quiet(_line) {}

/** How a life ends, and what a living thread does afterwards, which throws for what is not free. */
function waysOf(domain) {
  const mutex = Mutex.create(domain)
  const rwlock = RwLock.create(domain, { accountable: true })
  const rmlock = RmLock.create(domain)
  const semaphore = Semaphore.create(domain, { permits: 3, accountable: true })
  const epoch = Epoch.create(domain)
  const barrier = Barrier.create(domain, { parties: 2 })
  const soon = { timeoutMs: 1000 }
  const mends = (lock, side) => () => {
    const guard = side.lockSync({ recover: true, ...soon })
    if (lock.isAbandoned()) lock.recover(guard.td)
    guard.unlock()
  }
  const isFree = () => rwlock.write.lockSync(soon).unlock()
  const takesAll = () => {
    semaphore.acquireSync(3, soon)
    semaphore.releaseSync(3)
  }
  return [
    { ends: (td) => mutex.tryEnter(td), mends: mends(mutex, mutex) },
    { ends: (td) => finish(td, rwlock.write.enter(td)), mends: mends(rwlock, rwlock.write) },
    { ends: (td) => finish(td, rwlock.read.enter(td)), mends: isFree },
    { ends: (td) => semaphore.tryAcquire(2, td), mends: takesAll },
    {
      ends: (td) => finish(td, rmlock.read.enter(td)),
      mends: () => rmlock.write.lockSync().unlock(),
    },
    { ends: (td) => epoch.enter(td), mends: () => epoch.waitSync(soon) },
    { ends: (td) => sleeps(barrier.arrive(td)), mends() {} },
    { ends: (td) => asleepBehind(mutex, td), mends: mends(mutex, mutex) },
  ]
}

/** What a worker is to a domain. */
function comes(domain) {
  const { memory } = domain
  const { handle } = domain.lot
  const seat = invite(domain)
  const number = Lot.attach(memory, handle, seat)
  return { seat, td: new Lot(memory, handle, new NotifyWaker(memory), number).waiter() }
}

function asleepBehind(mutex, td) {
  const guard = mutex.lockSync()
  sleeps(mutex.enter(td))
  guard.unlock()
}

/** Runs a wait until it sleeps. */
function sleeps(waiting) {
  for (let step = waiting.next(WOKEN); step.value !== PARK; step = waiting.next(WOKEN)) {
    if (step.done) throw new Error('it was to sleep, and has not')
  }
}
