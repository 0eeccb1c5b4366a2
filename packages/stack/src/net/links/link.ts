import type { Address } from '@smpnet/memory'
import type { LinkLimits } from '@smpnet/inet'
import type { Waiting } from '@smpnet/park'
import type { Outcome } from '@smpnet/netisr'
import type { Thread } from '@smpnet/scheduler'

/**
 * A network interface: takes packets that begin with an IPv4 header, and brings others in. A link
 * may stand before another, which it hands packets on to.
 */
export interface Link extends LinkLimits {
  /** As ifconfig has it: `lo0`. */
  readonly name: string
  /**
   * Takes a packet in plain code: DONE, QUEUED, or DROPPED, and then its caller has the packet;
   * WAIT when that would take a wait, and nothing is done.
   */
  tryOutput(td: Thread, packet: Address): Outcome
  /** The same for a thread that may wait: DONE, QUEUED or DROPPED. */
  output(td: Thread, packet: Address): Waiting<Outcome>
}
