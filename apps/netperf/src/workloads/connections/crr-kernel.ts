import type { Waiter, Waiting } from '@smpnet/park'
import {
  acceptLocal,
  bindLocal,
  connectLocal,
  createLocal,
  type EndHandle,
  listenLocal,
  SocketZone,
  type SocketZoneHandle,
  type StreamSocket,
} from '@smpnet/socket'
import { finish } from '@smpnet/park'
import type { Needs, Site } from '@smpnet/stack'
import type { Slice } from '@smpnet/testing'
import type { KernelHost, KernelProgram } from '../../model/kernel-program.ts'
import { placementOn } from '../sockets/placement.ts'
import { type PairSettings, receiveRest, sendRest } from '../sockets/socket-pairs.ts'

/** What all CPUs share: where sockets come from, and for each pair the socket that listens. */
export interface Listeners {
  readonly zone: SocketZoneHandle
  readonly listeners: readonly EndHandle[]
}

/** Pairs of sockets for each client: the listener's, and of connections those that overlap. */
const PAIRS = 4
/** Bytes of a pair besides its rings. */
const PAIR_BYTES = 4096
const BACKLOG = 8

/** Connect, request, response, close between kernel threads, ended as over `crrConnections`. */
export class CrrKernel implements KernelProgram<PairSettings, Listeners> {
  needs({ pairs, bufferBytes }: PairSettings): Needs {
    return { bytes: PAIRS * pairs * (2 * bufferBytes + PAIR_BYTES), threads: 2 * pairs }
  }

  place({ pairs, bufferBytes }: PairSettings, { arena, lot }: Site): Listeners {
    const sockets = PAIRS * pairs
    const shape = { pairs: sockets, bufferBytes, buffers: 2 * sockets, names: pairs }
    const handle = SocketZone.place(arena, shape)
    const zone = new SocketZone(lot, handle)
    const td = lot.waiter()
    const listeners = Array.from({ length: pairs }, (_, pair) => finish(td, listens(zone, pair)))
    return { zone: handle, listeners }
  }

  clients({ pairs }: PairSettings): number {
    return pairs
  }

  start({ size, ...shape }: PairSettings, shared: Listeners, host: KernelHost): void {
    const { cpu, scheduler, client } = host
    const zone = new SocketZone(cpu.lot, shared.zone)
    const here = placementOn(cpu.id, cpu.cpus, shape)
    for (const pair of here.servers) {
      const listener = zone.end(shared.listeners[pair] as EndHandle)
      scheduler.spawn((td) => serves(td, zone, listener, size), { name: `server ${pair}` })
    }
    for (const pair of here.clients) {
      client(`client ${pair}`, (td, slice) => calls(td, zone, nameOf(pair), size, slice))
    }
  }
}

function nameOf(pair: number): string {
  return `crr ${pair}`
}

function* listens(zone: SocketZone, pair: number): Waiting<EndHandle> {
  const listener = yield* createLocal(zone)
  yield* bindLocal(zone, listener, nameOf(pair))
  yield* listenLocal(zone, listener, BACKLOG, 0)
  return listener.handle
}

/** Answers one connection after the other, forever. */
function* serves(td: Waiter, zone: SocketZone, listener: StreamSocket, size: number): Waiting {
  const message = new Uint8Array(size)
  for (;;) {
    const socket = (yield* acceptLocal(td, zone, listener))!
    yield* receives(td, socket, message)
    const sent = socket.trySend(td, message)
    if (sent !== size) yield* sendRest(td, socket, message, sent)
    yield* socket.close(td)
  }
}

/** Runs one slice and returns how many connections there were. */
function* calls(
  td: Waiter,
  zone: SocketZone,
  name: string,
  size: number,
  slice: Slice,
): Waiting<number> {
  const message = new Uint8Array(size)
  let connections = 0
  let startNs = slice.nowNs()
  do {
    const socket = yield* createLocal(zone)
    yield* connectLocal(td, zone, socket, name)
    const sent = socket.trySend(td, message)
    if (sent !== size) yield* sendRest(td, socket, message, sent)
    yield* receives(td, socket, message)
    yield* receivesEnd(td, socket, message)
    yield* socket.close(td)
    const nowNs = slice.nowNs()
    slice.record(nowNs - startNs)
    startNs = nowNs
  } while (!slice.done(++connections))
  return connections
}

function* receives(td: Waiter, socket: StreamSocket, message: Uint8Array): Waiting {
  const got = socket.receiveSoon(td, message)
  if (got !== message.length) yield* receiveRest(td, socket, message, got)
}

function* receivesEnd(td: Waiter, socket: StreamSocket, room: Uint8Array): Waiting {
  let got = socket.receiveSoon(td, room)
  if (got < 0) got = yield* socket.receive(td, room)
  if (got !== 0) throw new Error(`expected the end after ${room.length} bytes, got ${got} more`)
}
