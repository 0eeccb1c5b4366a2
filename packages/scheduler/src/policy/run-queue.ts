import { MAX_PRIORITY } from '../thread/priority.ts'
import type { Thread } from '../thread/thread.ts'

/** Priorities that share a queue, as FreeBSD's RQ_PPQ. */
export const PRIORITIES_PER_QUEUE = 4
/** Queues of a run queue, as FreeBSD's RQ_NQS. */
export const QUEUES = (MAX_PRIORITY + 1) / PRIORITIES_PER_QUEUE
const BITS = 32
const WORDS = QUEUES / BITS

/**
 * Runnable threads: a queue for every four priorities and a bit for every queue that is not
 * empty, so that finding the most urgent takes two words. The queues are linked through the
 * threads themselves. It is for its CPU alone, or for a holder of the lock of its policy.
 */
export class RunQueue {
  readonly #first: (Thread | undefined)[] = Array(QUEUES).fill(undefined)
  readonly #last: (Thread | undefined)[] = Array(QUEUES).fill(undefined)
  readonly #occupied = new Int32Array(WORDS)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Puts a thread last in its queue: it has had its turn, or was woken. */
  append(thread: Thread, queue = queueOf(thread.priority)): void {
    const last = this.#last[queue]
    thread.next = undefined
    thread.previous = last
    thread.queue = queue
    if (last === undefined) this.#occupy(queue, thread)
    else last.next = thread
    this.#last[queue] = thread
    this.#length++
  }

  /** Puts a thread first in its queue: it was interrupted in its turn. */
  prepend(thread: Thread, queue = queueOf(thread.priority)): void {
    const first = this.#first[queue]
    thread.next = first
    thread.previous = undefined
    thread.queue = queue
    if (first === undefined) this.#last[queue] = thread
    else first.previous = thread
    this.#occupy(queue, thread)
    this.#length++
  }

  /** Takes the most urgent thread out, the first of its queue. */
  take(): Thread | undefined {
    const thread = this.first()
    if (thread !== undefined) this.remove(thread)
    return thread
  }

  /** The most urgent thread, the first of its queue. */
  first(): Thread | undefined {
    const queue = this.#firstOccupied(0)
    return queue < 0 ? undefined : this.#first[queue]
  }

  /** The most urgent thread; of the first `most` of its queue, rather a thread that `fits`. */
  firstLike(fits: (thread: Thread) => boolean, most: number): Thread | undefined {
    const first = this.first()
    let thread = first
    for (let left = most; left > 0 && thread !== undefined; left--, thread = thread.next) {
      if (fits(thread)) return thread
    }
    return first
  }

  /** The first thread at or behind queue `from`, going round: for a calendar. */
  firstFrom(from: number): Thread | undefined {
    const queue = this.#firstOccupied(from)
    if (queue >= 0) return this.#first[queue]
    return this.first()
  }

  /** The first thread, the most urgent first, that `fits`. */
  find(fits: (thread: Thread) => boolean, from = 0): Thread | undefined {
    for (let step = 0; step < QUEUES; step++) {
      let thread = this.#first[(from + step) % QUEUES]
      for (; thread !== undefined; thread = thread.next) if (fits(thread)) return thread
    }
    return undefined
  }

  /** Takes a thread out that is here. */
  remove(thread: Thread): void {
    const { queue, next, previous } = thread
    if (previous === undefined) this.#first[queue] = next
    else previous.next = next
    if (next === undefined) this.#last[queue] = previous
    else next.previous = previous
    if (this.#first[queue] === undefined) this.#occupied[queue >> 5]! &= ~(1 << (queue % BITS))
    thread.next = undefined
    thread.previous = undefined
    this.#length--
  }

  /**
   * The priority of a thread that is here is worked out anew by `reckon`: it keeps its place unless
   * it belongs into another queue now, or a thread that is reckoned often would never be first.
   */
  requeue(thread: Thread, reckon: () => void): void {
    const { queue } = thread
    reckon()
    const wanted = queueOf(thread.priority)
    if (wanted === queue) return
    this.remove(thread)
    this.append(thread, wanted)
  }

  isEmptyAt(queue: number): boolean {
    return this.#first[queue] === undefined
  }

  /** Whether a thread here is in the queue of `thread` or in a more urgent queue. */
  rivals(thread: Thread): boolean {
    const queue = this.#firstOccupied(0)
    return queue >= 0 && queue <= queueOf(thread.priority)
  }

  #firstOccupied(from: number): number {
    let mask = -1 << (from % BITS)
    for (let word = from >> 5; word < WORDS; word++, mask = -1) {
      const bits = this.#occupied[word]! & mask
      if (bits !== 0) return word * BITS + (BITS - 1 - Math.clz32(bits & -bits))
    }
    return -1
  }

  #occupy(queue: number, first: Thread): void {
    this.#first[queue] = first
    this.#occupied[queue >> 5]! |= 1 << (queue % BITS)
  }
}

function queueOf(priority: number): number {
  return (priority / PRIORITIES_PER_QUEUE) | 0
}
