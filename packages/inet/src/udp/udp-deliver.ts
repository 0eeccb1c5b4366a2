import type { Address } from '@smpnet/memory'
import type { Actions } from '../actions/actions.ts'
import type { Ipv4Header } from '../ipv4/ipv4-header.ts'
import type { Packets } from '../packet/packets.ts'
import { UDP_HEADER_BYTES } from './udp-packet.ts'

/**
 * Takes the headers off a datagram that `udpInput` has judged and has it delivered to a control
 * block: only data is left in the packet.
 */
export function udpDeliver(
  packets: Packets,
  packet: Address,
  ip: Ipv4Header,
  pcb: Address,
  actions: Actions,
): void {
  packets.trimFront(packet, ip.headerBytes + UDP_HEADER_BYTES)
  actions.deliver(packet, pcb)
}
