import type { Address } from '@smpnet/memory'
import {
  ENDPOINT_OFFSET,
  errnoOf,
  EVENT,
  GOOD,
  PACKET_FLAG,
  type Reason,
  UDP_HEADER_BYTES,
  UDP_PCB,
  UDP_PCB_FLAG,
  UDP_SUM,
  udpOutput,
} from '@smpnet/inet'
import { DROPPED, WAIT } from '@smpnet/netisr'
import { PREEMPT, type Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import { ERRNO, WOULD_BLOCK } from '@smpnet/socket'
import { exitNow } from '@smpnet/sync'
import { type IpOutput, LOCKED } from '../output/ip-output.ts'
import type { NetTools } from '../tools/net-tools.ts'
import { IP_OUTPUT, UDP_OUTPUT } from '../terms/prices.ts'
import type { Way } from '../tools/way.ts'
import { socketOf } from './udp-block.ts'

const { localAddress, localPort, foreignAddress, foreignPort } = ENDPOINT_OFFSET
const FLAGS = UDP_PCB.offset.flags

/**
 * Sends datagrams: udp_output. The block's lock is held while its ends are read and the headers are
 * made; with the actions under the lock, until the link has the packet, as in FreeBSD, so that a
 * netisr thread that this wakes may preempt a sender that holds locks. `holdsTable` adds the lock
 * of the table to those, as udp_send of FreeBSD 5 did (INP_INFO_WLOCK).
 */
export class UdpOutput {
  /** Whether `trySend` always says WOULD_BLOCK: what it would send need not be made. */
  readonly alwaysWaits: boolean
  /** Whether `send` tries plain code first: with the actions under the block's lock alone. */
  readonly #sendsInOneGo: boolean

  constructor(
    readonly tools: NetTools,
    readonly ip: IpOutput,
  ) {
    const { actions, holdsTable } = tools.parts
    this.alwaysWaits = tools.isStepwise || holdsTable
    this.#sendsInOneGo = !tools.memory.isSimulated && actions === 'under-lock' && !holdsTable
  }

  /** 0, an errno and then the packet is freed, or WOULD_BLOCK and nothing is done. Plain code. */
  trySend(
    td: Thread,
    pcb: Address,
    socket: Address,
    packet: Address,
    address: number,
    port: number,
  ): number {
    const { tools } = this
    if (this.alwaysWaits || this.#read(pcb, localPort) === 0) return WOULD_BLOCK
    const lock = tools.parts.blockLocks.of(pcb)
    if (!lock.tryEnter(td)) return WOULD_BLOCK
    const errno = this.#tryMake(td, pcb, socket, packet, address, port)
    exitNow(td, lock)
    return errno === 0 ? this.#tryTransmit(td, packet) : errno
  }

  /**
   * 0 or an errno; the packet is taken in any case. With the actions under the lock, a live machine
   * tries all in one go first. A thread that is woken so and is more urgent runs before the lock is
   * let go, as ever: here the sender may yield.
   */
  *send(
    td: Thread,
    pcb: Address,
    socket: Address,
    packet: Address,
    address: number,
    port: number,
  ): Waiting<number> {
    const { ways, parts } = this.tools
    const lock = this.#sendsInOneGo ? parts.blockLocks.of(pcb) : undefined
    if (lock?.tryEnter(td) === true) {
      let errno = this.#tryMake(td, pcb, socket, packet, address, port)
      if (errno === 0) errno = this.#tryTransmit(td, packet)
      if (td.owesPreemption()) yield PREEMPT
      if (!lock.tryExit(td)) yield* lock.exit(td)
      if (errno !== WOULD_BLOCK) return errno
    }
    const way = ways.take()
    try {
      if (parts.holdsTable) yield* parts.pcbLock.write(td)
      const errno = yield* this.#sendLocked(td, pcb, socket, packet, address, port, way)
      if (parts.holdsTable) yield* parts.pcbLock.endWrite(td)
      if (errno !== 0) yield* parts.mbufs.free(td, packet)
      return errno
    } finally {
      ways.giveBack(way)
    }
  }

  /**
   * Makes the datagram of what is in `packet`, for a holder of the block's lock: 0, and the tools'
   * `way` is its way; an errno, and the packet is freed; or WOULD_BLOCK, having done nothing.
   */
  #tryMake(
    td: Thread,
    pcb: Address,
    socket: Address,
    packet: Address,
    address: number,
    port: number,
  ): number {
    const { way } = this.tools
    let errno = this.#address(way, pcb, socket, address, port)
    const verdict = errno === 0 ? this.ip.tryRoute(td, way) : GOOD
    if (verdict === LOCKED) return WOULD_BLOCK
    if (errno === 0) errno = this.#headers(td, packet, way, verdict)
    return errno === 0 ? 0 : this.#freedNow(td, packet, errno)
  }

  *#sendLocked(
    td: Thread,
    pcb: Address,
    socket: Address,
    packet: Address,
    address: number,
    port: number,
    way: Way,
  ): Waiting<number> {
    const { parts, memory } = this.tools
    const lock = parts.blockLocks.of(pcb)
    if (!lock.tryEnter(td)) yield* parts.blockLocks.enter(td, pcb)
    memory.charge(UDP_OUTPUT, 1)
    let errno = this.#address(way, pcb, socket, address, port)
    if (errno === 0) {
      memory.charge(IP_OUTPUT, 1)
      const verdict = yield* this.ip.route(td, way)
      errno = this.#headers(td, packet, way, verdict)
    }
    const isUnderLock = parts.actions === 'under-lock'
    if (errno === 0 && isUnderLock) errno = yield* this.#transmit(td, packet, way)
    if (!lock.tryExit(td)) yield* lock.exit(td)
    if (errno === 0 && !isUnderLock) errno = yield* this.#transmit(td, packet, way)
    return errno
  }

  /** The two ends of a datagram, for a holder of the block's lock: 0 or an errno. */
  #address(way: Way, pcb: Address, socket: Address, address: number, port: number): number {
    if (socketOf(this.tools.memory, pcb) !== socket) return ERRNO.ENOTCONN
    const peer = this.#read(pcb, foreignAddress)
    if (address !== 0 && peer !== 0) return ERRNO.EISCONN
    if (address === 0 && peer === 0) return ERRNO.EDESTADDRREQ
    const { ip, udp } = way
    ip.destination = address === 0 ? peer : address
    ip.source = this.#read(pcb, localAddress)
    udp.sourcePort = this.#read(pcb, localPort)
    udp.destinationPort = address === 0 ? this.#read(pcb, foreignPort) : port
    udp.hasSum = (this.#read(pcb, FLAGS) & UDP_PCB_FLAG.noSum) === 0
    return 0
  }

  /** Both headers, if there is a route; or an errno, and it is counted why. */
  #headers(td: Thread, packet: Address, way: Way, route: Reason): number {
    const { mbufs } = this.tools.parts
    let verdict = route
    if (verdict === GOOD) {
      verdict = udpOutput(mbufs, packet, way.udp, way.ip, this.#summing(way))
    }
    if (verdict === GOOD) verdict = this.ip.prepend(packet, way)
    if (verdict !== GOOD) this.tools.count(td, verdict)
    return errnoOf(verdict)
  }

  /** How the datagram of a way that has a route is summed: see `UDP_SUM`. */
  #summing({ udp, link }: Way): number {
    if (!udp.hasSum) return UDP_SUM.none
    const { offload } = this.tools.parts.links[link]!
    return (offload & PACKET_FLAG.sumNeeded) === 0 ? UDP_SUM.full : UDP_SUM.offloaded
  }

  *#transmit(td: Thread, packet: Address, way: Way): Waiting<number> {
    this.#countSent(td)
    const outcome = yield* this.ip.transmit(td, packet, way)
    return outcome === DROPPED ? ERRNO.ENOBUFS : 0
  }

  /** Hands what `#tryMake` made to its link: 0, an errno, or WOULD_BLOCK, with that undone. */
  #tryTransmit(td: Thread, packet: Address): number {
    const outcome = this.ip.tryTransmit(td, packet, this.tools.way)
    if (outcome === WAIT) {
      this.ip.trim(packet)
      this.tools.parts.mbufs.trimFront(packet, UDP_HEADER_BYTES)
      return WOULD_BLOCK
    }
    this.#countSent(td)
    return outcome === DROPPED ? this.#freedNow(td, packet, ERRNO.ENOBUFS) : 0
  }

  /** Counts what the link has been handed, also if it drops it, and not what it lets wait. */
  #countSent(td: Thread): void {
    this.tools.count(td, EVENT.udps_opackets)
    this.tools.count(td, EVENT.ips_localout)
  }

  #freedNow(td: Thread, packet: Address, errno: number): number {
    this.tools.freeNow(td, packet)
    return errno
  }

  #read(pcb: Address, field: number): number {
    return this.tools.memory.read(pcb + field)
  }
}
