import { Judgement } from '../verdict/judgement.ts'

/**
 * What a UDP header means. Its caller owns the record and uses it again: what it holds is right
 * until the next datagram is judged. Length and checksum of what is sent follow from the packet.
 */
export class UdpHeader extends Judgement {
  sourcePort = 0
  destinationPort = 0
  /** Of a datagram that came: bytes of data, and whether its sender has summed them. */
  dataBytes = 0
  hasSum = true
}
