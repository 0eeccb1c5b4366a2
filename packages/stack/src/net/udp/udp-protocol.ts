import { type Address, type Memory, NIL, type Pool } from '@smpnet/memory'
import {
  chooseEphemeralPort,
  ENDPOINT_OFFSET,
  errnoOf,
  GOOD,
  NO_PORT,
  type Random,
  UDP_PCB,
  writeEndpoints,
} from '@smpnet/inet'
import type { Waiter, Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import { type DatagramProtocol, type Endpoint, ERRNO } from '@smpnet/socket'
import type { IpOutput } from '../output/ip-output.ts'
import type { NetTools } from '../tools/net-tools.ts'
import { setSocketOf } from './udp-block.ts'
import type { UdpOutput } from './udp-output.ts'

const { localAddress, localPort, foreignAddress, foreignPort } = ENDPOINT_OFFSET
/** The most data of a datagram: 65,535 bytes without both headers. */
const MOST_BYTES = 65_507

/**
 * UDP as sockets use it: pr_usrreqs of udp_usrreq.c. A socket's block is found by the socket's own
 * word for it, `pcbOf`; the block names its socket, under its lock, as long as it has one.
 */
export class UdpProtocol implements DatagramProtocol {
  readonly name = 'udp'
  readonly mostBytes = MOST_BYTES
  readonly alwaysWaits: boolean
  readonly received?: (td: Waiter, flow: number) => void
  readonly #memory: Memory

  constructor(
    readonly tools: NetTools,
    readonly pool: Pool,
    readonly ip: IpOutput,
    readonly output: UdpOutput,
    readonly random: Random,
    /** Hears of flows that are received; without steering of none. */
    received?: DatagramProtocol['received'],
  ) {
    if (received !== undefined) this.received = received
    this.#memory = tools.memory
    this.alwaysWaits = output.alwaysWaits
  }

  *attach(_td: Waiter, socket: Address): Waiting<number> {
    const pcb = yield* this.pool.alloc()
    if (pcb === NIL) return ERRNO.ENOBUFS
    // Not its mutex: a thread that has found the block by its last socket may be inside.
    this.#memory.fill(pcb, 0, UDP_PCB.size)
    writeEndpoints(this.#memory, pcb, 0, 0, 0, 0)
    setSocketOf(this.#memory, pcb, socket)
    this.tools.parts.sockets.setPcb(socket, pcb)
    return 0
  }

  *bind(td: Waiter, socket: Address, address: number, port: number): Waiting<number> {
    const pcb = this.#pcbOf(socket)
    const bound = (): Waiting<number> => this.#boundTo(td as Thread, pcb, address, port)
    return yield* this.#changeInSteps(td as Thread, pcb, bound)
  }

  *connect(td: Waiter, socket: Address, address: number, port: number): Waiting<number> {
    const pcb = this.#pcbOf(socket)
    const { ways } = this.tools
    const way = ways.take()
    way.ip.destination = address
    way.ip.source = 0
    const verdict = yield* this.ip.route(td as Thread, way)
    const { source } = way.ip
    ways.giveBack(way)
    if (verdict !== GOOD) return errnoOf(verdict)
    return yield* this.#change(td as Thread, pcb, () =>
      this.#connected(pcb, source, address, port),
    )
  }

  *disconnect(td: Waiter, socket: Address): Waiting<number> {
    const pcb = this.#pcbOf(socket)
    return yield* this.#change(td as Thread, pcb, () => {
      const { pcbs } = this.tools.parts
      const [local, port] = [this.#read(pcb, localAddress), this.#read(pcb, localPort)]
      if (port !== 0) pcbs.remove(pcb)
      writeEndpoints(this.#memory, pcb, local, port, 0, 0)
      if (port !== 0) pcbs.insert(pcb)
      return 0
    })
  }

  trySend(td: Waiter, socket: Address, packet: Address, address: number, port: number): number {
    return this.output.trySend(td as Thread, this.#pcbOf(socket), socket, packet, address, port)
  }

  /** Not a generator itself: each that a packet crosses costs it as much as a lock. */
  send(
    td: Waiter,
    socket: Address,
    packet: Address,
    address: number,
    port: number,
  ): Waiting<number> {
    const pcb = this.#pcbOf(socket)
    const thread = td as Thread
    if (this.#read(pcb, localPort) === 0) {
      return this.#bindAndSend(thread, pcb, socket, packet, address, port)
    }
    return this.output.send(thread, pcb, socket, packet, address, port)
  }

  *detach(td: Waiter, socket: Address): Waiting {
    if (this.tools.parts.sockets.pcb(socket) === NIL) return
    const pcb = this.#pcbOf(socket)
    yield* this.#change(td as Thread, pcb, () => {
      if (this.#read(pcb, localPort) !== 0) this.tools.parts.pcbs.remove(pcb)
      setSocketOf(this.#memory, pcb, NIL)
      return 0
    })
    this.tools.parts.sockets.setPcb(socket, NIL)
    yield* this.pool.free(pcb)
  }

  localName(socket: Address): Endpoint {
    const pcb = this.#pcbOf(socket)
    return { address: this.#read(pcb, localAddress), port: this.#read(pcb, localPort) }
  }

  peerName(socket: Address): Endpoint | undefined {
    const pcb = this.#pcbOf(socket)
    const address = this.#read(pcb, foreignAddress)
    return address === 0 ? undefined : { address, port: this.#read(pcb, foreignPort) }
  }

  *#bindAndSend(
    td: Thread,
    pcb: Address,
    socket: Address,
    packet: Address,
    address: number,
    port: number,
  ): Waiting<number> {
    const errno = yield* this.#change(td, pcb, () => this.#bound(pcb, 0, 0))
    if (errno === 0 || errno === ERRNO.EINVAL) {
      return yield* this.output.send(td, pcb, socket, packet, address, port)
    }
    yield* this.tools.parts.mbufs.free(td, packet)
    return errno
  }

  /** Does something to a block's ends, under the table's lock and the block's. */
  #change(td: Thread, pcb: Address, change: () => number): Waiting<number> {
    return this.#changeInSteps(td, pcb, function* () {
      return change()
    })
  }

  /** The same of what may wait, for the lock of the addresses: it is the last of the three. */
  *#changeInSteps(td: Thread, pcb: Address, change: () => Waiting<number>): Waiting<number> {
    const { pcbLock, blockLocks } = this.tools.parts
    const lock = blockLocks.of(pcb)
    yield* pcbLock.write(td)
    if (!lock.tryEnter(td)) yield* blockLocks.enter(td, pcb)
    const errno = yield* change()
    if (!lock.tryExit(td)) yield* lock.exit(td)
    yield* pcbLock.endWrite(td)
    return errno
  }

  /** in_pcbbind, to an address that has to be this host's. */
  *#boundTo(td: Thread, pcb: Address, address: number, port: number): Waiting<number> {
    if (this.#read(pcb, localPort) !== 0) return ERRNO.EINVAL
    const isOwn = address === 0 || (yield* this.tools.isLocal(td, address))
    return isOwn ? this.#bound(pcb, address, port) : ERRNO.EADDRNOTAVAIL
  }

  /** A port of its own where none is asked for. */
  #bound(pcb: Address, address: number, port: number): number {
    const { pcbs } = this.tools.parts
    if (this.#read(pcb, localPort) !== 0) return ERRNO.EINVAL
    const chosen = port === 0 ? this.#freePort(address) : port
    if (chosen === NO_PORT || pcbs.isPortTaken(address, chosen)) return ERRNO.EADDRINUSE
    writeEndpoints(this.#memory, pcb, address, chosen, 0, 0)
    pcbs.insert(pcb)
    return 0
  }

  /** in_pcbconnect. */
  #connected(pcb: Address, source: number, address: number, port: number): number {
    const { pcbs } = this.tools.parts
    if (this.#read(pcb, foreignAddress) !== 0) return ERRNO.EISCONN
    if (address === 0 || port === 0) return ERRNO.EADDRNOTAVAIL
    const local = this.#read(pcb, localAddress) || source
    const chosen = this.#read(pcb, localPort) || this.#freePort(local)
    if (chosen === NO_PORT) return ERRNO.EADDRINUSE
    const other = pcbs.lookup(local, chosen, address, port)
    if (other !== NIL && other !== pcb && this.#read(other, foreignPort) === port)
      return ERRNO.EADDRINUSE
    if (this.#read(pcb, localPort) !== 0) pcbs.remove(pcb)
    writeEndpoints(this.#memory, pcb, local, chosen, address, port)
    pcbs.insert(pcb)
    return 0
  }

  #freePort(address: number): number {
    const { pcbs } = this.tools.parts
    return chooseEphemeralPort(this.random, (port) => !pcbs.isPortTaken(address, port))
  }

  #pcbOf(socket: Address): Address {
    return this.tools.parts.sockets.pcb(socket)
  }

  #read(pcb: Address, field: number): number {
    return this.#memory.read(pcb + field)
  }
}
