import { type Address, type Memory, NIL, type Place } from '@smpnet/memory'
import { becomePacket, BUFFER_BYTES, CLASS, HEADER_BYTES, MBUF, PACKET } from '../layout/header.ts'
import type { Mbufs } from '../mbufs.ts'
import { BYTE_QUEUE, QueueCounts, type Watermarks } from './queue-counts.ts'

const { next: NEXT, nextPacket: NEXT_PACKET, data: DATA, length: LENGTH } = MBUF.offset
const { kind: KIND, packetLength: PACKET_LENGTH, addressBytes: ADDRESS } = MBUF.offset

const { first: FIRST, last: LAST, lastMbuf: LAST_MBUF, bytes: CC } = BYTE_QUEUE.offset
const { addressBytes: CTL, bufferBytes: MBCNT, records: RECORDS } = BYTE_QUEUE.offset

/**
 * What a socket buffer is: bytes in chains of mbufs, counted and bounded. Of a stream it is one
 * packet, to whose end is appended; of datagrams it is a record for each, linked as packets are.
 * Before a record's data may stand an address record, such as where the datagram came from: the
 * first `addressBytes` bytes of the packet.
 *
 * All functions are plain, and the caller holds the lock that the queue is under. What leaves the
 * queue is handed to the caller, which frees it when it has unlocked.
 */
export class ByteQueue extends QueueCounts {
  /** Bytes that a queue takes, at the start of a cache line. */
  static readonly size = BYTE_QUEUE.size

  /** Opens the queue at `at`. */
  constructor(
    readonly mbufs: Mbufs,
    at: Address,
  ) {
    super(mbufs.memory, at)
  }

  /** Makes an empty queue at `at`. Throws a RangeError for watermarks that are none. */
  static create(mbufs: Mbufs, at: Address, marks: Watermarks): ByteQueue {
    mbufs.memory.fill(at, 0, BYTE_QUEUE.size)
    const queue = new ByteQueue(mbufs, at)
    queue.setWatermarks(marks)
    return queue
  }

  /**
   * Puts a packet's bytes behind those of a stream. Little data is copied into room that the last
   * buffer has, and the packet freed. False, and counted, when there is no space: the caller still
   * has the packet.
   */
  appendStream(place: Place, packet: Address): boolean {
    const memory = this.memory
    this.mbufs.check(packet)
    const bytes = memory.read(packet + PACKET_LENGTH)
    if (!this.admit(bytes)) return false
    this.add(CC, bytes)
    const last = memory.read(this.at + LAST_MBUF)
    const first = memory.read(this.at + FIRST)
    if (first === NIL) {
      this.#addRecord(packet)
      return true
    }
    memory.write(first + PACKET_LENGTH, memory.read(first + PACKET_LENGTH) + bytes)
    this.#link(last, this.#compress(place, last, packet, bytes))
    return true
  }

  /**
   * Puts a packet as a record at the end, of which the first `addressBytes` bytes are its address.
   * False, and counted, when there is no space: the caller has it.
   */
  appendRecord(packet: Address, addressBytes = 0): boolean {
    this.mbufs.check(packet)
    const bytes = this.memory.read(packet + PACKET_LENGTH)
    if (!this.admit(bytes)) return false
    this.memory.write(packet + ADDRESS, addressBytes)
    this.add(CC, bytes)
    this.add(CTL, addressBytes)
    this.#addRecord(packet)
    return true
  }

  /** The word that names the first record: it changes when one is taken. */
  get firstAt(): Address {
    return this.at + FIRST
  }

  /** The first record, or the whole of a stream, which stays; NIL when the queue is empty. */
  first(): Address {
    return this.memory.read(this.at + FIRST)
  }

  /** Takes the first record out, or says NIL. Its `addressBytes` are still before its data. */
  takeRecord(): Address {
    const memory = this.memory
    const record = memory.read(this.at + FIRST)
    if (record === NIL) return NIL
    this.#setFirst(memory.read(record + NEXT_PACKET))
    memory.write(record + NEXT_PACKET, NIL)
    this.add(RECORDS, -1)
    this.add(CC, -memory.read(record + PACKET_LENGTH))
    this.add(CTL, -memory.read(record + ADDRESS))
    this.add(MBCNT, -this.#cost(record))
    return record
  }

  /**
   * Takes `bytes` bytes from the front of the first record or stream. What mbufs are empty then are
   * handed to the caller to be freed, as one chain; NIL when there are none. Throws a RangeError
   * when the record has fewer bytes.
   */
  cut(bytes: number): Address {
    const memory = this.memory
    const record = memory.read(this.at + FIRST)
    const length = record === NIL ? 0 : memory.read(record + PACKET_LENGTH)
    if (!(bytes >= 0 && bytes <= length)) throw tooMany(bytes, length)
    if (bytes === length) return this.takeRecord()
    this.#cutAddress(record, bytes)
    const rest = this.#unlinkEmpty(record, bytes)
    if (rest === record) return NIL
    memory.write(record + KIND, memory.read(record + KIND) & ~PACKET)
    return record
  }

  /** Copies bytes of the first record or stream, from `offset` on, which stay. */
  peek(offset: number, to: Uint8Array, start: number, bytes: number): void {
    this.mbufs.copyOut(this.first(), offset, to, start, bytes)
  }

  /**
   * Makes a queue of records whole again, in which a thread died, for the holder of its lock: the
   * words are counted anew from the records that are linked. One that the dead had taken out is
   * not.
   */
  mend(): void {
    const memory = this.memory
    const sums = { [LAST]: NIL, [LAST_MBUF]: NIL, [RECORDS]: 0, [CC]: 0, [CTL]: 0, [MBCNT]: 0 }
    for (let record = this.first(); record !== NIL; record = memory.read(record + NEXT_PACKET)) {
      sums[LAST] = record
      sums[LAST_MBUF] = this.mbufs.lastOf(record)
      sums[RECORDS]!++
      sums[CC]! += memory.read(record + PACKET_LENGTH)
      sums[CTL]! += memory.read(record + ADDRESS)
      sums[MBCNT]! += this.#cost(record)
    }
    for (const [offset, sum] of Object.entries(sums)) memory.write(this.at + Number(offset), sum)
  }

  #addRecord(packet: Address): void {
    const memory = this.memory
    memory.write(packet + NEXT_PACKET, NIL)
    if (memory.read(this.at + FIRST) === NIL) memory.write(this.at + FIRST, packet)
    else memory.write(memory.read(this.at + LAST) + NEXT_PACKET, packet)
    memory.write(this.at + LAST, packet)
    this.add(RECORDS, 1)
    this.#link(NIL, packet)
  }

  #setFirst(record: Address): void {
    this.memory.write(this.at + FIRST, record)
    if (record !== NIL) return
    this.memory.write(this.at + LAST, NIL)
    this.memory.write(this.at + LAST_MBUF, NIL)
  }

  /** Links mbufs behind the last one, and counts them. */
  #link(last: Address, mbufs: Address): void {
    const memory = this.memory
    if (mbufs === NIL) return
    if (last !== NIL) {
      memory.write(last + NEXT, mbufs)
      memory.write(mbufs + KIND, memory.read(mbufs + KIND) & ~PACKET)
    }
    this.add(MBCNT, this.#cost(mbufs))
    memory.write(this.at + LAST_MBUF, this.mbufs.lastOf(mbufs))
  }

  /** Copies what a packet of one mbuf has behind `last`, if it fits. What is to be linked yet. */
  #compress(place: Place, last: Address, packet: Address, bytes: number): Address {
    const memory = this.memory
    const isSmall = bytes <= BUFFER_BYTES[0] && memory.read(packet + NEXT) === NIL
    if (!isSmall || this.mbufs.tailroom(last) < bytes) return packet
    const length = memory.read(last + LENGTH)
    memory.move(memory.read(last + DATA) + length, memory.read(packet + DATA), bytes)
    memory.write(last + LENGTH, length + bytes)
    memory.write(packet + LENGTH, 0)
    memory.write(packet + PACKET_LENGTH, 0)
    // What this CPU has no room for stays, empty, and is freed with the bytes around it.
    return this.mbufs.tryFree(place, packet)
  }

  /** Bytes that are cut from an address record are none of one any more. */
  #cutAddress(record: Address, bytes: number): void {
    const cut = Math.min(this.memory.read(record + ADDRESS), bytes)
    this.memory.write(record + ADDRESS, this.memory.read(record + ADDRESS) - cut)
    this.add(CTL, -cut)
  }

  /** Trims the record's front, and has it begin with the first mbuf that still has bytes. */
  #unlinkEmpty(record: Address, bytes: number): Address {
    const { mbufs } = this
    const memory = this.memory
    mbufs.trimFront(record, bytes)
    this.add(CC, -bytes)
    let last = NIL
    let rest = record
    for (; memory.read(rest + LENGTH) === 0; rest = memory.read(rest + NEXT)) {
      this.add(MBCNT, -bufferCost(memory, rest))
      last = rest
    }
    if (last === NIL) return record
    memory.write(last + NEXT, NIL)
    this.#moveHeader(record, rest)
    return rest
  }

  #moveHeader(record: Address, rest: Address): void {
    const memory = this.memory
    const next = memory.read(record + NEXT_PACKET)
    const address = memory.read(record + ADDRESS)
    becomePacket(memory, rest, memory.read(record + PACKET_LENGTH), this.mbufs.owner(record))
    memory.write(rest + NEXT_PACKET, next)
    memory.write(rest + ADDRESS, address)
    memory.write(this.at + FIRST, rest)
    if (memory.read(this.at + LAST) === record) memory.write(this.at + LAST, rest)
  }

  #cost(mbufs: Address): number {
    const memory = this.memory
    let cost = 0
    for (let mbuf = mbufs; mbuf !== NIL; mbuf = memory.read(mbuf + NEXT)) {
      cost += bufferCost(memory, mbuf)
    }
    return cost
  }
}

/** Bytes that an mbuf takes, with its cluster. */
function bufferCost(memory: Memory, mbuf: Address): number {
  const size = memory.read(mbuf + KIND) & CLASS
  return HEADER_BYTES + BUFFER_BYTES[0] + (size === 0 ? 0 : BUFFER_BYTES[size]!)
}

function tooMany(bytes: number, length: number): RangeError {
  return new RangeError(
    `the first record of a byte queue has ${length} bytes: ${bytes} are to be cut from it`,
  )
}
