import type { SimRandom } from '@smpnet/machine/sim'
import { standardKey, syntheticFlowNumber, SyntheticSource, Toeplitz } from '@smpnet/netisr'
import type { CaptureTraffic, SyntheticTraffic, Traffic } from './dispatch-settings.ts'

/** The queue into which most packets come, or with them another. */
export function busiestQueue(traffic: Traffic, queues: number): number {
  if (traffic.kind === 'synthetic') {
    return queueOf(numbersOf(1)[0]!, 0, queues)
  }
  const counts = Array.from({ length: queues }, () => 0)
  traffic.flows.forEach((flow, i) => (counts[queueOf(flow, traffic.sources[i]!, queues)]! += 1))
  return counts.indexOf(Math.max(...counts))
}

const known = new Map<number, Int32Array>()

/** The numbers of so many made-up flows, which all queues of all machines have alike. */
function numbersOf(flows: number): Int32Array {
  const before = known.get(flows)
  if (before !== undefined) return before
  const toeplitz = new Toeplitz(standardKey())
  const numbers = Int32Array.from({ length: flows }, (_, i) => syntheticFlowNumber(toeplitz, i))
  known.set(flows, numbers)
  return numbers
}

/** What comes into one receive queue: the next packet, and then the one behind it. */
export interface Arrivals {
  /** Ns since the traffic began; Infinity when none comes. */
  readonly timeNs: number
  readonly flow: number
  readonly source: number
  /** Whether each comes as soon as it can be taken: at 0. */
  readonly isFlood: boolean
  advance(): void
}

/**
 * The queue that a card puts a packet into: by its flow, as a table of RSS that is filled in turn
 * says; one without a flow by the interface that it came by.
 */
export function queueOf(flow: number, source: number, queues: number): number {
  return (flow === 0 ? source : flow) % queues
}

export function arrivalsOf(
  traffic: Traffic,
  queue: number,
  queues: number,
  random: SimRandom,
): Arrivals {
  if (traffic.kind === 'capture') return new CaptureArrivals(traffic, queue, queues)
  return new SyntheticArrivals(traffic, queue, queues, random)
}

class SyntheticArrivals implements Arrivals {
  readonly #source: SyntheticSource
  readonly #numbers: Int32Array
  readonly source = 0
  readonly isFlood: boolean

  constructor(traffic: SyntheticTraffic, queue: number, queues: number, random: SimRandom) {
    const { kind: _kind, ...shape } = traffic
    const numbers = numbersOf(traffic.flows)
    const isOurs = (flow: number) => queueOf(numbers[flow]!, 0, queues) === queue
    this.isFlood = traffic.perSecond === Number.POSITIVE_INFINITY
    this.#source = new SyntheticSource({ ...shape, isOurs }, random)
    this.#numbers = numbers
    this.advance()
  }

  get timeNs(): number {
    return this.#source.timeNs
  }

  get flow(): number {
    return this.#numbers[this.#source.flow]!
  }

  advance(): void {
    this.#source.advance()
  }
}

/** Between the last packet of a file and the first again is as long as between two on the mean. */
class CaptureArrivals implements Arrivals {
  readonly #indexes: number[]
  readonly #periodNs: number
  #next = 0
  #round = 0

  constructor(
    readonly traffic: CaptureTraffic,
    queue: number,
    queues: number,
  ) {
    const { flows, sources, timesNs } = traffic
    this.#indexes = [...flows.keys()].filter(
      (i) => queueOf(flows[i]!, sources[i]!, queues) === queue,
    )
    const packets = timesNs.length
    this.#periodNs = (timesNs[packets - 1]! * packets) / Math.max(1, packets - 1)
  }

  get isFlood(): boolean {
    return this.traffic.isFlood
  }

  get timeNs(): number {
    const { isFlood, timesNs } = this.traffic
    if (this.#indexes.length === 0) return Number.POSITIVE_INFINITY
    return isFlood ? 0 : timesNs[this.#at]! + this.#round * this.#periodNs
  }

  get flow(): number {
    return this.traffic.flows[this.#at]!
  }

  get source(): number {
    return this.traffic.sources[this.#at]!
  }

  advance(): void {
    if (++this.#next < this.#indexes.length) return
    this.#next = 0
    this.#round++
  }

  get #at(): number {
    return this.#indexes[this.#next]!
  }
}
