import { Arena, LiveMemory } from '@smpnet/memory'
import { finish, Lot, NotifyWaker, type Waiter, type Waiting } from '@smpnet/park'
import { thorough } from '@smpnet/testing/models'
import { expect, it } from 'vitest'
import {
  acceptLocal,
  bindLocal,
  BROKEN,
  ConnectionRefused,
  connectLocal,
  createLocal,
  type EndHandle,
  listenLocal,
  RESET,
  SocketMisuse,
  SocketZone,
  type StreamSocket,
  WOULD_BLOCK,
} from '../src/index.ts'
import { callAtRandom, type Compared } from './random-calls.ts'
import type { Came } from './reference-sockets.ts'

const CALLS = thorough(1_000_000, 20_000)
const THREADS = 3
const BYTES = 64

interface Thread {
  readonly td: Waiter
  readonly zone: SocketZone
}

function makeThreads(): Thread[] {
  const memory = new LiveMemory(new SharedArrayBuffer(1 << 17))
  const arena = Arena.create(memory)
  const lots = Lot.place(arena, { threads: THREADS, waiters: 2 * THREADS, buckets: 2 })
  const shape = { pairs: 64, bufferBytes: BYTES, buffers: 128, names: 16 }
  const handle = SocketZone.place(arena, shape)
  return Array.from({ length: THREADS }, () => {
    const own = new LiveMemory(memory.buffer)
    const lot = new Lot(own, lots, new NotifyWaker(own), Lot.attach(own, lots))
    own.holder = lot.cpu + 1
    return { td: lot.waiter(), zone: new SocketZone(lot, handle) }
  })
}

/** A socket is known by its handle, and one that listens by its name. */
interface Known {
  readonly handle: EndHandle
  readonly name: string
}

function streamSockets(): Compared<Known> {
  const threads = makeThreads()
  let names = 0
  const known = ({ handle }: StreamSocket): Known => ({ handle, name: `socket ${names++}` })
  const made = <T>(
    thread: number,
    { handle }: Known,
    call: (socket: StreamSocket, td: Waiter, zone: SocketZone) => Waiting<T>,
  ) => {
    const { td, zone } = threads[thread]!
    try {
      return finish(td, call(zone.end(handle), td, zone))
    } catch (error) {
      if (error instanceof SocketMisuse) return 'misuse'
      if (error instanceof ConnectionRefused) return 'refused'
      throw error
    }
  }
  const done = (came: unknown): Came => (typeof came === 'string' ? came : 0)
  return {
    kind: { capacity: BYTES, keepsBytes: true, sendsAll: true, receivesSome: true },
    threads: THREADS,
    create: (thread) => {
      const { td, zone } = threads[thread]!
      return known(finish(td, createLocal(zone)))
    },
    listen: (thread, at, backlog) =>
      done(
        made(thread, at, function* (socket, _, zone) {
          yield* bindLocal(zone, socket, at.name)
          yield* listenLocal(zone, socket, backlog, 0)
        }),
      ),
    connect: (thread, at, { name }) =>
      done(made(thread, at, (socket, td, zone) => connectLocal(td, zone, socket, name))),
    accept: (thread, at) => {
      const socket = made(thread, at, (listener, td, zone) => {
        return acceptLocal(td, zone, listener, false)
      })
      return typeof socket === 'object' ? known(socket) : (socket as 'misuse' | undefined)
    },
    send: (thread, at, bytes) =>
      made(thread, at, (socket, td) => {
        const sent = socket.trySend(td, Uint8Array.from(bytes))
        return told(socket, sent, 'broken', sent)
      }),
    receive: (thread, at, most) =>
      made(thread, at, (socket, td) => {
        const to = new Uint8Array(most)
        const got = socket.tryReceive(td, to)
        return told(socket, got, 0, got > 0 ? [...to.subarray(0, got)] : got)
      }),
    shutdown: (thread, at) => done(made(thread, at, (socket, td) => socket.shutdown(td))),
    shutdownReceive: (thread, at) =>
      done(made(thread, at, (socket, td) => socket.shutdownReceive(td))),
    close: (thread, at) => done(made(thread, at, (socket, td) => socket.close(td))),
    abort: (thread, at) => done(made(thread, at, (socket, td) => socket.abort(td))),
    inUse: () => threads[0]!.zone.open() + threads[0]!.zone.names.inUse(),
  }
}

/** What a try came to; of those that find a reset, one reports it, and for others it is `over`. */
function* told(socket: StreamSocket, result: number, over: Came, came: Came): Waiting<Came> {
  if (result === WOULD_BLOCK) return 'would block'
  if (result === BROKEN) return 'broken'
  if (result !== RESET) return came
  return (yield* socket.reports()) ? 'reset' : over
}

it('Random calls of three threads, in turns, come to what they come to without memory', () => {
  const found = [1, 2, 3, 4].map((seed) => callAtRandom(streamSockets(), CALLS / 4, seed))
  expect(found.filter((one) => one !== undefined)).toEqual([])
})

it('A call that comes to something else is found, with its seed', () => {
  const planted = { ...streamSockets(), abort: () => 0 }
  expect(callAtRandom(planted, CALLS, 6)).toMatch(/^seed 6, call \d+: /)
})
