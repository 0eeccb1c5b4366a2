import { type Address, layout, type Memory, word, words } from '@smpnet/memory'
import type { PacketLinks } from '@smpnet/netisr'

/** A packet of the workload: its header alone, a line. All (o): of the thread that has it. */
export const PACKET = layout('dispatched packet', {
  next: word('o', 'packet'),
  flow: word('o', 'packet'),
  /** When it came, in ns: the lower 26 bits, and those above. */
  came: words(2, 'o', 'packet'),
})

const { next: NEXT, flow: FLOW, came: CAME } = PACKET.offset
/** So that both halves are positive words for three years. */
const HALF = 2 ** 26

/** Packets as netisr links them, and when they came. */
export class Packets implements PacketLinks {
  constructor(readonly memory: Memory) {}

  nextPacket(packet: Address): Address {
    return this.memory.read(packet + NEXT)
  }

  setNextPacket(packet: Address, next: Address): void {
    this.memory.write(packet + NEXT, next)
  }

  flow(packet: Address): number {
    return this.memory.read(packet + FLOW)
  }

  /** Fills in what a receiver knows; fractions of a ns are cut off. */
  open(packet: Address, flow: number, cameNs: number): void {
    const { memory } = this
    const whole = Math.floor(cameNs)
    memory.write(packet + FLOW, flow)
    memory.write(packet + CAME, whole % HALF)
    memory.write(packet + CAME + 4, Math.floor(whole / HALF))
  }

  cameNs(packet: Address): number {
    const { memory } = this
    return memory.read(packet + CAME) + memory.read(packet + CAME + 4) * HALF
  }
}
