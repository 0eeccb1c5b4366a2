import type { Alarm } from '../cpu.ts'

interface Entry {
  readonly atNs: number
  ring: (() => void) | undefined
}

/** The alarms of one live CPU: a binary heap by time, the next one at its root. */
export class Alarms {
  readonly #heap: Entry[] = []

  /** When the next one rings, in the clock's nanoseconds; Infinity if none is set. */
  get nextNs(): number {
    while (this.#heap.length > 0 && this.#heap[0]!.ring === undefined) this.#pop()
    return this.#heap[0]?.atNs ?? Number.POSITIVE_INFINITY
  }

  set(atNs: number, ring: () => void): Alarm {
    const entry: Entry = { atNs, ring }
    this.#push(entry)
    return { cancel: () => (entry.ring = undefined) }
  }

  /** Rings all whose time has come. */
  ringUntil(nowNs: number): void {
    while (this.nextNs <= nowNs) {
      const { ring } = this.#pop()
      ring?.()
    }
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let at = heap.push(entry) - 1
    while (at > 0) {
      const above = (at - 1) >> 1
      if (heap[above]!.atNs <= entry.atNs) break
      heap[at] = heap[above]!
      at = above
    }
    heap[at] = entry
  }

  #pop(): Entry {
    const heap = this.#heap
    const first = heap[0]!
    const last = heap.pop()!
    if (heap.length > 0) this.#sink(last)
    return first
  }

  #sink(entry: Entry): void {
    const heap = this.#heap
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= heap.length) break
      if (below + 1 < heap.length && heap[below + 1]!.atNs < heap[below]!.atNs) below++
      if (heap[below]!.atNs >= entry.atNs) break
      heap[at] = heap[below]!
      at = below
    }
    heap[at] = entry
  }
}
