import { type Address, NIL } from '@smpnet/memory'
import { codelLimits } from './codel-limits.ts'
import { CODEL, CodelLaw, type CodelSource } from './codel-law.ts'
import { QUEUE } from './counted-queue.ts'
import type { DisciplineSite } from './discipline.ts'
import { Fifo } from './fifo.ts'

/** One queue under CoDel, RFC 8289. */
export class Codel extends Fifo {
  static override readonly bytes = QUEUE.size + CODEL.size
  readonly #law: CodelLaw
  readonly #source: CodelSource

  constructor(site: DisciplineSite) {
    super(site)
    const { memory, at, packets, knobs } = site
    this.#law = new CodelLaw(memory, at + QUEUE.size, packets, codelLimits(knobs))
    this.#source = {
      takeFirst: () => this.#takeFirst(),
      queuedBytes: () => this.bytes(),
      dropEarly: (packet) => {
        this.count('earlyDrops')
        this.drop(packet)
      },
      marked: () => this.count('marks'),
    }
  }

  override enqueue(packet: Address, nowUs: number): boolean {
    this.packets.setQueuedAtUs(packet, nowUs)
    return super.enqueue(packet)
  }

  override dequeue(nowUs: number): Address {
    const packet = this.#law.dequeue(this.#source, nowUs)
    if (packet !== NIL) this.count('taken')
    return packet
  }

  #takeFirst(): Address {
    const packet = this.list.take()
    if (packet !== NIL) this.left(packet)
    return packet
  }
}
