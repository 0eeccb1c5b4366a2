import {
  type Address,
  type Arena,
  came,
  expectHandle,
  expectMethods,
  type HandleKind,
  layout,
  type Memory,
  word,
  words,
} from '@smpnet/memory'
import type { TraceEvent } from './event.ts'

/**
 * The last events of one CPU, in shared memory: the CPU writes, and any thread reads, at any time.
 *
 * The writer never waits: a full ring loses its oldest events. It counts an event in `begun` before
 * it touches the event's slot, and in `written` when the slot is whole. A reader takes `written`,
 * copies the events up to there, and takes `begun` afterwards: it throws away the copies of slots
 * that the writer may have entered meanwhile, which are those of the oldest events. So tracing
 * costs its CPU a handful of stores and no atomic read-modify-write, and there is no lock that a
 * CPU could die in.
 *
 * `record` is plain code for the ring's own CPU, whatever that CPU is doing; `read` is for any
 * thread.
 */
const RING = layout('event ring', {
  /** (x) Written by the ring's CPU: events that it began to write, and has written; wrapping. */
  begun: word('x', 'writer'),
  written: word('x', 'writer'),
})

/** An event. (x) Written by the ring's CPU, and copied by readers, which may come too late. */
const EVENT = layout('event', {
  timeLow: word('x'),
  timeHigh: word('x'),
  kind: word('x'),
  one: word('x'),
  other: word('x'),
  /** Makes two events of a cache line. */
  unused: words(3, 'a'),
})

const HIGH = 2 ** 32

/** What another thread needs to read a ring; it can be cloned and posted. */
export interface RingHandle {
  readonly at: Address
  /** Events that it keeps: a power of two. */
  readonly events: number
}

/** What was read of a ring. */
export interface RingContent {
  readonly events: readonly TraceEvent[]
  /** Events that came before the first of these and are lost. */
  readonly lost: number
}

const HANDLE: HandleKind = { of: 'an event ring', fields: { at: 'address', events: 'count' } }

export class EventRing {
  #count: number

  /** The ring that a handle names. One object, on its CPU, may write; any number may read. */
  constructor(
    readonly memory: Memory,
    readonly handle: RingHandle,
  ) {
    expectHandle(HANDLE, handle, memory)
    this.#count = memory.load(handle.at + RING.offset.written)
  }

  /** Places a ring. Throws a RangeError unless `events` is a power of two, and OutOfMemory. */
  static place(arena: Arena, events: number): RingHandle {
    expectMethods('where an event ring is placed', arena, ['place'])
    if (!Number.isInteger(events) || !Number.isInteger(Math.log2(events))) {
      throw new RangeError(`an event ring keeps a power of two of events: ${came(events)} came`)
    }
    return { events, at: arena.place('event ring', RING.size + events * EVENT.size) }
  }

  /** Writes an event. For the ring's own CPU. Takes numbers of 32 bits, and times below 2^53. */
  record(timeNs: number, kind: number, one: number, other: number): void {
    const { memory, handle } = this
    const at = this.#slot(this.#count)
    const count = (this.#count + 1) | 0
    memory.store(handle.at + RING.offset.begun, count)
    memory.store(at + EVENT.offset.timeLow, timeNs | 0)
    memory.store(at + EVENT.offset.timeHigh, (timeNs / HIGH) | 0)
    memory.store(at + EVENT.offset.kind, kind)
    memory.store(at + EVENT.offset.one, one)
    memory.store(at + EVENT.offset.other, other)
    memory.store(handle.at + RING.offset.written, count)
    this.#count = count
  }

  /** What the ring holds now, oldest first. Exact for all that it returns. */
  read(): RingContent {
    const { memory, handle } = this
    const written = memory.load(handle.at + RING.offset.written)
    const kept = Math.min(written >>> 0, handle.events)
    const first = (written - kept) | 0
    const copies = Array.from({ length: kept }, (_, i) => this.#copy((first + i) | 0))
    const begun = memory.load(handle.at + RING.offset.begun)
    const overwritten = Math.max(0, ((begun - first) | 0) - handle.events)
    return { events: copies.slice(overwritten), lost: (first >>> 0) + overwritten }
  }

  #copy(count: number): TraceEvent {
    const { memory } = this
    const at = this.#slot(count)
    const low = memory.load(at + EVENT.offset.timeLow) >>> 0
    const high = memory.load(at + EVENT.offset.timeHigh)
    return {
      timeNs: high * HIGH + low,
      kind: memory.load(at + EVENT.offset.kind),
      one: memory.load(at + EVENT.offset.one),
      other: memory.load(at + EVENT.offset.other),
    }
  }

  #slot(count: number): Address {
    const { at, events } = this.handle
    return at + RING.size + (count & (events - 1)) * EVENT.size
  }
}

/** Writes the events of one CPU into its ring, each with the time of the call. */
export class Tracer {
  constructor(
    readonly ring: EventRing,
    /** Nanoseconds; each event costs one reading of it. */
    readonly now: () => number,
  ) {}

  /** Records an event; its kind, and what the two numbers mean, are the caller's to choose. */
  event(kind: number, one: number, other: number): void {
    this.ring.record(this.now(), kind, one, other)
  }
}
