import { expectNumber, expectObject, expectWhole } from '../terms/expect.ts'

/** When a device interrupts: ethtool's tx-frames and tx-usecs. */
export interface ModerationShape {
  /** After so many events at the latest; 1 for each by itself. */
  readonly frames: number
  /** Or so long after the first one. */
  readonly delayNs: number
}

/**
 * Interrupt moderation for events whose times are known before they come, as those of a link are:
 * an interrupt is for all events that have come by then. Times are in ns, and ascend.
 */
export class Moderation {
  #times: number[] = []
  #first = 0

  constructor(readonly shape: ModerationShape) {
    expectObject('moderation', shape)
    expectWhole('frames', shape.frames, 1, 1 << 16)
    expectNumber('delayNs', shape.delayNs, 0, 1e12)
  }

  /** An event is to come. */
  expect(atNs: number): void {
    this.#times.push(atNs)
  }

  /** When the device is to interrupt, as far as is known; Infinity when nothing is to come. */
  dueNs(): number {
    const { frames, delayNs } = this.shape
    const first = this.#times[this.#first]
    if (first === undefined) return Number.POSITIVE_INFINITY
    const last = this.#times[this.#first + frames - 1] ?? Number.POSITIVE_INFINITY
    return Math.min(first + delayNs, last)
  }

  /** It has interrupted: what has come by `nowNs` is reported. How many that is. */
  report(nowNs: number): number {
    const before = this.#first
    while ((this.#times[this.#first] ?? Number.POSITIVE_INFINITY) <= nowNs) this.#first++
    const reported = this.#first - before
    if (this.#first > 1024) {
      this.#times = this.#times.slice(this.#first)
      this.#first = 0
    }
    return reported
  }

  /** Nothing is to come any more. */
  clear(): void {
    this.#times = []
    this.#first = 0
  }
}
