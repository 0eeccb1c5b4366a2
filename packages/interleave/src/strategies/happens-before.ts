import { assign, type Clock, join, knows, set } from '../engine/clock.ts'
import type { Event } from '../engine/event.ts'
import type { Execution } from '../engine/execution.ts'

/** What happened before a thread's first step, as far as the thread itself is concerned. */
const NEVER: Clock = []

/** Two dependent steps with nothing between them: they could have come the other way round. */
export interface ReversibleRace {
  /** Index of the earlier step. */
  readonly first: number
  /** Index of the later step. */
  readonly second: number
}

/**
 * The order that an execution cannot do without: of each thread's steps, of steps that depend on
 * each other, and of what makes a step possible before the step. It is kept as a vector clock per
 * step, made when the step is added, from those of the latest steps that touched the same objects.
 *
 * While it goes back through those it meets the reversible races: dependent steps of other threads
 * that no later step orders before this one. A step that awaits a word is the exception (see
 * `awaitedRace`), since in the reversed order it could not have been made.
 *
 * What an execution shares with the one before it has the same order and the same races, so `cut`
 * takes away no more than the steps that are not made again.
 */
export class HappensBefore {
  /** By step: which steps of each thread happen before it, itself included. */
  readonly clocks: Clock[] = []
  /** By object: the steps that touched it. */
  readonly #touching: number[][] = []
  /** By thread: its last step, or -1. */
  readonly #lastOf: number[] = []
  /** By step: the step of its thread before it, or -1. */
  readonly #before: number[] = []
  #length = 0
  /** The reversible races whose later step was added with `findRaces`, by that step. */
  readonly races: ReversibleRace[] = []

  /** Forgets the steps from `length` on; the execution still has all that were added. */
  cut(execution: Execution, length: number): void {
    while (this.#length > length) {
      const index = --this.#length
      const { thread, size, objects } = execution.event(index)
      this.#lastOf[thread] = this.#before[index]!
      for (let i = 0; i < size; i++) this.#touching[objects[i]!]!.pop()
    }
    while (this.races.length > 0 && this.races.at(-1)!.second >= length) this.races.pop()
  }

  /** Whether the step at `index` has been added, to this execution or to what it repeats. */
  has(index: number): boolean {
    return index < this.#length
  }

  /** Adds the next step, at `index`; with `findRaces`, also notes the races that it ends. */
  add(execution: Execution, index: number, findRaces: boolean): void {
    const event = execution.event(index)
    const { thread, size, objects } = event
    const before = this.#lastOf[thread] ?? -1
    const clock = (this.clocks[index] ??= [])
    assign(clock, before >= 0 ? this.clocks[before]! : NEVER)
    if (event.enabledBy >= 0) join(clock, this.clocks[event.enabledBy]!)
    this.#orderAfterDependent(execution, event, index, clock, findRaces)
    set(clock, thread, event.sequence)
    this.#lastOf[thread] = index
    this.#before[index] = before
    this.#length = index + 1
    for (let i = 0; i < size; i++) (this.#touching[objects[i]!] ??= []).push(index)
  }

  /** Whether step `a` happens before step `b`, given by index. */
  isBefore(execution: Execution, a: number, b: number): boolean {
    const { thread, sequence } = execution.event(a)
    return knows(this.clocks[b]!, thread, sequence)
  }

  /** Fills `into` with the steps later than `first` that do not need it. */
  independentOf(execution: Execution, first: number, into: number[]): void {
    const { thread, sequence } = execution.event(first)
    let count = 0
    for (let i = first + 1; i < execution.length; i++) {
      if (!knows(this.clocks[i]!, thread, sequence)) into[count++] = i
    }
    if (into.length > count) into.length = count
  }

  /**
   * The race of a step that awaits a word, which need not have been made. It cannot come right
   * before the change that ends its wait, such as the release of a lock, but before an earlier one
   * that begins it, the acquisition, unless that happens before for another reason. `isLeftOut`
   * says which steps are not to be looked at.
   */
  awaitedRace(
    execution: Execution,
    event: Event,
    second: number,
    isLeftOut: (index: number) => boolean = () => false,
  ): ReversibleRace | undefined {
    if (!event.asked.isAwaited) return undefined
    const object = event.objects[0]!
    const first = this.#touching[object]?.findLast((index) => {
      const other = execution.event(index)
      const isChanging = (changeOf(other, object) & event.touched[0]!) !== 0
      return isChanging && finds(event, other) && !isLeftOut(index)
    })
    if (first === undefined || this.#isNeeded(execution.event(first), event)) return undefined
    return { first, second }
  }

  /** Whether a step happens before the next of a thread, whatever that is. */
  #isNeeded({ thread, sequence }: Event, next: Event): boolean {
    const { enabledBy } = next
    if (enabledBy >= 0 && knows(this.clocks[enabledBy]!, thread, sequence)) return true
    const before = this.#lastOf[next.thread] ?? -1
    return before >= 0 && knows(this.clocks[before]!, thread, sequence)
  }

  #orderAfterDependent(
    execution: Execution,
    event: Event,
    index: number,
    clock: Clock,
    findRaces: boolean,
  ): void {
    const { size } = event
    const awaited = findRaces ? this.awaitedRace(execution, event, index) : undefined
    if (awaited !== undefined) this.races.push(awaited)
    if (size === 1) return this.#orderObject(execution, event, 0, index, clock, findRaces)
    // With several objects the latest dependent step has to come first, whichever object it is of.
    const candidates = new Set<number>()
    for (let i = 0; i < size; i++) {
      for (const other of this.#touching[event.objects[i]!] ?? []) {
        if (conflict(event, i, execution.event(other))) candidates.add(other)
      }
    }
    for (const other of [...candidates].sort((a, b) => b - a)) {
      const couldFollow = !event.asked.isAwaited || couldFind(event, execution.event(other))
      this.#orderAfter(execution, other, index, clock, findRaces && couldFollow)
    }
  }

  #orderObject(
    execution: Execution,
    event: Event,
    at: number,
    index: number,
    clock: Clock,
    findRaces: boolean,
  ): void {
    const list = this.#touching[event.objects[at]!]
    if (list === undefined) return
    const own = event.touched[at]! | event.changed[at]!
    for (let i = list.length - 1; i >= 0; i--) {
      const other = execution.event(list[i]!)
      if (!conflict(event, at, other)) continue
      const couldFollow = !event.asked.isAwaited || finds(event, other)
      this.#orderAfter(execution, list[i]!, index, clock, findRaces && couldFollow)
      // Whatever came before a change of all these bytes also happens before that change.
      const changed = changeOf(other, event.objects[at]!)
      if ((changed & own) === own && (event.touched[at]! & own) === own) return
    }
  }

  #orderAfter(
    execution: Execution,
    other: number,
    index: number,
    clock: Clock,
    find: boolean,
  ): void {
    const earlier = execution.event(other)
    if (knows(clock, earlier.thread, earlier.sequence)) return
    if (earlier.thread !== execution.event(index).thread && find) {
      this.races.push({ first: other, second: index })
    }
    join(clock, this.clocks[other]!)
  }
}

/** Whether a step that awaits a word would find what it awaits in the state before another. */
function finds({ asked, touched }: Event, { beforeLow, beforeHigh }: Event): boolean {
  return (touched[0]! & 15 ? beforeLow : beforeHigh) === asked.first
}

/** The same for a step that may have to do with another object than the word. */
function couldFind(event: Event, other: Event): boolean {
  return changeOf(other, event.objects[0]!) === 0 || finds(event, other)
}

function changeOf(event: Event, object: number): number {
  for (let i = 0; i < event.size; i++) if (event.objects[i] === object) return event.changed[i]!
  return 0
}

function conflict(event: Event, at: number, other: Event): boolean {
  const object = event.objects[at]!
  for (let i = 0; i < other.size; i++) {
    if (other.objects[i] !== object) continue
    const bits =
      (event.changed[at]! & other.touched[i]!) | (event.touched[at]! & other.changed[i]!)
    if (bits !== 0) return true
  }
  return false
}
