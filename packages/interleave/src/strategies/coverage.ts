import type { Event } from '../engine/event.ts'
import type { Execution } from '../engine/execution.ts'

/** Pairs remembered at most; a program with more is covered well enough to stop counting. */
const MAX_PAIRS = 1 << 16
const PLACES = 1 << 22

/**
 * What a sample of executions has shown: which place in the source touched an object right after
 * which place of another thread. A schedule that adds a pair did something new.
 */
export class Coverage {
  readonly #pairs = new Set<number>()
  /** By object: the last step that touched it, as thread and place. */
  readonly #last = new Map<number, { thread: number; place: number }>()
  /** Pairs that the current execution added. */
  added = 0

  get size(): number {
    return this.#pairs.size
  }

  begin(): void {
    this.#last.clear()
    this.added = 0
  }

  observe(_machine: Execution, event: Event): void {
    for (let i = 0; i < event.size; i++) {
      const object = event.objects[i]!
      const last = this.#last.get(object)
      if (last === undefined) {
        this.#last.set(object, { thread: event.thread, place: event.place })
        continue
      }
      if (last.thread !== event.thread) this.#add(last.place * PLACES + event.place)
      last.thread = event.thread
      last.place = event.place
    }
  }

  #add(pair: number): void {
    if (this.#pairs.has(pair) || this.#pairs.size >= MAX_PAIRS) return
    this.#pairs.add(pair)
    this.added++
  }
}
