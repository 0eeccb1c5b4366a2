import type { Address, Memory } from '@smpnet/memory'
import { UDP_PCB } from '@smpnet/inet'
import { Mutex } from '@smpnet/sync'

/** A UDP control block in the stack: `UDP_PCB`, and its mutex on a line of its own. */
export const UDP_BLOCK_BYTES = UDP_PCB.size + Mutex.bytes

const SOCKET = UDP_PCB.offset.socket
/** Where in a block its mutex is. */
export const UDP_BLOCK_LOCK = UDP_PCB.size

/** The socket of a block; NIL of one that was detached. For a holder of its lock. */
export function socketOf(memory: Memory, pcb: Address): Address {
  return memory.read(pcb + SOCKET)
}

export function setSocketOf(memory: Memory, pcb: Address, socket: Address): void {
  memory.write(pcb + SOCKET, socket)
}
