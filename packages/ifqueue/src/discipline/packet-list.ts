import { type Address, type Memory, NIL } from '@smpnet/memory'
import type { Packets } from '../terms/packets.ts'

/**
 * Packets linked one behind the other, by their own words: two words in memory, the first packet
 * and the last. Plain code under the lock that the list is under.
 *
 *     head ──> packet ──> packet ──> packet <── tail
 *
 * A thread may die in it after any write. The chain from the head on is whole at each moment: a
 * packet is in it once it is linked from there, and out of it once the head is behind it. So `mend`
 * finds the last by walking.
 */
export class PacketList {
  /** Bytes of a list, all zero at first. */
  static readonly bytes = 8

  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly packets: Packets,
  ) {}

  append(packet: Address): void {
    const { memory, at, packets } = this
    packets.setNextPacket(packet, NIL)
    const isFirst = memory.read(at) === NIL
    if (isFirst) memory.write(at, packet)
    else packets.setNextPacket(memory.read(at + 4), packet)
    memory.write(at + 4, packet)
  }

  /** The first packet, which is no longer in the list then, or NIL. */
  take(): Address {
    const { memory, at, packets } = this
    const packet = memory.read(at)
    if (packet === NIL) return NIL
    memory.write(at, packets.nextPacket(packet))
    packets.setNextPacket(packet, NIL)
    return packet
  }

  /** The first packet, which stays, or NIL. */
  first(): Address {
    return this.memory.read(this.at)
  }

  /** Makes it whole, in which a thread has died. Returns how many packets and bytes it has. */
  mend(): { length: number; bytes: number } {
    const { memory, at, packets } = this
    let [tail, length, bytes] = [NIL, 0, 0]
    for (let packet = memory.read(at); packet !== NIL; packet = packets.nextPacket(packet)) {
      tail = packet
      length++
      bytes += packets.bytes(packet)
    }
    memory.write(at + 4, tail)
    return { length, bytes }
  }
}
