import type { Handoff } from '@smpnet/ifqueue/interface'
import type { InterfaceShared } from './open-interface.ts'

/**
 * Notices packets that are stranded on a simulated machine, whose CPUs share an isolate: when the
 * last thread leaves the hand-off, and a packet is queued that the device had room for. It looks
 * through an observer's memory, which takes no time, and is no part of the machine.
 */
export class StrandWatch {
  static readonly #known = new WeakMap<InterfaceShared, StrandWatch>()
  #inside = 0
  #sinceNs: number | undefined
  #strandedNs: number[] = []

  /** The watch of an interface; the same one for each CPU. */
  static of(shared: InterfaceShared, observed: () => Handoff): StrandWatch {
    const known = StrandWatch.#known.get(shared) ?? new StrandWatch(observed())
    StrandWatch.#known.set(shared, known)
    return known
  }

  private constructor(readonly observed: Handoff) {}

  /** A thread is about to send, or serves an interrupt: what was stranded is no longer. */
  enter(nowNs: number): void {
    this.#inside++
    if (this.#sinceNs !== undefined) this.#strandedNs.push(nowNs - this.#sinceNs)
    this.#sinceNs = undefined
  }

  /** It has sent, or served. */
  leave(nowNs: number): void {
    const { observed } = this
    if (--this.#inside === 0 && observed.queued() > 0 && !observed.isStalled()) {
      this.#sinceNs = nowNs
    }
  }

  /** For how long each was stranded that has been since this was asked last. */
  drain(): readonly number[] {
    const drained = this.#strandedNs
    this.#strandedNs = []
    return drained
  }
}
