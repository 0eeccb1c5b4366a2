import { type Memory, work } from '@smpnet/memory'

/** A length of time, in which a CPU that polls its queue executes nothing to speak of. */
const NANOSECOND = work('nanosecond')
/** Packets that a queue of a card holds; what comes when it is full is lost. */
const RING = 1024
/** What a CPU without packets waits before it looks again, in ns. */
const EMPTY_NS = 1000

/**
 * When packets come to the queue of one CPU: at once, or as a link delivers them, of which receive
 * side scaling gives the queue its share.
 */
export class Arrivals {
  #nextNs = 0

  /** Ns between two packets of this queue; 0 when there is always one, Infinity when never. */
  constructor(readonly everyNs: number) {}

  /** Waits for the next packet, or for a while in which none comes: whether one is there. */
  await(memory: Memory, nowNs: number): boolean {
    const { everyNs } = this
    if (everyNs === 0) return true
    if (everyNs === Number.POSITIVE_INFINITY) {
      memory.charge(NANOSECOND, EMPTY_NS)
      return false
    }
    const oldest = nowNs - RING * everyNs
    this.#nextNs = Math.max(this.#nextNs, oldest) + everyNs
    if (this.#nextNs > nowNs) memory.charge(NANOSECOND, this.#nextNs - nowNs)
    return true
  }
}

/**
 * The arrivals of each CPU's queues, where queue i is one of CPU i, round and round: weights say
 * how many of the packets that a link delivers come to each. All the same unless told.
 */
export function everyNsOf(
  cpu: number,
  cpus: number,
  perSecond: number,
  weights?: readonly number[],
) {
  const all = weights ?? Array.from({ length: cpus }, () => 1)
  const sum = all.reduce((so, weight) => so + weight, 0)
  const own = all.reduce((so, weight, queue) => (queue % cpus === cpu ? so + weight : so), 0)
  return (1e9 * sum) / (perSecond * own)
}
