import { type Access, accessOf, type Event } from '../engine/event.ts'
import type { Act } from '../engine/core.ts'
import type { Execution } from '../engine/execution.ts'
import { differingBytes } from '../engine/objects.ts'
import { mailboxOf } from '../engine/waiting.ts'
import { OP, Operation, type SharedView } from '../runtime/operation.ts'
import { performOn } from '../runtime/perform.ts'
import { elementBytes } from '../runtime/views.ts'
import type { State } from './planned-state.ts'
import { predictNotifyAmongDead } from './predict-notify.ts'

/**
 * What the step at `index` would touch and change if it were made in that state, in which its
 * thread is where it was: an exchange that failed may succeed there, and a write that changed
 * something may find it changed already. Taking what it did here would lose executions, and taking
 * all that it might do would make some twice. `made` is what it did here, if that is known.
 */
export function predict(execution: Execution, index: number, state: State, made?: Access): Access {
  const event = execution.event(index)
  const access = predictStep(execution, event, state, made ?? accessOf(event))
  const { lengths } = execution
  if (lengths < 0 || access.objects.includes(lengths)) return access
  return withObject(access, lengths, 1, 0)
}

function predictStep(execution: Execution, event: Event, state: State, access: Access): Access {
  switch (event.kind) {
    case OP.load:
    case OP.read:
      return access
    case OP.wait:
    case OP.waitAsync:
      return predictWait(execution, event, access, state)
    case OP.notify:
      return predictNotify(execution, event, access, state)
    case OP.act:
      return predictAct(execution, event, access, state)
    case OP.wake:
    case OP.settle:
      return predictWakeup(execution, event, access, state)
    default: {
      if (event.kind > OP.write) return access
      const changed = changedBytes(execution, event, state)
      if (changed === access.changed[0]) return access
      return { ...access, changed: replaceFirst(access.changed, changed) }
    }
  }
}

/** Whether a step that awaits a word would find what it awaits. */
export function wouldFind(execution: Execution, index: number, state: State): boolean {
  const event = execution.event(index)
  load(execution, event, state)
  const { view, asked } = { view: scratch.view, asked: event.asked }
  return (view as unknown as Record<number, unknown>)[scratch.index] === asked.first
}

function replaceFirst(list: readonly number[], value: number): number[] {
  return [value, ...list.slice(1)]
}

/** A wait joins the list if the value is what it expects. */
function predictWait(execution: Execution, event: Event, access: Access, state: State): Access {
  const without = withoutObject(access, event.list)
  const { asked } = event
  if (asked.timeoutMs === 0) return without
  load(execution, event, state)
  const value = (scratch.view as unknown as Record<number, unknown>)[scratch.index]
  return value === asked.first ? withObject(without, event.list, 1, 1) : without
}

/** A notify changes the list if a waiter is in it. */
function predictNotify(execution: Execution, event: Event, access: Access, state: State): Access {
  if (execution.deaths.areExpected) {
    return predictNotifyAmongDead(execution, event, access, state)
  }
  const isWaking = waiters(execution, event.list, state) > 0
  if (isWaking === event.waitersBefore > 0) return access
  return { ...access, size: 1, objects: [event.list], touched: [1], changed: [isWaking ? 1 : 0] }
}

/** A letter can be taken if one is there. */
function predictAct(execution: Execution, event: Event, access: Access, state: State): Access {
  if ((event.asked.first as Act).receives !== true) return access
  const changed = waiters(execution, event.list, state) > 0 ? 2 : 0
  return { ...access, changed: replaceFirst(access.changed, changed) }
}

/** A wait that was notified times out if that notify is not in the state. */
function predictWakeup(execution: Execution, event: Event, access: Access, state: State): Access {
  const { notifiedBy } = event
  if (access.size === 0 || notifiedBy < 0) return access
  if (notifiedBy < state.before || state.others.includes(notifiedBy)) return access
  const timedOut = { ...access, changed: replaceFirst(access.changed, 1) }
  const { agent } = execution.threads[event.thread]!
  return agent === undefined ? timedOut : withObject(timedOut, mailboxOf(execution, agent), 1, 1)
}

function withObject(access: Access, object: number, touched: number, changed: number): Access {
  return {
    thread: access.thread,
    size: access.size + 1,
    objects: [...access.objects, object],
    touched: [...access.touched, touched],
    changed: [...access.changed, changed],
  }
}

function withoutObject(access: Access, object: number): Access {
  const at = access.objects.indexOf(object)
  if (at < 0) return access
  const cut = (list: readonly number[]): number[] => list.filter((_, i) => i !== at)
  const { thread, size, objects, touched, changed } = access
  const rest = { objects: cut(objects), touched: cut(touched), changed: cut(changed) }
  return { thread, size: size - 1, ...rest }
}

/** How many waiters are in a list. */
function waiters(execution: Execution, list: number, { before, others }: State): number {
  let count = execution.event(before).waitersBefore
  if (execution.event(before).list !== list) {
    let at = before - 1
    while (at >= 0 && execution.event(at).list !== list) at--
    if (at >= 0) count = execution.event(at).waitersAfter
    else {
      for (at = before + 1; execution.event(at).list !== list; ) at++
      count = execution.event(at).waitersBefore
    }
  }
  for (const other of others) {
    const { list: theirs, waitersBefore, waitersAfter } = execution.event(other)
    if (theirs === list) count += waitersAfter - waitersBefore
  }
  return count
}

/** Eight bytes on which steps are tried out, and a view of them. */
const bytes = new ArrayBuffer(8)
const words = new Int32Array(bytes)
const views = new Map<unknown, SharedView>()
const scratch = new Operation()

/** The bytes that a write would change. */
function changedBytes(execution: Execution, event: Event, state: State): number {
  load(execution, event, state)
  const [low, high] = words as unknown as [number, number]
  performOn(scratch)
  return differingBytes(low, words[0]!) | (differingBytes(high, words[1]!) << 4)
}

/** Makes `scratch` the step's operation on what its eight bytes hold in that state. */
function load(execution: Execution, event: Event, state: State): void {
  const { asked } = event
  const view = asked.view!
  const unit = asked.method === undefined ? elementBytes(view) : 1
  scratch.copy(asked)
  scratch.view = scratchView(view)
  scratch.index = ((view.byteOffset + asked.index * unit) % 8) / unit
  const object = event.objects[0]!
  const { before, others } = state
  const known = execution.event(before)
  if (known.objects[0] === object && known.size > 0) set(known.beforeLow, known.beforeHigh)
  else findBefore(execution, before, object)
  for (const index of others) {
    const other = execution.event(index)
    if (other.size === 0 || other.objects[0] !== object) continue
    words[0] = mixed(words[0]!, other.afterLow, other.changed[0]! & 15)
    words[1] = mixed(words[1]!, other.afterHigh, other.changed[0]! >> 4)
  }
}

/** What the object held before a step that did not look at it. */
function findBefore(execution: Execution, before: number, object: number): void {
  const touches = (index: number): boolean => {
    const event = execution.event(index)
    return event.size > 0 && event.objects[0] === object
  }
  let at = before - 1
  while (at >= 0 && !touches(at)) at--
  if (at >= 0) return set(execution.event(at).afterLow, execution.event(at).afterHigh)
  for (at = before + 1; !touches(at); ) at++
  set(execution.event(at).beforeLow, execution.event(at).beforeHigh)
}

function set(low: number, high: number): void {
  words[0] = low
  words[1] = high
}

/** A word of which the bytes in the mask are taken from another. */
function mixed(word: number, other: number, mask: number): number {
  let bits = 0
  for (let i = 0; i < 4; i++) if (mask & (1 << i)) bits |= 255 << (8 * i)
  return (word & ~bits) | (other & bits)
}

function scratchView(view: SharedView): SharedView {
  const Class = view.constructor as new (buffer: ArrayBuffer) => SharedView
  let known = views.get(Class)
  if (known === undefined) views.set(Class, (known = new Class(bytes)))
  return known
}
