import { type Address, NIL } from '@smpnet/memory'
import { expectObject, expectWhole } from '../terms/expect.ts'
import { CountedQueue, QUEUE } from './counted-queue.ts'
import type { Discipline, DisciplineKnobs, DisciplineSite } from './discipline.ts'
import { PacketList } from './packet-list.ts'

/** Linux's pfifo_fast has three bands, and so have most devices. */
const BANDS = 3
const MOST_BANDS = 32
/** A list, and a word with how many packets it has. */
const BAND_BYTES = 16

/**
 * Strict priority: bands, each first in, first out, of which the most urgent that has a packet goes
 * first. Each has room for `limit` packets through the number of bands, so that what is less urgent
 * does not fill the room of what is more. A band that is never empty starves those behind it.
 */
export class Priority extends CountedQueue implements Discipline {
  static bytes(knobs: DisciplineKnobs = {}): number {
    expectObject('knobs', knobs)
    const { bands = BANDS } = knobs
    expectWhole('bands', bands, 1, MOST_BANDS)
    return QUEUE.size + bands * BAND_BYTES
  }

  readonly #bands: readonly PacketList[]
  readonly #limit: number

  constructor(site: DisciplineSite) {
    super(site)
    const { memory, at, packets, limit, knobs: { bands = BANDS } = {} } = site
    expectWhole('bands', bands, 1, MOST_BANDS)
    this.#limit = Math.max(1, Math.floor(limit / bands))
    this.#bands = Array.from({ length: bands }, (_, band) => {
      return new PacketList(memory, at + QUEUE.size + band * BAND_BYTES, packets)
    })
  }

  enqueue(packet: Address, _nowUs = 0): boolean {
    const band = this.#bandOf(packet)
    const length = this.#lengthOf(band)
    if (length >= this.#limit) {
      this.count('fullDrops')
      return false
    }
    band.append(packet)
    this.#setLength(band, length + 1)
    this.entered(packet)
    return true
  }

  dequeue(_nowUs = 0): Address {
    for (const band of this.#bands) {
      const packet = band.take()
      if (packet === NIL) continue
      this.#setLength(band, this.#lengthOf(band) - 1)
      this.left(packet)
      this.count('taken')
      return packet
    }
    return NIL
  }

  mend(): void {
    let [length, bytes] = [0, 0]
    for (const band of this.#bands) {
      const mended = band.mend()
      this.#setLength(band, mended.length)
      length += mended.length
      bytes += mended.bytes
    }
    this.mended(length, bytes)
  }

  /** What has no band goes with the least urgent. */
  #bandOf(packet: Address): PacketList {
    const last = this.#bands.length - 1
    const band = this.packets.band(packet)
    return this.#bands[band >= 0 && band < last ? band : last]!
  }

  #lengthOf(band: PacketList): number {
    return this.memory.read(band.at + PacketList.bytes)
  }

  #setLength(band: PacketList, length: number): void {
    this.memory.write(band.at + PacketList.bytes, length)
  }
}
