import { type Address, NIL } from '@smpnet/memory'
import {
  ACTION,
  ENDPOINT_OFFSET,
  EVENT,
  GOOD,
  type IcmpSubject,
  REASON,
  UDP_HEADER_BYTES,
  udpDeliver,
  udpInput,
} from '@smpnet/inet'
import { finish, type Waiting } from '@smpnet/park'
import { Thread } from '@smpnet/scheduler'
import { DELIVERED, DELIVERED_TO_WAITER, FULL, WAIT } from '@smpnet/socket'
import { exitNow } from '@smpnet/sync'
import type { ErrorAnswers } from '../output/error-answers.ts'
import type { NetTools } from '../tools/net-tools.ts'
import { UDP_INPUT } from '../terms/prices.ts'
import type { Way } from '../tools/way.ts'
import { socketOf } from './udp-block.ts'

/**
 * Takes datagrams to their sockets: udp_input. The table's lock is held until that of the block
 * is, and the block's until the datagram is in the socket's buffer. With the actions under the
 * lock a receiver is woken while it is held, as in FreeBSD's sorwakeup_locked; else after it.
 */
export class UdpInput {
  constructor(
    readonly tools: NetTools,
    readonly errors: ErrorAnswers,
  ) {}

  /** Takes a datagram that `ipv4Input` has judged, if it is good and nothing has to wait. */
  tryInput(td: Thread, packet: Address, way: Way): boolean {
    const { tools } = this
    const { mbufs, pcbLock, blockLocks } = tools.parts
    if (udpInput(mbufs, packet, way.ip, way.udp) !== GOOD) return false
    if (!pcbLock.tryRead(td)) return false
    const pcb = this.#lookup(way)
    const lock = pcb === NIL ? undefined : blockLocks.of(pcb)
    const isLocked = lock?.tryEnter(td) === true
    pcbLock.endReadNow(td)
    if (!isLocked) return false
    const socket = socketOf(tools.memory, pcb)
    udpDeliver(mbufs, packet, way.ip, pcb, way.actions)
    way.actions.clear()
    const { ip, udp } = way
    const outcome = tools.parts.sockets.tryDeliver(td, socket, packet, ip.source, udp.sourcePort)
    const wakes = outcome === DELIVERED_TO_WAITER
    const isUnderLock = tools.parts.actions === 'under-lock'
    if (wakes && isUnderLock) this.#wakeNow(td, socket)
    exitNow(td, lock!)
    if (outcome === WAIT) {
      // The headers are still there, before the first byte.
      mbufs.prepend(packet, ip.headerBytes + UDP_HEADER_BYTES)
      return false
    }
    tools.count(td, EVENT.ips_total)
    tools.count(td, EVENT.ips_delivered)
    tools.count(td, EVENT.udps_ipackets)
    if (wakes && !isUnderLock) this.#wakeNow(td, socket)
    if (!wakes && outcome !== DELIVERED) {
      if (outcome === FULL) this.#overruns(td, socket)
      tools.dropNow(td, packet, reasonOf(outcome))
    }
    return true
  }

  *input(td: Thread, packet: Address, way: Way): Waiting {
    const { tools } = this
    const { mbufs, pcbLock } = tools.parts
    tools.memory.charge(UDP_INPUT, 1)
    const verdict = udpInput(mbufs, packet, way.ip, way.udp)
    if (verdict !== GOOD) return yield* tools.drop(td, packet, verdict)
    tools.count(td, EVENT.udps_ipackets)
    yield* pcbLock.read(td)
    const pcb = this.#lookup(way)
    if (pcb === NIL) {
      yield* pcbLock.endRead(td)
      return yield* this.errors.noPort(td, packet, way)
    }
    udpDeliver(mbufs, packet, way.ip, pcb, way.actions)
    yield* this.#deliver(td, packet, pcb, way)
  }

  /** Tells the socket of an error that came for what it has sent: udp_ctlinput. */
  *fail(td: Thread, about: IcmpSubject): Waiting {
    const { pcbLock, pcbs, blockLocks, sockets } = this.tools.parts
    const { source, sourcePort, destination, destinationPort, errno } = about
    yield* pcbLock.read(td)
    const pcb = pcbs.lookup(source, sourcePort, destination, destinationPort)
    const isConnected = pcb !== NIL && this.#foreignPort(pcb) === destinationPort
    if (!isConnected) return yield* pcbLock.endRead(td)
    const lock = blockLocks.of(pcb)
    if (!lock.tryEnter(td)) yield* blockLocks.enter(td, pcb)
    yield* pcbLock.endRead(td)
    const socket = socketOf(this.tools.memory, pcb)
    if (socket !== NIL) yield* sockets.fail(td, socket, errno)
    if (!lock.tryExit(td)) yield* lock.exit(td)
  }

  /** Carries the action out that delivers, with the table's lock held, which it lets go. */
  *#deliver(td: Thread, packet: Address, pcb: Address, { actions, ip, udp }: Way): Waiting {
    const { tools } = this
    const { sockets, blockLocks, pcbLock } = tools.parts
    if (actions.kind(0) !== ACTION.deliver) throw new Error('a datagram is delivered')
    actions.clear()
    const lock = blockLocks.of(pcb)
    if (!lock.tryEnter(td)) yield* blockLocks.enter(td, pcb)
    yield* pcbLock.endRead(td)
    const socket = socketOf(tools.memory, pcb)
    const outcome = yield* sockets.deliver(td, socket, packet, ip.source, udp.sourcePort)
    const wakes = outcome === DELIVERED_TO_WAITER
    const isUnderLock = tools.parts.actions === 'under-lock'
    if (wakes && isUnderLock) yield* sockets.wake(td, socket)
    if (!lock.tryExit(td)) yield* lock.exit(td)
    if (wakes && !isUnderLock) yield* sockets.wake(td, socket)
    if (wakes || outcome === DELIVERED) return
    if (outcome === FULL) this.#overruns(td, socket)
    yield* tools.drop(td, packet, reasonOf(outcome))
  }

  /** Tells this CPU that it delivers faster than the socket's receivers take. */
  #overruns(td: Thread, socket: Address): void {
    const { memory, parts } = this.tools
    if (memory.isSimulated) return
    const at = parts.sockets.progressOf(socket)
    // A thread outside has no CPU of the kernel.
    if (td instanceof Thread) td.pcpu.overrun(at, memory.read(at))
  }

  /** Wakes a receiver in plain code of a live machine: to wake never parks. */
  #wakeNow(td: Thread, socket: Address): void {
    const { sockets } = this.tools.parts
    if (!sockets.tryWake(td, socket)) finish(td, sockets.wake(td, socket))
  }

  #lookup({ ip, udp }: Way): Address {
    const { pcbs } = this.tools.parts
    return pcbs.lookup(ip.destination, udp.destinationPort, ip.source, udp.sourcePort)
  }

  #foreignPort(pcb: Address): number {
    return this.tools.memory.read(pcb + ENDPOINT_OFFSET.foreignPort)
  }
}

/** Why a datagram is dropped that a socket did not take. */
function reasonOf(outcome: number): number {
  return outcome === FULL ? REASON.udps_fullsock : REASON.udps_noport
}
