import { type Address, type Memory, NIL } from '@smpnet/memory'
import type { PacketLinks } from '../protocols/protocol.ts'
import { WORK } from '../shape/netisr-layout.ts'

/** What statistics read of a queue. */
export type Count =
  | 'len'
  | 'limit'
  | 'watermark'
  | 'hybridDispatched'
  | 'drops'
  | 'queued'
  | 'handled'
  | 'late'
  | 'failed'

/** How long the first packet of a queue may wait, by the clock of a CPU, in whole microseconds. */
export interface WaitBound {
  readonly maxWaitUs: number
  readonly nowUs: (cpu: number) => number
}

const { head: HEAD, tail: TAIL, len: LEN, limit: LIMIT, watermark: WATERMARK } = WORK.offset
const { drops: DROPS, queued: QUEUED, handled: HANDLED, since: SINCE, late: LATE } = WORK.offset
const HYBRID_DISPATCHED = WORK.offset.hybridDispatched

/**
 * The queue of one protocol in one workstream: packets linked through words of their own. Plain
 * code under the workstream's lock, but for `count`, which statistics read without it.
 */
export class WorkQueue {
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly packets: PacketLinks,
    readonly bound?: WaitBound,
  ) {}

  /**
   * Appends a packet that CPU `cpu` sends; false, and counted, when the queue is full or its first
   * waits too long.
   */
  append(packet: Address, cpu: number): boolean {
    const { memory, at, packets } = this
    const len = memory.read(at + LEN)
    if (len >= memory.read(at + LIMIT) || (this.bound !== undefined && this.#isLate(len, cpu))) {
      this.add(DROPS, 1)
      return false
    }
    packets.setNextPacket(packet, NIL)
    const tail = memory.read(at + TAIL)
    if (tail === NIL) memory.write(at + HEAD, packet)
    else packets.setNextPacket(tail, packet)
    memory.write(at + TAIL, packet)
    memory.write(at + LEN, len + 1)
    if (len >= memory.read(at + WATERMARK)) {
      memory.write(at + WATERMARK, len + 1)
    }
    this.add(QUEUED, 1)
    return true
  }

  /** Whether none that was queued has yet to be handled. */
  isDrained(): boolean {
    const { memory, at } = this
    const byWorker = memory.read(at + HANDLED) - memory.read(at + HYBRID_DISPATCHED)
    return memory.read(at + QUEUED) === (byWorker | 0)
  }

  /** Takes all of it: the first packet, with the others linked behind it. */
  takeAll(): Address {
    const { memory, at } = this
    const head = memory.read(at + HEAD)
    memory.write(at + HEAD, NIL)
    memory.write(at + TAIL, NIL)
    memory.write(at + LEN, 0)
    return head
  }

  /** Makes the queue whole again, in which a thread died: what is linked from its head is in it. */
  mend(): void {
    const { memory, at, packets } = this
    let tail = NIL
    let len = 0
    for (
      let packet = memory.read(at + HEAD);
      packet !== NIL;
      packet = packets.nextPacket(packet)
    ) {
      tail = packet
      len++
    }
    memory.write(at + TAIL, tail)
    memory.write(at + LEN, len)
  }

  /** Whether nothing is in it. */
  isEmpty(): boolean {
    return this.memory.read(this.at + HEAD) === NIL
  }

  setLimit(limit: number): void {
    this.memory.write(this.at + LIMIT, limit)
  }

  /** Adds to the count at an offset of `WORK`. */
  add(offset: number, by: number): void {
    const at = this.at + offset
    this.memory.write(at, this.memory.read(at) + by)
  }

  count(what: Count): number {
    return this.memory.read(this.at + WORK.offset[what])
  }

  /** Whether the first has waited too long, which is counted; notes when the first comes. */
  #isLate(len: number, cpu: number): boolean {
    const { memory, at, bound } = this
    const nowUs = bound!.nowUs(cpu) | 0
    if (len === 0) memory.write(at + SINCE, nowUs)
    const isLate = len > 0 && ((nowUs - memory.read(at + SINCE)) | 0) > bound!.maxWaitUs
    if (isLate) this.add(LATE, 1)
    return isLate
  }
}
