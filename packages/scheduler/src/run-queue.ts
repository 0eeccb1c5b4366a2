import { MAX_PRIORITY } from './priority.ts'
import type { Thread } from './thread.ts'

/** Priorities that share a queue, as FreeBSD's RQ_PPQ. */
const PRIORITIES_PER_QUEUE = 4
const QUEUES = (MAX_PRIORITY + 1) / PRIORITIES_PER_QUEUE
const BITS = 32

/**
 * The runnable threads of one CPU: a queue for every four priorities and a bit for every queue
 * that has somebody in it, so that finding the most urgent takes two words. The queues are linked
 * through the threads themselves. Belongs to its CPU alone.
 */
export class RunQueue {
  readonly #first: (Thread | undefined)[] = Array(QUEUES).fill(undefined)
  readonly #last: (Thread | undefined)[] = Array(QUEUES).fill(undefined)
  readonly #occupied = new Int32Array(QUEUES / BITS)
  #length = 0

  get length(): number {
    return this.#length
  }

  /** Behind those of its queue: who has had its turn, or was woken. */
  append(thread: Thread): void {
    const queue = queueOf(thread)
    const last = this.#last[queue]
    thread.next = undefined
    if (last === undefined) this.#occupy(queue, thread)
    else last.next = thread
    this.#last[queue] = thread
    this.#length++
  }

  /** Before those of its queue: who was interrupted in its turn. */
  prepend(thread: Thread): void {
    const queue = queueOf(thread)
    const first = this.#first[queue]
    thread.next = first
    if (first === undefined) this.#last[queue] = thread
    this.#occupy(queue, thread)
    this.#length++
  }

  /** Takes the most urgent thread out, the first of its queue. */
  take(): Thread | undefined {
    const queue = this.#mostUrgent()
    if (queue < 0) return undefined
    const thread = this.#first[queue]!
    this.#first[queue] = thread.next
    if (thread.next === undefined) {
      this.#last[queue] = undefined
      this.#occupied[(queue / BITS) | 0]! &= ~(1 << (queue % BITS))
    }
    thread.next = undefined
    this.#length--
    return thread
  }

  /** Whether somebody here is in the queue of `thread` or in a more urgent one. */
  rivals(thread: Thread): boolean {
    const queue = this.#mostUrgent()
    return queue >= 0 && queue <= queueOf(thread)
  }

  #mostUrgent(): number {
    for (let word = 0; word < this.#occupied.length; word++) {
      const bits = this.#occupied[word]!
      if (bits !== 0) return word * BITS + (BITS - 1 - Math.clz32(bits & -bits))
    }
    return -1
  }

  #occupy(queue: number, first: Thread): void {
    this.#first[queue] = first
    this.#occupied[(queue / BITS) | 0]! |= 1 << (queue % BITS)
  }
}

function queueOf(thread: Thread): number {
  return (thread.priority / PRIORITIES_PER_QUEUE) | 0
}
