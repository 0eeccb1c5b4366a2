import { Fifo } from './fifo.ts'

/** Something that can be called off while it waits. */
export interface Revocable {
  isOver: boolean
}

/** Called-off tasks that may stay in the queue before it is made anew without them. */
const MOST_LEFTOVERS = 64

/**
 * The tasks that wait for a place, in order of arrival. One that is called off is counted no more
 * from then on, and leaves when the queue comes to it, or when more than half of the queue is such.
 */
export class WaitingTasks<T extends Revocable> {
  #queue = new Fifo<T>()
  #living = 0

  get length(): number {
    return this.#living
  }

  push(task: T): void {
    this.#queue.push(task)
    this.#living++
  }

  /** The task that waits longest, or undefined. */
  shift(): T | undefined {
    for (let task = this.#queue.shift(); task !== undefined; task = this.#queue.shift()) {
      if (task.isOver) continue
      this.#living--
      return task
    }
    return undefined
  }

  /** A task that waits here waits no more. */
  callOff(task: T): void {
    task.isOver = true
    this.#living--
    const isTidy = this.#queue.length - this.#living <= this.#living + MOST_LEFTOVERS
    if (isTidy) return
    const old = this.#queue
    this.#queue = new Fifo()
    for (let each = old.shift(); each !== undefined; each = old.shift()) {
      if (!each.isOver) this.#queue.push(each)
    }
  }
}
