import type { Address } from '@smpnet/memory'
import { PACKET_FLAG } from '@smpnet/inet'
import type { Mbufs } from '@smpnet/mbuf'
import { type Netisr, type Outcome, PROTOCOL_NUMBER } from '@smpnet/netisr'
import type { Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import { LOOPBACK_OUTPUT } from '../terms/prices.ts'
import type { Link } from './link.ts'

const { ip: IP } = PROTOCOL_NUMBER

export interface LoopbackOptions {
  /** As ifconfig has it. */
  readonly name: string
  /** Bytes of the greatest packet. */
  readonly mtu: number
  /** The number of the link. */
  readonly index: number
  /**
   * Whether what goes out is handled by the sender's thread, as netisr's dispatch allows. FreeBSD's
   * if_simloop always queues, since its senders hold locks that the way in needs.
   */
  readonly dispatches: boolean
  /** Checksums that it leaves out, on the way out and in: all (see `LinkLimits`) or 0. */
  readonly offload: number
}

/** A loopback interface: what goes out comes in (if_loop.c). It owes no checksum to anybody. */
export class Loopback implements Link {
  readonly name: string
  readonly mtu: number
  readonly offload: number

  constructor(
    readonly mbufs: Mbufs,
    readonly netisr: Netisr,
    readonly options: LoopbackOptions,
  ) {
    this.name = options.name
    this.mtu = options.mtu
    this.offload = options.offload
  }

  tryOutput(td: Thread, packet: Address): Outcome {
    this.#comesIn(packet)
    const { index, dispatches } = this.options
    return dispatches
      ? this.netisr.tryDispatch(td, IP, index, packet)
      : this.netisr.tryQueue(td, IP, index, packet)
  }

  *output(td: Thread, packet: Address): Waiting<Outcome> {
    this.mbufs.memory.charge(LOOPBACK_OUTPUT, 1)
    this.#comesIn(packet)
    const { index, dispatches } = this.options
    return yield* dispatches
      ? this.netisr.dispatch(td, IP, index, packet)
      : this.netisr.queue(td, IP, index, packet)
  }

  #comesIn(packet: Address): void {
    const { mbufs, options, offload } = this
    const sums = offload === 0 ? 0 : PACKET_FLAG.ipSumGood | PACKET_FLAG.sumGood
    mbufs.setFlags(packet, mbufs.flags(packet) | PACKET_FLAG.loopback | sums)
    mbufs.setReceiveInterface(packet, options.index)
  }
}
