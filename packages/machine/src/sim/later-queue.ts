import type { Work } from '@smpnet/memory'

/** Something that will happen on a CPU. */
export interface Later {
  /** When, in cycles. */
  at: number
  /** Among those at the same cycle, the one set first comes first. */
  readonly order: number
  /** What the CPU is billed for taking notice of it. */
  readonly entry: Work
  /** Undefined when it was cancelled. */
  handler: (() => void) | undefined
}

/** What will happen on one CPU, earliest first: a binary heap. */
export class LaterQueue {
  readonly #heap: Later[] = []
  #order = 0

  /** When the earliest is due, in cycles; Infinity when there is none. */
  get firstAt(): number {
    const first = this.#heap[0]
    return first === undefined ? Number.POSITIVE_INFINITY : first.at
  }

  add(at: number, entry: Work, handler: () => void): Later {
    const later: Later = { at, order: this.#order++, entry, handler }
    this.#heap.push(later)
    this.#rise(this.#heap.length - 1)
    return later
  }

  /** Takes the earliest, of which there must be one. */
  take(): Later {
    const first = this.#removeFirst()
    this.#prune()
    return first
  }

  /** It does not happen; those that were cancelled leave the queue when they come to its head. */
  cancel(later: Later): void {
    later.handler = undefined
    this.#prune()
  }

  #prune(): void {
    while (this.#heap.length > 0 && this.#heap[0]!.handler === undefined) this.#removeFirst()
  }

  #removeFirst(): Later {
    const heap = this.#heap
    const first = heap[0]!
    const last = heap.pop()!
    if (heap.length > 0) {
      heap[0] = last
      this.#sink(0)
    }
    return first
  }

  #rise(from: number): void {
    const heap = this.#heap
    const moved = heap[from]!
    let slot = from
    while (slot > 0) {
      const parent = (slot - 1) >> 1
      if (isBefore(heap[parent]!, moved)) break
      heap[slot] = heap[parent]!
      slot = parent
    }
    heap[slot] = moved
  }

  #sink(from: number): void {
    const heap = this.#heap
    const moved = heap[from]!
    let slot = from
    for (;;) {
      let child = slot * 2 + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (isBefore(moved, heap[child]!)) break
      heap[slot] = heap[child]!
      slot = child
    }
    heap[slot] = moved
  }
}

function isBefore(one: Later, other: Later): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}
