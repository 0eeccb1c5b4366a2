import type { Work } from '@smpnet/memory'
import type { Handler } from '../handlers.ts'

/** Something that will happen on a CPU. */
export interface SimEvent {
  /** When, in cycles. */
  at: number
  /** Among those at the same cycle, the one set first comes first. */
  readonly order: number
  /** What the CPU is billed for taking notice of it. */
  readonly entry: Work
  /** Undefined when it was cancelled. */
  handler: Handler | undefined
}

/** Entries below which it does not pay to look for cancelled ones. */
const LEAST_SWEPT = 64

/**
 * What will happen on one CPU, earliest first: the event heap of a discrete-event simulation, a
 * binary one. What was cancelled leaves it at its head, or when the heap has grown to twice of what
 * was left when it was swept last.
 */
export class EventHeap {
  #heap: SimEvent[] = []
  #order = 0
  #sweptAt = LEAST_SWEPT

  /** When the earliest is due, in cycles; Infinity when there is none. */
  get firstAt(): number {
    const first = this.#heap[0]
    return first === undefined ? Number.POSITIVE_INFINITY : first.at
  }

  /** How many are there, some of them cancelled. */
  get length(): number {
    return this.#heap.length
  }

  add(at: number, entry: Work, handler: Handler): SimEvent {
    if (this.#heap.length >= this.#sweptAt) this.#sweep()
    const event: SimEvent = { at, order: this.#order++, entry, handler }
    this.#heap.push(event)
    this.#rise(this.#heap.length - 1)
    return event
  }

  /** Takes the earliest, of which there must be one. */
  take(): SimEvent {
    const first = this.#removeFirst()
    this.#prune()
    return first
  }

  /** It does not happen. */
  cancel(event: SimEvent): void {
    event.handler = undefined
    this.#prune()
  }

  /** A sorted array is a heap. */
  #sweep(): void {
    const alive = this.#heap.filter(({ handler }) => handler !== undefined)
    this.#heap = alive.sort((one, other) => (isBefore(one, other) ? -1 : 1))
    this.#sweptAt = Math.max(LEAST_SWEPT, 2 * alive.length)
  }

  #prune(): void {
    while (this.#heap.length > 0 && this.#heap[0]!.handler === undefined) this.#removeFirst()
  }

  #removeFirst(): SimEvent {
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

function isBefore(one: SimEvent, other: SimEvent): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order)
}
