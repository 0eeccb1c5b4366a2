import {
  type Address,
  layout,
  type Memory,
  NIL,
  spin,
  spinNow,
  unspin,
  type Waiting,
  word,
  WORD_BYTES,
} from '@smpnet/memory'
import { HALF } from '../arithmetic/multiply.ts'
import { CALLOUT, dueOf, latestOf, setDue } from './callout.ts'

/**
 * The wheel of one CPU: buckets of callouts by when they are due, FreeBSD's callwheel, and the list
 * of those that are due and wait for the CPU's softclock thread. The lock protects all of it and
 * the callouts in it. It is a spin lock under which no other is taken but that of a wheel with a
 * higher number, so that any context may take it: a thread, a section, an interrupt.
 */
export const WHEEL = layout('callout wheel', {
  /** (x) The spin lock. */
  lock: word('x', 'wheel'),
  /** (m) When the CPU wants its next interrupt, in ns, or NEVER_NS: high and low half. */
  nextHigh: word('m', 'wheel'),
  nextLow: word('m', 'wheel'),
  /** (m) Up to when callouts have been run: high and low half. */
  doneHigh: word('m', 'wheel'),
  doneLow: word('m', 'wheel'),
  /** (m) How many are in buckets and expired, have run, in how many passes, and moved away. */
  pending: word('m', 'wheel'),
  ready: word('m', 'wheel'),
  fired: word('m', 'wheel'),
  passes: word('m', 'wheel'),
  moved: word('m', 'wheel'),
  /** (x) The first of the expired, or NIL. Written under `lock`; softclock sleeps on it. */
  expired: word('x', 'wheel'),
  /** (m) The last of them, or NIL. */
  lastExpired: word('m', 'wheel'),
})

/** log2 of a bucket's span in ns: 4.2 ms, near FreeBSD's 2^-8 s. */
const SPAN_BITS = 22
export const SPAN_NS = 2 ** SPAN_BITS
/** No interrupt is wanted. */
export const NEVER_NS = 2 ** 52

/** What a wheel counts. */
type Count = 'pending' | 'ready' | 'fired' | 'passes' | 'moved'

export class Wheel {
  readonly #buckets: Address

  constructor(
    readonly memory: Memory,
    readonly at: Address,
    /** A power of two. */
    readonly buckets: number,
  ) {
    this.#buckets = at + WHEEL.size
  }

  static bytes(buckets: number): number {
    return WHEEL.size + buckets * WORD_BYTES
  }

  /** Takes the lock from a thread, which settles first. */
  lock(): Waiting {
    return spin(this.memory, this.at + WHEEL.offset.lock)
  }

  /** Takes the lock from plain code of any context. Throws an Error if its holder has ended. */
  lockNow(): void {
    spinNow(this.memory, this.at + WHEEL.offset.lock, 'the lock of a callout wheel')
  }

  unlock(): void {
    unspin(this.memory, this.at + WHEEL.offset.lock)
  }

  /**
   * Puts a callout that is in no bucket into the one of its time. Nothing is due before what has
   * been done: that is what lets a pass begin there. Under the lock, as all below.
   */
  insert(callout: Address): void {
    const { memory } = this
    if (dueOf(memory, callout) <= this.doneNs()) setDue(memory, callout, this.doneNs() + 1)
    const bucket = this.#bucketOf(dueOf(memory, callout))
    const first = memory.read(bucket)
    memory.write(callout + CALLOUT.offset.next, first)
    memory.write(callout + CALLOUT.offset.previous, NIL)
    if (first !== NIL) memory.write(first + CALLOUT.offset.previous, callout)
    memory.write(bucket, callout)
    this.add('pending', 1)
  }

  /** Takes a callout out of its bucket. */
  remove(callout: Address): void {
    const { memory } = this
    const next = memory.read(callout + CALLOUT.offset.next)
    const previous = memory.read(callout + CALLOUT.offset.previous)
    if (previous !== NIL) memory.write(previous + CALLOUT.offset.next, next)
    else memory.write(this.#bucketOf(dueOf(memory, callout)), next)
    if (next !== NIL) memory.write(next + CALLOUT.offset.previous, previous)
    this.add('pending', -1)
  }

  /** The word that is NIL while nothing is expired. */
  get expiredAt(): Address {
    return this.at + WHEEL.offset.expired
  }

  /** Puts a callout that is in no bucket behind the others that are expired. */
  appendExpired(callout: Address): void {
    const { memory } = this
    const lastAt = this.at + WHEEL.offset.lastExpired
    const last = memory.read(lastAt)
    memory.write(callout + CALLOUT.offset.next, NIL)
    memory.write(callout + CALLOUT.offset.previous, last)
    if (last === NIL) memory.store(this.expiredAt, callout)
    else memory.write(last + CALLOUT.offset.next, callout)
    memory.write(lastAt, callout)
    this.add('ready', 1)
  }

  /** Takes a callout out of the list of the expired. */
  removeExpired(callout: Address): void {
    const { memory } = this
    const next = memory.read(callout + CALLOUT.offset.next)
    const previous = memory.read(callout + CALLOUT.offset.previous)
    if (previous === NIL) memory.store(this.expiredAt, next)
    else memory.write(previous + CALLOUT.offset.next, next)
    if (next === NIL) memory.write(this.at + WHEEL.offset.lastExpired, previous)
    else memory.write(next + CALLOUT.offset.previous, previous)
    this.add('ready', -1)
  }

  /**
   * Of those that are due at `nowNs` the one due first, or NIL. When a pass comes more than a turn
   * of the wheel late, the order within a bucket is kept, and that among buckets is not.
   */
  firstDue(nowNs: number): Address {
    const { memory } = this
    const from = Math.floor(this.doneNs() / SPAN_NS)
    const to = Math.min(Math.floor(nowNs / SPAN_NS), from + this.buckets - 1)
    for (let span = from; span <= to; span++) {
      let first = NIL
      for (let entry = this.#head(span); entry !== NIL; entry = this.#after(entry)) {
        const due = dueOf(memory, entry)
        if (due <= nowNs && (first === NIL || due < dueOf(memory, first))) first = entry
      }
      if (first !== NIL) return first
    }
    return NIL
  }

  /**
   * When the next interrupt must come: the earliest latest time of all, so that those which may
   * be late wait for those which may not. Callouts more than a turn away are looked at again then.
   */
  findNext(): number {
    if (this.count('pending') === 0) return NEVER_NS
    const from = Math.floor(this.doneNs() / SPAN_NS)
    let next = (from + this.buckets) * SPAN_NS
    for (let span = from; span < from + this.buckets && span * SPAN_NS < next; span++) {
      for (let entry = this.#head(span); entry !== NIL; entry = this.#after(entry)) {
        next = Math.min(next, latestOf(this.memory, entry))
      }
    }
    return next
  }

  nextNs(): number {
    return this.#wide('nextHigh', 'nextLow')
  }

  setNext(ns: number): void {
    this.#setWide('nextHigh', 'nextLow', ns)
  }

  doneNs(): number {
    return this.#wide('doneHigh', 'doneLow')
  }

  setDone(ns: number): void {
    this.#setWide('doneHigh', 'doneLow', ns)
  }

  count(what: Count): number {
    return this.memory.read(this.at + WHEEL.offset[what])
  }

  add(what: Count, by: number): void {
    this.memory.write(this.at + WHEEL.offset[what], this.count(what) + by)
  }

  #bucketOf(dueNs: number): Address {
    return this.#buckets + (Math.floor(dueNs / SPAN_NS) % this.buckets) * WORD_BYTES
  }

  #head(span: number): Address {
    return this.memory.read(this.#buckets + (span % this.buckets) * WORD_BYTES)
  }

  #after(entry: Address): Address {
    return this.memory.read(entry + CALLOUT.offset.next)
  }

  #wide(high: 'nextHigh' | 'doneHigh', low: 'nextLow' | 'doneLow'): number {
    const { memory, at } = this
    return (
      memory.read(at + WHEEL.offset[high]) * HALF + (memory.read(at + WHEEL.offset[low]) >>> 0)
    )
  }

  #setWide(high: 'nextHigh' | 'doneHigh', low: 'nextLow' | 'doneLow', ns: number): void {
    const upper = Math.floor(ns / HALF)
    this.memory.write(this.at + WHEEL.offset[high], upper)
    this.memory.write(this.at + WHEEL.offset[low], ns - upper * HALF)
  }
}
