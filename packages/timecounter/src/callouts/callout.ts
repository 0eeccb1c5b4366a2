import { type Address, layout, type Memory, NIL, word } from '@smpnet/memory'
import { HALF } from '../arithmetic/multiply.ts'

/**
 * A callout: a function that shall run on a CPU at a time. All of it is words, so that any CPU may
 * stop or move it; the function is a number in a table that every CPU has alike.
 */
export const CALLOUT = layout('callout', {
  /** (x) The bits below. Written under the lock of the wheel of `cpu`; a drainer sleeps on it. */
  state: word('x', 'callout'),
  /** (x) Whose wheel it belongs to. Written under the locks of the old wheel and of the new one. */
  cpu: word('x', 'callout'),
  /** (m) Under that lock: its neighbours in the bucket or in the list of the expired, or NIL. */
  next: word('m', 'callout'),
  previous: word('m', 'callout'),
  /** (m) When it is due, in ns: high and low half. */
  dueHigh: word('m', 'callout'),
  dueLow: word('m', 'callout'),
  /** (m) By how many ns it may be late, so that several share an interrupt. */
  precision: word('m', 'callout'),
  /** (m) Which function of the table, and its argument. */
  run: word('m', 'callout'),
  argument: word('m', 'callout'),
  /** (m) Where it goes when its function has ended, or NOWHERE: it was set for another CPU. */
  target: word('m', 'callout'),
})

/** Bytes of a callout; `placeCallout` makes one of them. */
export const CALLOUT_BYTES = CALLOUT.size

/** It is set: in a bucket, in the list of the expired, or to be moved when its function ends. */
export const PENDING = 1
/** Its function runs. */
export const RUNNING = 2
/** A drainer waits for the function's end. */
export const DRAINED = 4
/** It is due and in the list of the expired, for the softclock thread of its CPU to run. */
export const EXPIRED = 8
/** In `target`: stays where it is. */
export const NOWHERE = -1

/** Precision is a word: 2.1 s is the most. */
export const MOST_PRECISION_NS = 0x7fffffff

/** Makes a callout of zero bytes; it belongs to `cpu` until it is set for another. */
export function placeCallout(memory: Memory, at: Address, cpu: number): void {
  memory.store(at + CALLOUT.offset.state, 0)
  memory.store(at + CALLOUT.offset.cpu, cpu)
  memory.write(at + CALLOUT.offset.next, NIL)
  memory.write(at + CALLOUT.offset.target, NOWHERE)
}

/** Under the wheel's lock. */
export function dueOf(memory: Memory, at: Address): number {
  const low = memory.read(at + CALLOUT.offset.dueLow) >>> 0
  return memory.read(at + CALLOUT.offset.dueHigh) * HALF + low
}

/** Under the wheel's lock. */
export function setDue(memory: Memory, at: Address, ns: number): void {
  const high = Math.floor(ns / HALF)
  memory.write(at + CALLOUT.offset.dueHigh, high)
  memory.write(at + CALLOUT.offset.dueLow, ns - high * HALF)
}

/** The latest time at which it may run: due, and late by its precision. Under the lock. */
export function latestOf(memory: Memory, at: Address): number {
  return dueOf(memory, at) + memory.read(at + CALLOUT.offset.precision)
}
