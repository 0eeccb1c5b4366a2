import type { Interrupt } from '@smpnet/memory'
import type { Alarm } from '../cpu.ts'
import type { Handler } from '../handlers.ts'

/** What is set; it knows its place in the heap, to be taken out of there at once. */
class Entry implements Alarm {
  at = NOWHERE

  constructor(
    readonly alarms: Alarms,
    readonly atNs: number,
    readonly ring: Handler,
  ) {}

  cancel(): void {
    if (this.at !== NOWHERE) this.alarms.remove(this)
  }
}

const NOWHERE = -1

/**
 * The alarms of one live CPU: a binary heap by time, the next one at its root. One that is
 * cancelled leaves it at once: a timeout set with every call, and far, would else fill the memory.
 */
export class Alarms {
  readonly #heap: Entry[] = []

  /** When the next one rings, in the clock's nanoseconds; Infinity if none is set. */
  get nextNs(): number {
    return this.#heap[0]?.atNs ?? Number.POSITIVE_INFINITY
  }

  /** How many are set. */
  get count(): number {
    return this.#heap.length
  }

  set(atNs: number, ring: Handler): Alarm {
    const entry = new Entry(this, atNs, ring)
    this.#heap.push(entry)
    this.#rise(entry, this.#heap.length - 1)
    return entry
  }

  /** Rings all whose time has come, as the interrupt `irq`. */
  ringUntil(nowNs: number, irq: Interrupt): void {
    while (this.nextNs <= nowNs) {
      const entry = this.#heap[0]!
      this.remove(entry)
      entry.ring(irq)
    }
  }

  /** Takes one out that is set; for itself. */
  remove(entry: Entry): void {
    const { at } = entry
    entry.at = NOWHERE
    const last = this.#heap.pop()!
    if (last === entry) return
    this.#rise(last, at)
    this.#sink(last, last.at)
  }

  #rise(entry: Entry, from: number): void {
    const heap = this.#heap
    let at = from
    while (at > 0) {
      const above = (at - 1) >> 1
      if (heap[above]!.atNs <= entry.atNs) break
      this.#put(heap[above]!, at)
      at = above
    }
    this.#put(entry, at)
  }

  #sink(entry: Entry, from: number): void {
    const heap = this.#heap
    let at = from
    for (;;) {
      let below = 2 * at + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && heap[below + 1]!.atNs < heap[below]!.atNs) below++
      if (heap[below]!.atNs >= entry.atNs) break
      this.#put(heap[below]!, at)
      at = below
    }
    this.#put(entry, at)
  }

  #put(entry: Entry, at: number): void {
    this.#heap[at] = entry
    entry.at = at
  }
}
