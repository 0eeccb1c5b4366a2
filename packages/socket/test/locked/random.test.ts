import { Arena, LiveMemory } from '@smpnet/memory'
import { finish, Lot, NotifyWaker } from '@smpnet/park'
import { Mutex, Sx } from '@smpnet/sync'
import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { errnoOf, ERRNO, SocketMisuse, WOULD_BLOCK } from '../../src/index.ts'
import { LockedSockets, type SockHandle, schemeTable } from '../../src/locked/index.ts'
import type { Waiter, Waiting } from '@smpnet/park'
import { callAtRandom, type Compared } from '../random-calls.ts'
import type { Came } from '../reference-sockets.ts'

const CALLS = thorough(250_000, 10_000)
const THREADS = 3
const BYTES = 16

/** What each of some threads has of the locked sockets of one memory. */
function makeThreads(locking: string) {
  const memory = new LiveMemory(new SharedArrayBuffer(1 << 17))
  const arena = Arena.create(memory)
  const lots = Lot.place(arena, { threads: THREADS, waiters: 2 * THREADS, buckets: 2 })
  const handle = LockedSockets.place(arena, { sockets: 64, receiveBytes: BYTES, cpus: THREADS })
  return Array.from({ length: THREADS }, () => {
    const own = new LiveMemory(memory.buffer)
    const lot = new Lot(own, lots, new NotifyWaker(own), Lot.attach(own, lots))
    const lock = (word: number, { isSleepable }: { isSleepable: boolean }) => {
      return isSleepable ? new Sx(own, word).exclusive : new Mutex(own, word)
    }
    const looksFirst = lot.cpu % 2 === 0
    return {
      td: lot.waiter(),
      sockets: new LockedSockets(lot, handle, { locking, lock, looksFirst }),
    }
  })
}

function lockedSockets(locking: string): Compared<SockHandle> {
  const threads = makeThreads(locking)
  const made = <T>(thread: number, call: (td: Waiter, all: LockedSockets) => Waiting<T>) => {
    const { td, sockets } = threads[thread]!
    try {
      return finish(td, call(td, sockets))
    } catch (error) {
      if (error instanceof SocketMisuse) return 'misuse'
      throw error
    }
  }
  const done = (came: unknown): Came => (came === undefined ? 0 : (came as Came))
  return {
    kind: { capacity: BYTES, keepsBytes: false, sendsAll: false, receivesSome: false },
    threads: THREADS,
    create: (thread) => {
      const { td, sockets } = threads[thread]!
      return finish(td, sockets.create(td)).handle
    },
    listen: (thread, at, backlog) =>
      done(made(thread, (td, all) => all.open(at).listen(td, backlog))),
    connect: (thread, at, to) => cameOf(made(thread, (td, all) => all.open(at).connect(td, to))),
    accept: (thread, at) => {
      const socket = made(thread, (td, all) => all.open(at).accept(td, false))
      return typeof socket === 'object' ? socket.handle : socket
    },
    send: (thread, at, bytes) => {
      const from = Uint8Array.from(bytes)
      return cameOf(made(thread, (td, all) => all.open(at).send(td, from, 0, from.length, false)))
    },
    receive: (thread, at, most) => {
      const to = new Uint8Array(most)
      const got = made(thread, (td, all) => all.open(at).receive(td, to, 0, most, false))
      return typeof got === 'number' && got > 0 ? [...to.subarray(0, got)] : cameOf(got)
    },
    shutdown: (thread, at) => done(made(thread, (td, all) => all.open(at).shutdown(td))),
    shutdownReceive: (thread, at) =>
      done(made(thread, (td, all) => all.open(at).shutdownReceive(td))),
    close: (thread, at) => done(made(thread, (td, all) => all.open(at).close(td))),
    abort: (thread, at) => done(made(thread, (td, all) => all.open(at).abort(td))),
    inUse: () => threads[0]!.sockets.inUse(),
  }
}

const NAMES = new Map<number, string>([
  [ERRNO.EPIPE, 'broken'],
  [ERRNO.ECONNRESET, 'reset'],
  [ERRNO.ECONNREFUSED, 'refused'],
])

function cameOf(result: number | string): Came {
  if (typeof result === 'string' || result >= 0) return result
  return result === WOULD_BLOCK ? 'would block' : (NAMES.get(errnoOf(result)) ?? result)
}

describe.each(schemeTable)(
  'Random calls of three threads, one after the other, under $name',
  ({ name }) => {
    it('come to what they come to without memory and locks', () => {
      const found = [1, 2, 3, 4].map((seed) => callAtRandom(lockedSockets(name), CALLS / 4, seed))
      expect(found.filter((one) => one !== undefined)).toEqual([])
    })
  },
)

it('A call that comes to something else is found, with its seed', () => {
  const sockets = lockedSockets('direction')
  const planted = { ...sockets, shutdownReceive: () => 0 }
  expect(callAtRandom(planted, CALLS, 5)).toMatch(/^seed 5, call \d+: /)
})
