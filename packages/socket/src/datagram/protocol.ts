import type { Address } from '@smpnet/memory'
import type { Waiter, Waiting } from '@smpnet/park'

/** An address, 32 bits and signed as every word is, and a port from 0 to 65535. */
export interface Endpoint {
  readonly address: number
  readonly port: number
}

/**
 * What a socket needs of the protocol that carries its datagrams: pr_usrreqs. A socket calls it
 * under no lock of its own, so that the protocol may take its locks first and then the socket's, by
 * `DatagramSockets.deliver` and the rest of the lower half. Errnos are numbers of FreeBSD, 0 for
 * none. `trySend` is plain; what gives `Waiting` may wait.
 */
export interface DatagramProtocol {
  /** Names it in messages: 'udp'. */
  readonly name: string
  /** The largest datagram, in bytes of payload. */
  readonly mostBytes: number
  /** A socket was made: writes its `pcb` word. */
  attach(td: Waiter, socket: Address): Waiting<number>
  bind(td: Waiter, socket: Address, address: number, port: number): Waiting<number>
  connect(td: Waiter, socket: Address, address: number, port: number): Waiting<number>
  disconnect(td: Waiter, socket: Address): Waiting<number>
  /**
   * Whether `trySend` always says WOULD_BLOCK, so that no packet need be made for it: of a protocol
   * that holds locks over what may preempt its caller.
   */
  readonly alwaysWaits?: boolean
  /**
   * Takes the packet, and gives 0 or an errno; or gives WOULD_BLOCK, having done nothing, when it
   * would have to wait. Address and port 0 are the connected peer's.
   */
  trySend(td: Waiter, socket: Address, packet: Address, address: number, port: number): number
  /** The same, which takes the packet in any case. */
  send(
    td: Waiter,
    socket: Address,
    packet: Address,
    address: number,
    port: number,
  ): Waiting<number>
  /**
   * A thread has received a packet of that flow (`Mbufs.flow`), which is not 0: in plain code, and
   * in simulated time after its CPU has settled.
   */
  received?(td: Waiter, flow: number): void
  /**
   * The socket is closed: nothing is delivered to it once this has ended. It may come again, when
   * the thread that called it first has died.
   */
  detach(td: Waiter, socket: Address): Waiting
  /** Port 0 while the socket is not bound. */
  localName(socket: Address): Endpoint
  /** Undefined while the socket is not connected. */
  peerName(socket: Address): Endpoint | undefined
}
