import type { Needs, Site } from '@smpnet/stack'
import type { KernelHost, KernelProgram } from '../../model/kernel-program.ts'
import type { PairShape } from '../../model/pair-shape.ts'
import {
  SocketZone,
  type EndHandle,
  type SocketZoneHandle,
  type StreamSocket,
} from '@smpnet/socket'
import type { Waiter, Waiting } from '@smpnet/park'
import type { Slice } from '@smpnet/testing'
import { placementOn } from './placement.ts'

/** What the two ends of a connected pair of our sockets do, in kernel threads. */
export interface PairProgram {
  /** Answers forever; one thread for the lifetime of its socket. */
  server(td: Waiter, socket: StreamSocket, size: number): Waiting
  /** Runs one slice and returns what it counts. */
  client(td: Waiter, socket: StreamSocket, size: number, slice: Slice): Waiting<number>
}

/** Pair i drives from CPU i mod N and is answered on the next, unless its place is another. */
export interface PairSettings extends PairShape {
  /** Bytes that each direction of a pair holds. */
  readonly bufferBytes: number
}

/** The pairs that all CPUs share. */
export interface PairHandles {
  readonly zone: SocketZoneHandle
  /** For each pair, the end that drives and the end that answers. */
  readonly ends: readonly (readonly [client: EndHandle, server: EndHandle])[]
}

/** A pair's own words besides its two rings. */
const PAIR_BYTES = 4096

/** Runs a pair program over connected pairs of stream sockets. */
export class SocketPairs implements KernelProgram<PairSettings, PairHandles> {
  readonly #program: PairProgram

  constructor(program: PairProgram) {
    this.#program = program
  }

  needs({ pairs, bufferBytes }: PairSettings): Needs {
    return { bytes: pairs * (2 * bufferBytes + PAIR_BYTES), threads: 2 * pairs }
  }

  place({ pairs, bufferBytes }: PairSettings, { arena, lot }: Site): PairHandles {
    const handle = SocketZone.place(arena, { pairs, bufferBytes, buffers: 2 * pairs })
    const zone = new SocketZone(lot, handle)
    const td = lot.waiter()
    const ends = Array.from({ length: pairs }, () => {
      const [client, server] = zone.pairSync(td)
      return [client.handle, server.handle] as const
    })
    return { zone: handle, ends }
  }

  clients({ pairs }: PairSettings): number {
    return pairs
  }

  start({ size, ...shape }: PairSettings, shared: PairHandles, host: KernelHost): void {
    const { cpu, scheduler, client } = host
    const program = this.#program
    const zone = new SocketZone(cpu.lot, shared.zone)
    const here = placementOn(cpu.id, cpu.cpus, shape)
    const end = (pair: number, side: 0 | 1) => zone.end(shared.ends[pair]?.[side] as EndHandle)
    for (const pair of here.servers) {
      const socket = end(pair, 1)
      scheduler.spawn((td) => program.server(td, socket, size), { name: `server ${pair}` })
    }
    for (const pair of here.clients) {
      const socket = end(pair, 0)
      client(`client ${pair}`, (td, slice) => program.client(td, socket, size, slice))
    }
  }
}

/** Sends the rest of `bytes` after a `trySend` that sent only `sent` of them, or none. */
export function* sendRest(
  td: Waiter,
  socket: StreamSocket,
  bytes: Uint8Array,
  sent: number,
): Waiting {
  yield* socket.send(td, bytes, Math.max(sent, 0))
}

/** Fills the rest of `bytes` after a `tryReceive` that brought only `got`, or none. */
export function* receiveRest(
  td: Waiter,
  socket: StreamSocket,
  bytes: Uint8Array,
  got: number,
): Waiting {
  for (let filled = Math.max(got, 0); filled < bytes.length; ) {
    const taken = yield* socket.receive(td, bytes, filled)
    if (taken === 0) {
      throw new Error(`expected ${bytes.length} bytes, the other end closed after ${filled}`)
    }
    filled += taken
  }
}
