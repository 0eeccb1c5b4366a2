import { type Address, NIL } from '@smpnet/memory'
import { CountedQueue, QUEUE } from './counted-queue.ts'
import type { Discipline, DisciplineSite } from './discipline.ts'
import { PacketList } from './packet-list.ts'

/** First in, first out, and what comes when there is no room is dropped: FreeBSD's ifqueue. */
export class Fifo extends CountedQueue implements Discipline {
  static readonly bytes = QUEUE.size
  readonly list: PacketList

  constructor(site: DisciplineSite) {
    super(site)
    this.list = new PacketList(site.memory, site.at + QUEUE.offset.head, site.packets)
  }

  enqueue(packet: Address, _nowUs = 0): boolean {
    if (this.length() >= this.limit) {
      this.count('fullDrops')
      return false
    }
    this.list.append(packet)
    this.entered(packet)
    return true
  }

  dequeue(_nowUs = 0): Address {
    const packet = this.list.take()
    if (packet === NIL) return NIL
    this.left(packet)
    this.count('taken')
    return packet
  }

  mend(): void {
    const { length, bytes } = this.list.mend()
    this.mended(length, bytes)
  }
}
