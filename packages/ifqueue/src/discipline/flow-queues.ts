import { type Address, layout, type Memory, NIL, word } from '@smpnet/memory'
import type { ManagedPackets } from '../terms/packets.ts'
import { CODEL } from './codel-law.ts'
import { PacketList } from './packet-list.ts'

/** The queue of one flow, or of several that the hash takes for one. (m) The queue's lock. */
export const FLOW = layout('flow queue', {
  /** Of `PacketList`. */
  head: word('m', 'flow'),
  tail: word('m', 'flow'),
  bytes: word('m', 'flow'),
  /** Bytes that it may still send in its turn: below 1, its turn is over. */
  deficit: word('m', 'flow'),
  /** The flow behind this one in a list of flows, by its number and 1 more; 0 for the last. */
  next: word('m', 'flow'),
  /** Whether it is in one of the lists. */
  isListed: word('m', 'flow'),
})

/** Bytes that a flow takes: its queue and its CoDel. */
export const FLOW_BYTES = FLOW.size + CODEL.size + (-(FLOW.size + CODEL.size) & 63)

/** The flows of FQ-CoDel, by their numbers. Plain code under the queue's lock. */
export class FlowQueues {
  readonly #lists: readonly PacketList[]

  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly packets: ManagedPackets,
    readonly count: number,
    readonly salt: number,
  ) {
    this.#lists = Array.from({ length: count }, (_, flow) => {
      return new PacketList(memory, this.of(flow) + FLOW.offset.head, packets)
    })
  }

  /** Which flow a packet belongs to: a hash of its number, with the salt. */
  flowOf(packet: Address): number {
    let hash = Math.imul(this.packets.flow(packet) ^ this.salt, 0x9e3779b1)
    hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b)
    return ((hash ^ (hash >>> 13)) >>> 0) % this.count
  }

  of(flow: number): Address {
    return this.at + flow * FLOW_BYTES
  }

  /** Where the state of a flow's CoDel is. */
  codelOf(flow: number): Address {
    return this.of(flow) + FLOW.size
  }

  append(flow: number, packet: Address): void {
    this.#lists[flow]!.append(packet)
    this.add(flow, 'bytes', this.packets.bytes(packet))
  }

  /** The first packet of a flow, which is no longer in it then, or NIL. */
  take(flow: number): Address {
    const packet = this.#lists[flow]!.take()
    if (packet !== NIL) this.add(flow, 'bytes', -this.packets.bytes(packet))
    return packet
  }

  /** The flow with the most bytes. A walk over all flows, which only a full queue takes. */
  fattest(): number {
    let fattest = 0
    for (let flow = 1; flow < this.count; flow++) {
      if (this.get(flow, 'bytes') > this.get(fattest, 'bytes')) fattest = flow
    }
    return fattest
  }

  /** Makes the queue of a flow whole after a death, and says what it has. */
  mend(flow: number): { length: number; bytes: number } {
    const mended = this.#lists[flow]!.mend()
    this.set(flow, 'bytes', mended.bytes)
    return mended
  }

  get(flow: number, name: keyof typeof FLOW.offset): number {
    return this.memory.read(this.of(flow) + FLOW.offset[name])
  }

  set(flow: number, name: keyof typeof FLOW.offset, value: number): void {
    this.memory.write(this.of(flow) + FLOW.offset[name], value)
  }

  add(flow: number, name: keyof typeof FLOW.offset, by: number): void {
    this.set(flow, name, this.get(flow, name) + by)
  }
}
