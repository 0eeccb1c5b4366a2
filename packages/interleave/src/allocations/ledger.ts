import type { Core, Guard } from '../engine/core.ts'
import type { Event } from '../engine/event.ts'
import type { FailureKind } from '../engine/failure.ts'
import { SPACE } from '../engine/objects.ts'
import type { Thread } from '../engine/thread.ts'
import type { Operation } from '../runtime/operation.ts'
import { showPlace } from '../runtime/places.ts'

/** What happens to an item. */
export type Act = 'allocates' | 'frees' | 'uses'

/** A thread that does something, and where in the source. */
export interface Actor {
  /** The thread's number, or undefined in `setup` and in final checks. */
  readonly thread: number | undefined
  readonly name: string
  readonly place: number
}

/** What is known of an item. */
interface Entry {
  isInUse: boolean
  /** The thread that allocated or freed it last, and where. */
  by: Actor
  /** Its number for the strategies, or -1 until it has one. */
  object: number
}

/** Items that a report of leaks names; the others are counted. */
const MAX_NAMED = 4
/** More threads than can be. */
const THREADS = 32

/**
 * Which items an allocator has given out, in one execution. Allocating, freeing and using the same
 * item are dependent steps, so a strategy that reverses races tries the free before the use too.
 *
 * A mistake is a failure of the execution where it is made, and what is in use at the end is a
 * leak; before the threads start there is no execution to fail, and a mistake of `setup` is thrown.
 * Items have numbers that are the same in every execution, by which strategies compare steps: an
 * item that is an address by that, any other by the thread that brought it and by how many that
 * thread had brought before. With a watched buffer the ledger is a guard of the execution and is
 * told of each access to memory; accesses from inside the allocator's functions are the allocator's
 * own business. All functions are plain code, so a thread makes no step in the middle of one.
 */
export class Ledger implements Guard {
  readonly #items = new Map<unknown, Entry>()
  /** How deep each thread is in functions of the allocator, whose own accesses are no uses. */
  readonly #inside = new Map<object | undefined, number>()
  /** Items that are no addresses, by the thread that brought them: how many. */
  readonly #brought = new Map<number | undefined, number>()
  #buffer: SharedArrayBuffer | undefined
  #bytes = 0
  /** The words of the buffer that belong to items that were ever given out. */
  readonly #words = new Map<number, unknown>()
  /** Undefined until the threads start. */
  #execution: Core | undefined

  constructor(
    readonly name: string,
    /** Which of the ledgers of a program this is. */
    readonly number: number,
  ) {}

  /** Takes items for byte offsets in the buffer: an access to their bytes is a use of them. */
  watch(buffer: SharedArrayBuffer, bytes: number): void {
    this.#buffer = buffer
    this.#bytes = bytes
  }

  /** The threads start. */
  start(execution: Core): void {
    this.#execution = execution
    if (this.#buffer !== undefined) execution.guards.push(this)
  }

  /** A thread goes into a function of the allocator. Whether it was outside before. */
  enter(thread: object | undefined): boolean {
    const depth = this.#inside.get(thread) ?? 0
    this.#inside.set(thread, depth + 1)
    return depth === 0
  }

  exit(thread: object | undefined): void {
    this.#inside.set(thread, this.#inside.get(thread)! - 1)
  }

  /** Writes down what a step does, or something done outside all threads if there is no event. */
  act(act: Act, item: unknown, by: Actor, event: Event | undefined): void {
    let entry = this.#items.get(item)
    const mistake = mistakeOf(act, entry)
    if (mistake !== undefined) this.#fail(mistake, act, item, by, entry)
    if (entry === undefined) {
      this.#items.set(item, (entry = { isInUse: false, by, object: -1 }))
      this.#claimWords(item)
    }
    event?.add(this.#objectOf(item, entry), 1, act === 'uses' ? 0 : 1)
    if (act === 'uses') return
    entry.isInUse = act === 'allocates'
    entry.by = by
  }

  /** An access to an item's bytes is a use, except by the allocator itself. */
  access(thread: Thread, operation: Operation, event: Event, offset: number): void {
    if (operation.view!.buffer !== this.#buffer || (this.#inside.get(thread) ?? 0) > 0) return
    const item = this.#words.get(offset >> 2)
    if (item === undefined) return
    this.act('uses', item, { thread: thread.id, name: thread.name, place: operation.place }, event)
  }

  /** What a step would touch that is not made. */
  foresee(
    { id, operation: { place }, name }: Thread,
    operation: Operation,
    event: Event,
    offset: number,
  ): void {
    if (operation.view!.buffer !== this.#buffer) return
    const item = this.#words.get(offset >> 2)
    if (item !== undefined) this.foreseeAct('uses', item, { thread: id, name, place }, event)
  }

  foreseeAct(act: Act, item: unknown, by: Actor, event: Event): void {
    const entry = this.#items.get(item)
    // What nobody else has seen yet no other thread's step can touch.
    if (entry === undefined && !isAddress(item)) return
    const object = this.#objectOf(item, entry ?? { isInUse: false, by, object: -1 })
    event.add(object, 1, act === 'uses' ? 0 : 1)
  }

  /** Adds a failure for what is in use although all threads have ended. */
  finish(): void {
    const left = [...this.#items].filter(([, { isInUse }]) => isInUse)
    const first = left[0]
    if (first === undefined) return
    const named = left
      .slice(0, MAX_NAMED)
      .map(([item, { by }]) => `${showItem(item)}, which ${by.name} allocated at ${where(by)}`)
    const more = left.length > MAX_NAMED ? `; and ${left.length - MAX_NAMED} more` : ''
    const message = `${this.name} never freed: ${named.join('; ')}${more}`
    const { thread, place } = first[1].by
    this.#execution!.fail({ kind: 'leak', message, thread, place })
  }

  #claimWords(item: unknown): void {
    if (this.#buffer === undefined) return
    const end = ((item as number) + this.#bytes - 1) >> 2
    for (let word = (item as number) >> 2; word <= end; word++) this.#words.set(word, item)
  }

  #fail(kind: FailureKind, act: Act, item: unknown, by: Actor, entry: Entry | undefined): void {
    const did = entry?.isInUse ? 'had allocated' : 'had freed'
    const before =
      entry === undefined
        ? 'which nobody had allocated'
        : `which ${entry.by.name} ${did} at ${where(entry.by)}`
    const message = `${this.name}: ${by.name} ${act} ${showItem(item)}, ${before}`
    if (this.#execution === undefined) throw new Error(message)
    this.#execution.fail({ kind, message, thread: by.thread, place: by.place })
  }

  /** The same number in every execution: by the address, or by the thread that brought the item. */
  #objectOf(item: unknown, entry: Entry): number {
    if (entry.object >= 0) return entry.object
    const { names } = this.#execution!.persistent
    const owner = 2 * this.number
    if (isAddress(item)) return (entry.object = names.object(SPACE.item, owner, item))
    const { thread } = entry.by
    const count = this.#brought.get(thread) ?? 0
    this.#brought.set(thread, count + 1)
    const offset = count * THREADS + (thread ?? THREADS - 1)
    return (entry.object = names.object(SPACE.item, owner + 1, offset))
  }
}

function isAddress(item: unknown): item is number {
  return Number.isInteger(item) && (item as number) >= 0
}

function mistakeOf(act: Act, entry: Entry | undefined): FailureKind | undefined {
  if (act === 'allocates') return entry?.isInUse ? 'double-allocation' : undefined
  if (entry?.isInUse) return undefined
  if (act === 'uses') return 'use-after-free'
  return entry === undefined ? 'bad-free' : 'double-free'
}

function where({ place }: Actor): string {
  return place === 0 ? 'a place that is not compiled' : showPlace(place)
}

/** An item as reports show it. */
export function showItem(item: unknown): string {
  return typeof item === 'object' && item !== null ? 'an object' : String(item)
}
