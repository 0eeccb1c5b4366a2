import { layout, word } from '@smpnet/memory'
import { ENDPOINTS } from '../pcb/endpoints.ts'

/** A UDP control block: its endpoints, as every protocol's, and the socket that it belongs to. */
export const UDP_PCB = layout('udp pcb', {
  ...ENDPOINTS,
  /** (a) the address of its socket. */
  socket: word('a'),
  /** (m) bits of `UDP_PCB_FLAG`, under the block's lock. */
  flags: word('m'),
  /** (m) the error of the last ICMP message, for the next call, under the block's lock. */
  softError: word('m'),
})

export const UDP_PCB_FLAG = {
  /** Its datagrams are sent without a checksum. */
  noSum: 1 << 0,
} as const
