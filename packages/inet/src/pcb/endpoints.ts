import { type Address, type Memory, word } from '@smpnet/memory'

/**
 * The fields that a control block of any protocol begins with: struct inpcb's. An address of 0 is
 * any; a foreign port of 0 is any, too. Addresses and ports change under the block's lock and that
 * of the table: readers need hold only one of the two. Links change under the table's lock, and are
 * read without it where the table is one that readers walk freely, such as by an epoch.
 */
export const ENDPOINTS = {
  /** (m) under the block's lock and the table's, as the next three. */
  localAddress: word('m'),
  foreignAddress: word('m'),
  localPort: word('m'),
  foreignPort: word('m'),
  /** (x) the next block of the same chain, or NIL; written under the table's lock. */
  next: word('x'),
  /** (m) the next block whose local port is in the same chain, under the table's lock. */
  nextOfPort: word('m'),
} as const

/** Where they are: at the same place in every block, since a layout begins with them. */
export const ENDPOINT_OFFSET = {
  localAddress: 0,
  foreignAddress: 4,
  localPort: 8,
  foreignPort: 12,
  next: 16,
  nextOfPort: 20,
} as const

/** Writes both ends of a block that no chain has yet. */
export function writeEndpoints(
  memory: Memory,
  at: Address,
  localAddress: number,
  localPort: number,
  foreignAddress: number,
  foreignPort: number,
): void {
  memory.write(at + ENDPOINT_OFFSET.localAddress, localAddress)
  memory.write(at + ENDPOINT_OFFSET.localPort, localPort)
  memory.write(at + ENDPOINT_OFFSET.foreignAddress, foreignAddress)
  memory.write(at + ENDPOINT_OFFSET.foreignPort, foreignPort)
}
