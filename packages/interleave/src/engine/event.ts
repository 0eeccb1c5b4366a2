import { Operation, type OpKind } from '../runtime/operation.ts'

/**
 * One step that was made: which thread, and which bytes of which objects it touched and changed.
 *
 * An object is 8 aligned bytes of shared memory, the list of waiters of an address, the mailbox of
 * an agent, a history, or an item of an allocator; a mask has one bit per byte. Two steps
 * of different threads depend on each other when one changed what the other touched; otherwise they
 * can be exchanged and no thread can tell. A write that changes nothing, such as a failed exchange,
 * only touches.
 */
export class Event {
  thread = 0
  /** The how-manyth step of its thread, from 1. */
  sequence = 0
  kind: OpKind = 0
  place = 0
  /** Number of objects. */
  size = 0
  readonly objects: number[] = []
  readonly touched: number[] = []
  readonly changed: number[] = []
  /** Index of the step without which this one could not have been made at all, or -1. */
  enabledBy = -1
  /** What the thread asked for, to tell what it would come to in another state. */
  readonly asked = new Operation()
  /** The list of waiters that the step looked at or would have joined, or -1, and its length. */
  list = -1
  waitersBefore = 0
  waitersAfter = 0
  /** For the end of a wait, the index of the step that notified it, or -1 if it timed out. */
  notifiedBy = -1
  /** Whether another thread could tell that this step was made. */
  hasEffect = false
  /** The 8 bytes of the first object before and after the step, for a step on memory. */
  beforeLow = 0
  beforeHigh = 0
  afterLow = 0
  afterHigh = 0

  reset(thread: number, sequence: number, kind: OpKind, place: number): this {
    this.thread = thread
    this.sequence = sequence
    this.kind = kind
    this.place = place
    this.size = 0
    this.enabledBy = -1
    this.list = -1
    this.notifiedBy = -1
    this.hasEffect = false
    return this
  }

  add(object: number, touched: number, changed: number): void {
    const at = this.size++
    this.objects[at] = object
    this.touched[at] = touched
    this.changed[at] = changed
    if (changed !== 0) this.hasEffect = true
  }
}

/** The step can only be made, or comes to what it does, because the thread of that life lives. */
export function lookAtLife(event: Event, life: number): void {
  if (life < 0) return
  for (let i = 0; i < event.size; i++) if (event.objects[i] === life) return
  event.add(life, 1, 0)
}

/** What a step touches, detached from the event it came from. */
export interface Access {
  readonly thread: number
  readonly size: number
  readonly objects: readonly number[]
  readonly touched: readonly number[]
  readonly changed: readonly number[]
}

const NOTHING: readonly number[] = []
/** By number: a list of it. Most steps are on one object, and share these. */
const singles: (readonly number[])[] = []

function single(value: number): readonly number[] {
  return (singles[value] ??= [value])
}

/** A copy that stays when the event is used again. */
export function accessOf(event: Access): Access {
  const { thread, size } = event
  if (size === 0) return { thread, size, objects: NOTHING, touched: NOTHING, changed: NOTHING }
  if (size === 1) {
    const objects = single(event.objects[0]!)
    const touched = single(event.touched[0]!)
    return { thread, size, objects, touched, changed: single(event.changed[0]!) }
  }
  return {
    thread,
    size,
    objects: event.objects.slice(0, size),
    touched: event.touched.slice(0, size),
    changed: event.changed.slice(0, size),
  }
}

/** Whether exchanging the two could be noticed. */
export function areDependent(a: Access, b: Access): boolean {
  if (a.thread === b.thread) return true
  for (let i = 0; i < a.size; i++) {
    for (let j = 0; j < b.size; j++) {
      if (a.objects[i] !== b.objects[j]) continue
      if ((a.changed[i]! & b.touched[j]!) | (a.touched[i]! & b.changed[j]!)) return true
    }
  }
  return false
}
