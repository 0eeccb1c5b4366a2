import { type Address, layout, NIL, word } from '@smpnet/memory'
import { expectMethods, expectNumber, expectWhole } from '../terms/expect.ts'
import type { Chance } from '../terms/packets.ts'
import { QUEUE } from './counted-queue.ts'
import type { DisciplineKnobs, DisciplineSite } from './discipline.ts'
import { Fifo } from './fifo.ts'

/** RED's own words, behind those of every queue. All (m) under the queue's lock. */
const RED = layout('RED', {
  /** The mean length, in 1/65536 of a packet. */
  mean: word('m', 'red'),
  /** Packets since the last that was dropped or marked; -1 below the least mean. */
  since: word('m', 'red'),
  /** When it fell empty, and whether it is. */
  idleUs: word('m', 'red'),
  isIdle: word('m', 'red'),
})

const ONE = 1 << 16
/** Floyd and Jacobson recommend 5, three times as much, 0.02 and 0.002, here 1/512. */
const DEFAULTS = {
  leastMean: 5,
  mostMean: 15,
  mostEarly: 0.02,
  weightShift: 9,
  packetUs: 12,
} as const satisfies DisciplineKnobs
const MOST_MEAN = 0x7fff

/**
 * Random early detection (Floyd and Jacobson, "Random Early Detection Gateways for Congestion
 * Avoidance", 1993): a mean of the length, moved a little at each arrival, decides with which
 * probability the packet is dropped, or marked if its ends understand that. Below `leastMean` none
 * is, from `mostMean` on all are. Between, the probability grows with the packets since the last,
 * which spreads the drops evenly. A queue that was idle takes it as if so many small packets had
 * come as could have gone out.
 */
export class Red extends Fifo {
  static override readonly bytes = QUEUE.size + RED.size
  readonly chance: Chance
  readonly #own: Address
  readonly #knobs: Required<Pick<DisciplineKnobs, keyof typeof DEFAULTS>>

  constructor(site: DisciplineSite) {
    super(site)
    const { chance, at, knobs = {} } = site
    expectMethods('chance, by which RED drops', chance, 'next')
    this.chance = chance as Chance
    this.#own = at + QUEUE.size
    this.#knobs = { ...DEFAULTS, ...knobs }
    const { leastMean, mostMean, mostEarly, weightShift, packetUs } = this.#knobs
    expectNumber('leastMean', leastMean, 0, MOST_MEAN)
    expectNumber('mostMean', mostMean, leastMean, MOST_MEAN)
    expectNumber('mostEarly', mostEarly, 0, 1)
    expectWhole('weightShift', weightShift, 0, 16)
    expectNumber('packetUs', packetUs, 0.001, 1e6)
  }

  override enqueue(packet: Address, nowUs: number): boolean {
    const isEarly = this.#isEarly(this.#moveMean(nowUs))
    if (isEarly) {
      if (!this.packets.markCongested(packet)) {
        this.count('earlyDrops')
        return false
      }
      this.count('marks')
    }
    return super.enqueue(packet)
  }

  override dequeue(nowUs: number): Address {
    const packet = super.dequeue()
    if (packet !== NIL && this.length() === 0) {
      this.#write('idleUs', nowUs)
      this.#write('isIdle', 1)
    }
    return packet
  }

  /** The mean length, in packets. */
  mean(): number {
    return this.memory.load(this.#own + RED.offset.mean) / ONE
  }

  /** The mean with the length that this arrival finds. */
  #moveMean(nowUs: number): number {
    const { weightShift, packetUs } = this.#knobs
    let mean = this.#read('mean')
    if (this.#read('isIdle') === 1) {
      const packets = ((nowUs - this.#read('idleUs')) >>> 0) / packetUs
      mean = Math.trunc(mean * (1 - 2 ** -weightShift) ** packets)
      this.#write('isIdle', 0)
    }
    mean += Math.trunc((this.length() * ONE - mean) / 2 ** weightShift)
    this.#write('mean', mean)
    return mean / ONE
  }

  #isEarly(mean: number): boolean {
    const { leastMean, mostMean, mostEarly } = this.#knobs
    if (mean < leastMean) {
      this.#write('since', -1)
      return false
    }
    const since = this.#read('since') + 1
    const base = (mostEarly * (mean - leastMean)) / Math.max(mostMean - leastMean, 1 / ONE)
    const share = since * base < 1 ? base / (1 - since * base) : 1
    const isEarly = mean >= mostMean || this.chance.next() < share * 2 ** 32
    this.#write('since', isEarly ? 0 : since)
    return isEarly
  }

  #read(name: keyof typeof RED.offset): number {
    return this.memory.read(this.#own + RED.offset[name])
  }

  #write(name: keyof typeof RED.offset, value: number): void {
    this.memory.write(this.#own + RED.offset[name], value)
  }
}
