import type { Address } from '@smpnet/memory'
import { LOOPBACK } from '@smpnet/inet'
import { SETTLE, type Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import { type DatagramSocket, ERRNO, failed, failureOf } from '@smpnet/socket'
import type { Net, Needs, Site } from '@smpnet/stack'
import type { KernelHost, KernelProgram } from '../../model/kernel-program.ts'
import type { KernelSlice } from '../../model/kernel-slice.ts'
import type { PairShape } from '../../model/pair-shape.ts'
import { placementOn } from '../sockets/placement.ts'

/** What the two ends of a pair of datagram sockets do, in kernel threads. */
export interface DatagramProgram {
  /** Answers forever on a bound socket; `tally` are two words for what it tells its client. */
  server(td: Thread, socket: DatagramSocket, shape: PairShape, tally: Address): Waiting
  /** Runs one slice on a connected socket and returns what it counts. */
  client(
    td: Thread,
    socket: DatagramSocket,
    shape: PairShape,
    slice: KernelSlice,
    tally: Address,
  ): Waiting<number>
}

/** The queue of a netisr is full, which more pairs than it holds can do: nothing was sent. */
export const NO_BUFFERS = failed(ERRNO.ENOBUFS)

/** The server of pair 0 has this port, and those of the others the next ones. */
const FIRST_PORT = 7000
const LINE_BYTES = 64
/** Behind the word that says that a server is ready. */
const TALLY = 4
const ALL = 0x7fffffff

/**
 * Runs a program between pairs of UDP sockets of the kernel's network, over its loopback interface.
 * Pair i drives from CPU i mod N and is answered on the next.
 */
export class DatagramPairs implements KernelProgram<PairShape, Address> {
  constructor(readonly program: DatagramProgram) {}

  needs({ pairs }: PairShape): Needs {
    return { bytes: (pairs + 2) * LINE_BYTES, threads: 2 * pairs, net: true }
  }

  /**
   * A word for each pair, which says that its server has its port, and one that counts the clients
   * that are connected.
   */
  place({ pairs }: PairShape, { arena }: Site): Address {
    return arena.place('ready servers', (pairs + 1) * LINE_BYTES)
  }

  clients({ pairs }: PairShape): number {
    return pairs
  }

  start(shape: PairShape, ready: Address, { cpu, scheduler, client, net }: KernelHost): void {
    const here = placementOn(cpu.id, cpu.cpus, shape)
    for (const pair of here.servers) {
      const end = { net: net!, port: FIRST_PORT + pair, ready: ready + pair * LINE_BYTES }
      const serve = (td: Thread) => this.#serve(td, end, shape)
      scheduler.spawn((td) => serve(td as Thread), { name: `server ${pair}` })
    }
    for (const pair of here.clients) {
      const end = { net: net!, port: FIRST_PORT + pair, ready: ready + pair * LINE_BYTES }
      let socket: DatagramSocket | undefined
      const { program } = this
      const all = { word: ready + shape.pairs * LINE_BYTES, count: shape.pairs }
      const slices = (td: Thread, slice: KernelSlice) =>
        program.client(td, socket!, shape, slice, end.ready + TALLY)
      const prepare = function* (td: Thread): Waiting {
        socket = yield* connected(td, end)
        yield* together(td, all.word, all.count)
      }
      client(`client ${pair}`, slices, { prepare })
    }
  }

  *#serve(td: Thread, { net, port, ready }: End, shape: PairShape): Waiting {
    const socket = yield* net.sockets.create(td)
    expectGood(yield* socket.bind(td, LOOPBACK, port))
    while (!td.lot.memory.settled()) yield SETTLE
    td.lot.memory.store(ready, 1)
    yield* td.lot.unpark(ready, ALL)
    yield* this.program.server(td, socket, shape, ready + TALLY)
  }
}

/** Where the two ends of a pair meet. */
interface End {
  readonly net: Net
  readonly port: number
  /** The word that says that the server has its port. */
  readonly ready: Address
}

/** A socket that is connected to a server which has its port. */
function* connected(td: Thread, { net, port, ready }: End): Waiting<DatagramSocket> {
  yield* td.lot.park(td, ready, ready, 0)
  const socket = yield* net.sockets.create(td)
  expectGood(yield* socket.connect(td, LOOPBACK, port))
  return socket
}

/** Waits until all clients have come here, so that none of them meets others that still connect. */
function* together(td: Thread, at: Address, clients: number): Waiting {
  const { memory } = td.lot
  while (!memory.settled()) yield SETTLE
  if (memory.add(at, 1) + 1 === clients) yield* td.lot.unpark(at, ALL)
  for (let come = memory.load(at); come < clients; come = memory.load(at)) {
    yield* td.lot.park(td, at, at, come)
  }
}

/** Throws an Error, with the sentence, for the result of a call that has failed. */
export function expectGood(result: number): number {
  const failure = failureOf(result)
  if (failure === undefined) return result
  throw new Error(`${failure.name}: ${failure.sentence}`)
}
