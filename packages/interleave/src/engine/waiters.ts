import type { ModelPromise } from '../runtime/promise.ts'
import type { Clock } from './clock.ts'
import type { Thread } from './thread.ts'

/** A thread in a list of waiters, or a promise of one. */
export interface Waiter {
  readonly thread: Thread
  /** The promise of a `waitAsync`; undefined for a blocking wait. */
  readonly promise: ModelPromise | undefined
  /** The list, by its object number. */
  readonly list: number
  readonly isTimed: boolean
  /** Whether its timeout is one of a limited number. */
  readonly isCounted: boolean
  /** Where it began to wait. */
  readonly place: number
  state: 'waiting' | 'notified' | 'timed-out'
  /** Index of the step that notified it. */
  notifiedBy: number
  /** What happened before that step. */
  clock: readonly number[]
}

interface Notified {
  readonly woken: readonly Waiter[]
  readonly seen: readonly Waiter[]
}

/** The first `count` of a list that live, and what comes before the last of them, it included. */
export function firstLiving<T>(
  list: readonly T[],
  count: number,
  lives: (waiter: T) => boolean,
): { woken: T[]; seen: T[] } {
  const woken: T[] = []
  const seen: T[] = []
  for (const waiter of list) {
    if (woken.length >= count) break
    seen.push(waiter)
    if (lives(waiter)) woken.push(waiter)
  }
  return { woken, seen }
}

/** The lists of waiters of an execution: first in, first out, as JavaScript says. */
export class WaiterLists {
  readonly #lists = new Map<number, Waiter[]>()
  /** By address: steps that notified when no thread waited there, half of a lost wakeup. */
  readonly #missed = new Map<number, number[]>()

  length(list: number): number {
    return this.#lists.get(list)?.length ?? 0
  }

  enqueue(waiter: Waiter): Waiter {
    const list = this.#lists.get(waiter.list)
    if (list === undefined) this.#lists.set(waiter.list, [waiter])
    else list.push(waiter)
    return waiter
  }

  remove(waiter: Waiter): void {
    const list = this.#lists.get(waiter.list)
    const at = list?.indexOf(waiter) ?? -1
    if (at >= 0) list!.splice(at, 1)
  }

  /**
   * Takes up to `count` waiters out of a list, and says which it looked at to find them: it passes
   * over those whose threads have died, which stay where they are.
   */
  notify(list: number, count: number, by: number, clock: Clock): Notified {
    const { woken, seen } = firstLiving(this.#lists.get(list) ?? [], count, ({ thread }) => {
      return thread.status !== 'died'
    })
    for (const waiter of woken) {
      this.remove(waiter)
      waiter.state = 'notified'
      waiter.notifiedBy = by
      waiter.clock = [...clock]
    }
    if (woken.length === 0) {
      const missed = this.#missed.get(list)
      if (missed === undefined) this.#missed.set(list, [by])
      else missed.push(by)
    }
    return { woken, seen }
  }

  /** The steps of those notifies. */
  missed(list: number): readonly number[] {
    return this.#missed.get(list) ?? []
  }
}
