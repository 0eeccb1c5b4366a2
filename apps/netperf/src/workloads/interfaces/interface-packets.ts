import { type Address, CACHE_LINE_BYTES, layout, type Memory, word, words } from '@smpnet/memory'
import type { ManagedPackets } from '@smpnet/ifqueue/interface'
import { PACKET_BYTES } from './interface-settings.ts'

/** The header of a packet, which is all of it that hand-offs look at. */
const HEADER = layout('packet of a workload', {
  next: word('o', 'header'),
  flow: word('o', 'header'),
  /** (x) 1 from its sending until it has gone out or was dropped. */
  isOut: word('x', 'header'),
  /** Of one that was received: where it goes, and when it came, in ns, the lower bits first. */
  destination: word('o', 'header'),
  came: words(2, 'o', 'header'),
})
const { next: NEXT, flow: FLOW, isOut: IS_OUT } = HEADER.offset
const { destination: DESTINATION, came: CAME } = HEADER.offset
/** So that both halves are positive words for three years. */
const HALF = 2 ** 26

/** The packets of all senders: a row of them for each. */
export class InterfacePackets implements ManagedPackets {
  static bytes(senders: number, each: number): number {
    return senders * each * CACHE_LINE_BYTES
  }

  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly each: number,
  ) {}

  of(sender: number, index: number): Address {
    return this.at + (sender * this.each + (index % this.each)) * CACHE_LINE_BYTES
  }

  /** Makes a packet of a flow, unless the one before in its place is not out yet. */
  tryMake(packet: Address, flow: number): boolean {
    const { memory } = this
    if (memory.load(packet + IS_OUT) !== 0) return false
    memory.write(packet + FLOW, flow)
    memory.store(packet + IS_OUT, 1)
    return true
  }

  /** Fills in what a card stores, by the memory that the card sees. */
  static receive(memory: Memory, packet: Address, flow: number, to: number, cameNs: number): void {
    const whole = Math.floor(cameNs)
    memory.write(packet + FLOW, flow)
    memory.write(packet + DESTINATION, to)
    memory.write(packet + CAME, whole % HALF)
    memory.write(packet + CAME + 4, Math.floor(whole / HALF))
  }

  destination(packet: Address): number {
    return this.memory.read(packet + DESTINATION)
  }

  cameNs(packet: Address): number {
    return this.memory.read(packet + CAME) + this.memory.read(packet + CAME + 4) * HALF
  }

  isOut(packet: Address): boolean {
    return this.memory.load(packet + IS_OUT) !== 0
  }

  free(packet: Address): void {
    this.memory.store(packet + IS_OUT, 0)
  }

  nextPacket(packet: Address): Address {
    return this.memory.read(packet + NEXT)
  }

  setNextPacket(packet: Address, next: Address): void {
    this.memory.write(packet + NEXT, next)
  }

  bytes(): number {
    return PACKET_BYTES
  }

  flow(packet: Address): number {
    return this.memory.read(packet + FLOW)
  }

  band(): number {
    return 0
  }

  queuedAtUs(): number {
    return 0
  }

  setQueuedAtUs(): void {}

  markCongested(): boolean {
    return false
  }
}
