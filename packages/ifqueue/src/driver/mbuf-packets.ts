import type { Address, Memory } from '@smpnet/memory'
import type { Mbufs } from '@smpnet/mbuf'
import { expectMethods } from '../terms/expect.ts'
import type { ManagedPackets } from '../terms/packets.ts'

/** The tag in which a packet keeps when it was queued: no protocol's. */
const QUEUED_AT = 0xf1
/** RFC 3168, section 5: the bits of ECN, and what all of them say. */
const ECN = 3
/** RFC 791 and RFC 8200: where the version is, the byte with ECN, and IPv4's checksum. */
const VERSION_SHIFT = 4
const CHECKSUM = 10

/**
 * Packets of `@smpnet/mbuf` as interface queues take them: IPv4 or IPv6 packets whose first bytes
 * are in one mbuf. `bandOf` says how urgent each is for a queue of bands; all are alike unless
 * told.
 */
export class MbufPackets implements ManagedPackets {
  readonly #memory: Memory

  constructor(
    readonly mbufs: Mbufs,
    readonly bandOf: (packet: Address) => number = () => 0,
  ) {
    expectMethods('mbufs', mbufs, 'nextPacket', 'setNextPacket', 'setTag', 'data')
    this.#memory = mbufs.memory
  }

  nextPacket(packet: Address): Address {
    return this.mbufs.nextPacket(packet)
  }

  setNextPacket(packet: Address, next: Address): void {
    this.mbufs.setNextPacket(packet, next)
  }

  bytes(packet: Address): number {
    return this.mbufs.length(packet)
  }

  flow(packet: Address): number {
    return this.mbufs.flow(packet)
  }

  band(packet: Address): number {
    return this.bandOf(packet)
  }

  queuedAtUs(packet: Address): number {
    return this.mbufs.tag(packet, QUEUED_AT)
  }

  /** A packet that has three tags of others has no room for this: it then never waits too long. */
  setQueuedAtUs(packet: Address, us: number): void {
    this.mbufs.setTag(packet, QUEUED_AT, us | 0)
  }

  markCongested(packet: Address): boolean {
    const at = this.mbufs.data(packet)
    return this.#memory.read8(at) >> VERSION_SHIFT === 6 ? this.#mark6(at) : this.#mark4(at)
  }

  /** IPv6 has the bits in the second byte, above four of the flow label, and no checksum. */
  #mark6(at: Address): boolean {
    const second = this.#memory.read8(at + 1)
    if (((second >> 4) & ECN) === 0) return false
    this.#memory.write8(at + 1, second | (ECN << 4))
    return true
  }

  /** IPv4 has them in its second byte, and a checksum, which changes by RFC 1624, equation 3. */
  #mark4(at: Address): boolean {
    const memory = this.#memory
    const before = memory.read16be(at)
    if ((before & ECN) === 0) return false
    const after = before | ECN
    const sum = (~memory.read16be(at + CHECKSUM) & 0xffff) + (~before & 0xffff) + after
    const folded = (sum & 0xffff) + (sum >>> 16)
    memory.write16be(at, after)
    memory.write16be(at + CHECKSUM, ~((folded & 0xffff) + (folded >>> 16)) & 0xffff)
    return true
  }
}
