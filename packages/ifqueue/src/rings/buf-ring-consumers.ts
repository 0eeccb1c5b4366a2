import { BufRing } from './buf-ring.ts'

/** A ring from which one thread at a time takes: FreeBSD's buf_ring_dequeue_sc. */
export class SoleConsumerRing extends BufRing {
  override takeNow(): number {
    const { memory } = this
    let head = memory.load(this.headAt)
    for (;;) {
      const slot = this.slotOf(head)
      const seen = memory.load(slot)
      const isEmpty = seen === -this.lapOf(head)
      if (isEmpty) return 0
      if (seen > 0) memory.store(slot, this.freed(head))
      head = (head + 1) | 0
      memory.store(this.headAt, head)
      // A slot that is free for a later lap was taken by a consumer that ended before it said so.
      if (seen > 0) return seen & ~1
    }
  }
}

/** A ring from which any number of threads take: FreeBSD's buf_ring_dequeue_mc. */
export class ManyConsumersRing extends BufRing {
  override takeNow(): number {
    const { memory } = this
    let head = memory.load(this.headAt)
    for (;;) {
      const lap = this.lapOf(head)
      const seen = memory.load(this.slotOf(head))
      const isPut = seen > 0 && (seen & 1) === (lap & 1)
      if (isPut && memory.compareExchange(this.headAt, head, (head + 1) | 0) === head) {
        memory.store(this.slotOf(head), this.freed(head))
        return seen & ~1
      }
      const now = memory.load(this.headAt)
      if (now === head && !isPut) return 0
      head = now
    }
  }
}
