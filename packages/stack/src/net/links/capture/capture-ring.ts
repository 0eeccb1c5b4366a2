import { type Address, alignUp, type Memory } from '@smpnet/memory'
import { completeCopy } from '@smpnet/inet'
import type { Mbufs } from '@smpnet/mbuf'
import { readNs, writeNs } from '../ns-words.ts'
import type { Direction } from '../pcapng/pcapng-writer.ts'
import { type CaptureHandle, COUNTS, RECORD, recordBytes, RING, SKIPPED } from './capture-shape.ts'

/** Instead of where a record begins, which is even: there was no room for it. */
const NOT_KEPT = 1

/** A packet as it came by. */
export interface CapturedPacket {
  /** Nanoseconds on the clock of the CPU where it was captured, since the machine's start. */
  readonly timeNs: number
  readonly link: number
  readonly direction: Direction
  readonly length: number
  readonly bytes: Uint8Array
}

/**
 * Packets that one CPU has captured, for a reader to take: bytes in Memory, which both use without
 * a lock, since each writes a position of its own. The CPU never waits: where the reader has left
 * no room, a packet is not kept, and counted.
 *
 *     ┌────────┬─ taken ──────────┬─ written ────────┬─ reserved ─┐
 *     │  room  │ for the reader   │ for its writer   │    room    │
 *
 * A record lies in one piece. One that would cross the end of the ring begins at its start, and a
 * record that says `SKIPPED` fills what is left over. What is reserved is published when the link
 * has taken the packet, or taken back: only the ring's CPU knows of it.
 */
export class CaptureRing {
  readonly #counts: Address
  readonly #bytes: Address
  #reserved: number
  /** Called where there is no room, by what may make some in the same isolate. */
  onFull: (() => void) | undefined

  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly handle: CaptureHandle,
  ) {
    this.#counts = at + RING.size
    this.#bytes = this.#counts + alignUp(handle.links.length * COUNTS.size, RING.align)
    this.#reserved = memory.load(at + RING.offset.written)
  }

  /**
   * Copies a packet's first bytes, if there is room: plain code of the ring's CPU. Returns what
   * `publish` or `takeBack` is to be given.
   */
  reserve(
    mbufs: Mbufs,
    packet: Address,
    link: number,
    direction: Direction,
    timeNs: number,
  ): number {
    const { memory, handle } = this
    const before = this.#reserved
    const length = mbufs.length(packet)
    const captured = Math.min(length, handle.snapBytes)
    let at = this.#room(recordBytes(captured))
    if (at === 0 && this.onFull !== undefined) {
      this.onFull()
      at = this.#room(recordBytes(captured))
    }
    if (at === 0) return NOT_KEPT
    memory.write(at + RECORD.offset.direction, direction)
    writeNs(memory, at + RECORD.offset.time, timeNs)
    memory.write(at + RECORD.offset.link, link)
    memory.write(at + RECORD.offset.length, length)
    memory.write(at + RECORD.offset.captured, captured)
    mbufs.moveOut(packet, 0, at + RECORD.size, captured)
    // A loopback leaves checksums out: a reader would take each for an error.
    completeCopy(mbufs, packet, at + RECORD.size, captured)
    return before
  }

  /** Counts a packet that was reserved, and lets the reader have all that is reserved. */
  publish(link: number, before: number): void {
    this.#count(link, COUNTS.offset.seen)
    if (before === NOT_KEPT) this.#count(link, COUNTS.offset.dropped)
    this.memory.store(this.at + RING.offset.written, this.#reserved)
  }

  /** Forgets a packet that was reserved; none was published since. */
  takeBack(before: number): void {
    if (before !== NOT_KEPT) this.#reserved = before
  }

  /** Takes all that was published, oldest first. For one reader at a time, on any thread. */
  take(): CapturedPacket[] {
    const { memory } = this
    const written = memory.load(this.at + RING.offset.written)
    const packets: CapturedPacket[] = []
    let position = memory.load(this.at + RING.offset.taken)
    while (position !== written) {
      const at = this.#addressOf(position)
      if (memory.read(at + RECORD.offset.direction) !== SKIPPED) packets.push(this.#copy(at))
      position = (position + memory.read(at + RECORD.offset.size)) | 0
    }
    memory.store(this.at + RING.offset.taken, position)
    return packets
  }

  /** What was counted of a link: `seen` or `dropped`. For any thread. */
  count(link: number, name: keyof typeof COUNTS.offset): number {
    return this.memory.load(this.#countAt(link) + COUNTS.offset[name]) >>> 0
  }

  /** The address of a new record of `bytes` bytes, its size written; 0 without room. */
  #room(bytes: number): Address {
    const { memory, handle } = this
    const taken = memory.load(this.at + RING.offset.taken)
    const left = handle.ringBytes - (this.#reserved & (handle.ringBytes - 1))
    const skipped = left < bytes ? left : 0
    const used = (this.#reserved - taken) >>> 0
    if (used + skipped + bytes > handle.ringBytes) return 0
    if (skipped > 0) this.#begin(skipped)
    return this.#begin(bytes)
  }

  #begin(bytes: number): Address {
    const at = this.#addressOf(this.#reserved)
    this.memory.write(at + RECORD.offset.size, bytes)
    this.memory.write(at + RECORD.offset.direction, SKIPPED)
    this.#reserved = (this.#reserved + bytes) | 0
    return at
  }

  #copy(at: Address): CapturedPacket {
    const { memory } = this
    const bytes = new Uint8Array(memory.read(at + RECORD.offset.captured))
    memory.copyOut(at + RECORD.size, bytes, 0, bytes.length)
    return {
      timeNs: readNs(memory, at + RECORD.offset.time),
      link: memory.read(at + RECORD.offset.link),
      direction: memory.read(at + RECORD.offset.direction) as Direction,
      length: memory.read(at + RECORD.offset.length),
      bytes,
    }
  }

  #addressOf(position: number): Address {
    return this.#bytes + (position & (this.handle.ringBytes - 1))
  }

  #countAt(link: number): Address {
    return this.#counts + link * COUNTS.size
  }

  #count(link: number, offset: number): void {
    const at = this.#countAt(link) + offset
    this.memory.store(at, (this.memory.load(at) + 1) | 0)
  }
}
