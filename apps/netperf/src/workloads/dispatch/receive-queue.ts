import type { Arrivals } from './arrivals.ts'

/**
 * The receive queue of a network card: descriptors for so many packets that have come and were not
 * taken yet. It is a device, and no part of any CPU's program: what has come is reckoned
 * when its receiver looks. Between two looks nothing is taken, so that what finds no descriptor is
 * exactly what would have found none then. That costs no CPU anything.
 */
export class ReceiveQueue {
  readonly #times: Float64Array
  readonly #flows: Int32Array
  readonly #sources: Int32Array
  #head = 0
  #count = 0
  #baseNs = 0
  #pausedNs = 0
  /** The packet that was taken last. */
  timeNs = 0
  flow = 0
  source = 0
  /** Packets that came, and those of them for which there was no descriptor. */
  came = 0
  lost = 0

  constructor(
    readonly arrivals: Arrivals,
    readonly size: number,
  ) {
    this.#times = new Float64Array(size)
    this.#flows = new Int32Array(size)
    this.#sources = new Int32Array(size)
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  /** When the next packet comes that has not come yet; Infinity for never. */
  get dueNs(): number {
    return this.#baseNs + this.arrivals.timeNs
  }

  /** Time goes on for the traffic, which stood still since `pause`. */
  resume(nowNs: number): void {
    this.#baseNs += nowNs - this.#pausedNs
  }

  pause(nowNs: number): void {
    this.#pausedNs = nowNs
  }

  /** Lets come what has come by now. */
  admit(nowNs: number): void {
    const { arrivals } = this
    const until = arrivals.isFlood ? 0 : nowNs - this.#baseNs
    while (arrivals.timeNs <= until) {
      if (arrivals.isFlood && this.#count === this.size) return
      this.#append()
      arrivals.advance()
    }
  }

  /** Takes the first, which is there. */
  take(nowNs: number): void {
    const at = this.#head
    this.timeNs = this.arrivals.isFlood ? nowNs : this.#baseNs + this.#times[at]!
    this.flow = this.#flows[at]!
    this.source = this.#sources[at]!
    this.#head = (at + 1) % this.size
    this.#count--
  }

  #append(): void {
    const { arrivals, size } = this
    this.came++
    if (this.#count === size) {
      this.lost++
      return
    }
    const at = (this.#head + this.#count++) % size
    this.#times[at] = arrivals.timeNs
    this.#flows[at] = arrivals.flow
    this.#sources[at] = arrivals.source
  }
}
