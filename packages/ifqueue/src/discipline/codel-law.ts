import { type Address, layout, type Memory, NIL, word } from '@smpnet/memory'
import type { ManagedPackets } from '../terms/packets.ts'

/** The state of CoDel for one queue, RFC 8289, section 4. All (m) under the queue's lock. */
export const CODEL = layout('CoDel', {
  /** When the delay will have been too long for an interval; and whether it is too long at all. */
  firstAboveUs: word('m'),
  isAbove: word('m'),
  /** When the next packet is dropped, while packets are. */
  dropNextUs: word('m'),
  isDropping: word('m'),
  /** Drops since it began to drop, and as many as they were when it last began. */
  count: word('m'),
  lastCount: word('m'),
})

/** What CoDel manages: packets that come out in the order in which they went in. */
export interface CodelSource {
  /** The next packet, which is no longer queued then, or NIL. */
  takeFirst(): Address
  /** Bytes that are still queued. */
  queuedBytes(): number
  /** Takes a packet that is to be dropped, and counts it. */
  dropEarly(packet: Address): void
  /** Counts a packet that was marked instead. */
  marked(): void
}

export interface CodelLimits {
  readonly targetUs: number
  readonly intervalUs: number
  readonly mtu: number
}

/** RFC 8289, section 4.2 and 4.3: 5 ms, 100 ms; and an Ethernet packet. */
export const CODEL_DEFAULTS: CodelLimits = { targetUs: 5_000, intervalUs: 100_000, mtu: 1514 }

/** How long ago CoDel may have stopped for it to go on where it was: 16 intervals, section 5.4. */
const MEMORY_INTERVALS = 16

/**
 * CoDel's control law, RFC 8289, section 5: the packets of a queue are dropped when all of them
 * have waited longer than a target for a whole interval; then one after an interval, and the next
 * ones after an interval through the square root of how many, until the delay is below the target.
 * Where the ends of a packet understand marks, it is marked in the place of being dropped, and
 * goes out. Times are microseconds that wrap at 32 bits and are compared by their difference.
 */
export class CodelLaw {
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly packets: ManagedPackets,
    readonly limits: CodelLimits,
  ) {}

  /** The packet that goes out at `nowUs`, or NIL; those that are dropped go to the source. */
  dequeue(source: CodelSource, nowUs: number): Address {
    const first = source.takeFirst()
    const isLate = this.#isLate(first, source, nowUs)
    if (this.#get('isDropping') === 1) return this.#goOn(first, isLate, source, nowUs)
    return isLate ? this.#begin(first, source, nowUs) : first
  }

  #goOn(first: Address, isFirstLate: boolean, source: CodelSource, nowUs: number): Address {
    let [packet, isLate] = [first, isFirstLate]
    if (!isLate) this.#set('isDropping', 0)
    while (isLate && isDue(nowUs, this.#get('dropNextUs'))) {
      this.#set('count', this.#get('count') + 1)
      const isMarked = this.#punish(packet, source)
      if (!isMarked) {
        packet = source.takeFirst()
        isLate = this.#isLate(packet, source, nowUs)
      }
      if (isLate) this.#set('dropNextUs', this.#after(this.#get('dropNextUs')))
      else this.#set('isDropping', 0)
      if (isMarked) break
    }
    return packet
  }

  #begin(first: Address, source: CodelSource, nowUs: number): Address {
    const isMarked = this.#punish(first, source)
    const packet = isMarked ? first : source.takeFirst()
    if (!isMarked) this.#isLate(packet, source, nowUs)
    const before = this.#get('count')
    const grown = before - this.#get('lastCount')
    const sinceUs = (nowUs - this.#get('dropNextUs')) | 0
    const isRecent = sinceUs < MEMORY_INTERVALS * this.limits.intervalUs
    this.#set('isDropping', 1)
    this.#set('count', grown > 1 && isRecent ? grown : 1)
    this.#set('dropNextUs', this.#after(nowUs))
    this.#set('lastCount', this.#get('count'))
    return packet
  }

  /** Marks a packet, and says so, or has it dropped. */
  #punish(packet: Address, source: CodelSource): boolean {
    const isMarked = this.packets.markCongested(packet)
    if (isMarked) source.marked()
    else source.dropEarly(packet)
    return isMarked
  }

  /** Whether the delay has been too long for an interval. */
  #isLate(packet: Address, source: CodelSource, nowUs: number): boolean {
    const { targetUs, intervalUs, mtu } = this.limits
    const waitedUs = packet === NIL ? 0 : (nowUs - this.packets.queuedAtUs(packet)) >>> 0
    if (packet === NIL || waitedUs < targetUs || source.queuedBytes() <= mtu) {
      this.#set('isAbove', 0)
      return false
    }
    if (this.#get('isAbove') === 1) return isDue(nowUs, this.#get('firstAboveUs'))
    this.#set('isAbove', 1)
    this.#set('firstAboveUs', nowUs + intervalUs)
    return false
  }

  /** The control law: an interval through the square root of the count after `us`. */
  #after(us: number): number {
    return us + Math.round(this.limits.intervalUs / Math.sqrt(this.#get('count')))
  }

  #get(name: keyof typeof CODEL.offset): number {
    return this.memory.read(this.at + CODEL.offset[name])
  }

  #set(name: keyof typeof CODEL.offset, value: number): void {
    this.memory.write(this.at + CODEL.offset[name], value | 0)
  }
}

function isDue(nowUs: number, dueUs: number): boolean {
  return ((nowUs - dueUs) | 0) >= 0
}
