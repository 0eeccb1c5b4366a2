import type { Memory } from '@smpnet/memory'
import { LIVE, LIVE_MASK, MBUF, OWNER, OWNER_SHIFT, PACKET } from '../layout/header.ts'
import type { MbufHandle } from './pool-shape.ts'

const { kind: KIND, packetLength: PACKET_LENGTH } = MBUF.offset

/** What an owner has. */
export interface OwnerCount {
  readonly name: string
  readonly packets: number
  readonly bytes: number
}

/**
 * Packets and bytes in use by owner, in the order in which the owners were named. It is counted by
 * a walk over all mbufs, so that a packet that comes and goes costs nothing but the word that says
 * so. Exact when no CPU uses packets meanwhile, and nearly so otherwise.
 */
export function countOwners(memory: Memory, handle: MbufHandle): OwnerCount[] {
  const counts = handle.owners.map((name) => ({ name, packets: 0, bytes: 0 }))
  const { first, count, itemBytes } = handle.ranges[0]!
  for (let i = 0; i < count; i++) {
    const mbuf = first + i * itemBytes
    const kind = memory.read(mbuf + KIND)
    if ((kind & LIVE_MASK) !== LIVE || (kind & PACKET) === 0) continue
    const owner = counts[(kind & OWNER) >> OWNER_SHIFT]
    if (owner === undefined) continue
    owner.packets++
    owner.bytes += memory.read(mbuf + PACKET_LENGTH)
  }
  return counts
}

/** The number of an owner by name. Throws a RangeError that says which there are. */
export function ownerNumber(handle: MbufHandle, name: string): number {
  const number = handle.owners.indexOf(name)
  if (number >= 0) return number
  const names = handle.owners.join(', ')
  throw new RangeError(`mbufs ${handle.name} have the owners ${names}: ${name} came`)
}
