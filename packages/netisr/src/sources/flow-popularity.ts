import { uniform } from './arrival-law.ts'
import type { SourceRandom } from './source-random.ts'

/**
 * Draws flows by Zipf's law: flow i of 0 to `flows` - 1 has a share in proportion to 1 / (i + 1)^s.
 * With exponent 0 all are alike. `isOurs` says which of them are drawn, such as those that a card
 * gives to one of its queues. By a table of the shares up to each, which is searched.
 */
export class FlowPopularity {
  readonly #ours: number[] = []
  readonly #upTo: number[] = []
  /** What the flows that are drawn have of all packets, from 0 to 1. */
  readonly share: number

  constructor(
    flows: number,
    readonly exponent: number,
    isOurs: (flow: number) => boolean,
  ) {
    let [all, ours] = [0, 0]
    for (let flow = 0; flow < flows; flow++) {
      const weight = exponent === 0 ? 1 : 1 / (flow + 1) ** exponent
      all += weight
      if (!isOurs(flow)) continue
      this.#ours.push(flow)
      this.#upTo.push((ours += weight))
    }
    this.share = ours / all
  }

  /** A flow. There is one only if the share is not 0. */
  draw(random: SourceRandom): number {
    const last = this.#ours.length - 1
    if (this.exponent === 0) return this.#ours[Math.floor(uniform(random) * (last + 1))]!
    const wanted = uniform(random) * this.#upTo[last]!
    let [low, high] = [0, last]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#upTo[middle]! < wanted) low = middle + 1
      else high = middle
    }
    return this.#ours[low]!
  }
}
