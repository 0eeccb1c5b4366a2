import { type Address, layout, type Memory, word } from '@smpnet/memory'

export const BYTE_QUEUE = layout('byte queue', {
  /** (m) All under the lock of the queue's owner: the first record, or NIL, and the last. */
  first: word('m', 'queue'),
  last: word('m', 'queue'),
  /** (m) The last mbuf of the last record. */
  lastMbuf: word('m', 'queue'),
  /** (m) Bytes of data and of address records: sb_cc. */
  bytes: word('m', 'queue'),
  /** (m) Bytes of address records among them: sb_ctl. */
  addressBytes: word('m', 'queue'),
  /** (m) Bytes of the mbufs and clusters that hold them: sb_mbcnt. */
  bufferBytes: word('m', 'queue'),
  records: word('m', 'queue'),
  /** (m) The most of `bytes`, and how many are worth a wakeup: sb_hiwat and sb_lowat. */
  highWater: word('m', 'queue'),
  lowWater: word('m', 'queue'),
  /** (m) The most of `bufferBytes`: sb_mbmax. */
  mostBufferBytes: word('m', 'queue'),
  /** (m) Appends for which there was no space. */
  drops: word('m', 'queue'),
})
const { bytes: CC, addressBytes: CTL, bufferBytes: MBCNT, records: RECORDS } = BYTE_QUEUE.offset
const { highWater: HIWAT, lowWater: LOWAT, mostBufferBytes: MBMAX } = BYTE_QUEUE.offset
const { drops: DROPS } = BYTE_QUEUE.offset

/** Buffers may take so many times what a queue may hold, since small packets fill them badly. */
const BUFFER_FACTOR = 8

/** How much a queue may hold. */
export interface Watermarks {
  /** The most bytes of data. */
  readonly high: number
  /** As many bytes are worth a wakeup; 1 unless told. */
  readonly low?: number
  /** The most bytes of buffers, which are never full; eight times `high` unless told. */
  readonly buffers?: number
}

/** How much is in a byte queue, how much may be, and how often there was no space. */
export class QueueCounts {
  constructor(
    readonly memory: Memory,
    readonly at: Address,
  ) {}

  /** Bytes that can be appended. */
  space(): number {
    const data = this.read(HIWAT) - this.read(CC)
    return Math.max(0, Math.min(data, this.read(MBMAX) - this.read(MBCNT)))
  }

  /** Bytes in the queue, address records included. */
  bytes(): number {
    return this.read(CC)
  }

  addressBytes(): number {
    return this.read(CTL)
  }

  /** Bytes of the mbufs and clusters in the queue, full or not. */
  bufferBytes(): number {
    return this.read(MBCNT)
  }

  records(): number {
    return this.read(RECORDS)
  }

  /** Appends for which there was no space. */
  drops(): number {
    return this.read(DROPS)
  }

  /** Whether there is as much as is worth a wakeup. */
  isReadable(): boolean {
    return this.read(CC) >= this.read(LOWAT)
  }

  setWatermarks({ high, low = 1, buffers = high * BUFFER_FACTOR }: Watermarks): void {
    if (!(high >= 1 && low >= 1 && low <= high && buffers >= 1)) {
      throw new RangeError(
        'a byte queue has a high watermark of at least 1, a low one from 1 to that, and at least ' +
          `1 byte of buffers: ${high}, ${low} and ${buffers} came`,
      )
    }
    this.memory.write(this.at + HIWAT, high)
    this.memory.write(this.at + LOWAT, low)
    this.memory.write(this.at + MBMAX, buffers)
  }

  protected read(field: number): number {
    return this.memory.read(this.at + field)
  }

  protected add(field: number, delta: number): void {
    this.memory.write(this.at + field, this.memory.read(this.at + field) + delta)
  }

  /** Whether there is space for a packet of `bytes` bytes; it is counted when there is none. */
  protected admit(bytes: number): boolean {
    const isDataIn = this.read(CC) + bytes <= this.read(HIWAT)
    if (isDataIn && this.read(MBCNT) < this.read(MBMAX)) return true
    this.add(DROPS, 1)
    return false
  }
}
