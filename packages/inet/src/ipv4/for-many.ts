import { PACKET_FLAG } from '../packet/packets.ts'
import { ADDRESS_KIND, kindOf } from './ipv4-address.ts'

/** Whether a packet to this address, with these flags of a packet, is meant for many hosts. */
export function isForMany(destination: number, flags: number): boolean {
  return cameToMany(flags) || isManyHosts(destination)
}

/** Whether the link brought it to many, or its caller knows it for a network's broadcast. */
export function cameToMany(flags: number): boolean {
  return (flags & (PACKET_FLAG.broadcast | PACKET_FLAG.multicast)) !== 0
}

/** Whether the address itself means many hosts. */
export function isManyHosts(address: number): boolean {
  const kind = kindOf(address)
  return kind === ADDRESS_KIND.multicast || kind === ADDRESS_KIND.broadcast
}
