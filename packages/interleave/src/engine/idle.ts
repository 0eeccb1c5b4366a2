import { OP } from '../runtime/operation.ts'
import { areDependent, type Event } from './event.ts'
import type { Core } from './core.ts'
import { differingBytes } from './objects.ts'
import type { Thread } from './thread.ts'

/**
 * Whether what a thread did since step `mark` could be left out: it left shared memory as it was,
 * and between its first and last step nobody else touched what it had changed, so that its steps
 * could just as well have been made all at once.
 */
export function isRemovable(machine: Core, thread: Thread, mark: number): boolean {
  let first = -1
  let hasEffect = false
  for (let i = mark; i < machine.length; i++) {
    const event = machine.event(i)
    if (event.thread !== thread.id) continue
    if (first < 0) first = i
    if (!event.hasEffect) continue
    hasEffect = true
    if (!canBeUndone(event)) return false
  }
  if (first < 0) return false
  return !hasEffect || (isUndone(machine, thread, first) && isUndisturbed(machine, thread, first))
}

/** A write can be written back, and a wait that timed out has left its list again. */
function canBeUndone(event: Event): boolean {
  if (event.kind <= OP.write || event.kind === OP.wait) return true
  return event.kind === OP.wake && event.size > 0 && event.changed[0] !== 0
}

/** Whether all bytes that the thread changed hold what they held before. */
function isUndone(machine: Core, thread: Thread, first: number): boolean {
  const changed = new Map<number, { from: Event; mask: number; to: Event }>()
  for (let i = first; i < machine.length; i++) {
    const event = machine.event(i)
    if (event.thread !== thread.id || event.kind > OP.write) continue
    const object = event.objects[0]!
    const entry = changed.get(object)
    if (entry === undefined)
      changed.set(object, { from: event, mask: event.changed[0]!, to: event })
    else {
      entry.mask |= event.changed[0]!
      entry.to = event
    }
  }
  for (const { from, mask, to } of changed.values()) {
    const low = differingBytes(from.beforeLow, to.afterLow)
    const high = differingBytes(from.beforeHigh, to.afterHigh)
    if ((low | (high << 4)) & mask) return false
  }
  return true
}

/**
 * Whether no step of another thread has to come between the thread's own since `first`: none that
 * depends on an earlier of them and on which a later one depends. This is the same for all
 * executions that differ only in the order of independent steps.
 */
function isUndisturbed(machine: Core, thread: Thread, first: number): boolean {
  const own: Event[] = []
  const after: Event[] = []
  for (let i = first; i < machine.length; i++) {
    const event = machine.event(i)
    const follows = after.some((other) => isOrdered(machine, other, event))
    if (event.thread !== thread.id) {
      if (follows || own.some((other) => isOrdered(machine, other, event))) after.push(event)
    } else if (follows) return false
    else own.push(event)
  }
  return true
}

function isOrdered(machine: Core, earlier: Event, later: Event): boolean {
  if (later.enabledBy >= 0 && machine.event(later.enabledBy) === earlier) return true
  return areDependent(earlier, later)
}

/** Whether `writer` changed what `reader` looked at. */
function changes(writer: Event, reader: Event): boolean {
  for (let i = 0; i < writer.size; i++) {
    for (let j = 0; j < reader.size; j++) {
      if (writer.objects[i] !== reader.objects[j]) continue
      if (writer.changed[i]! & reader.touched[j]!) return true
    }
  }
  return false
}

/** Which idle loops have something new to look at. */
export class IdleWatch {
  constructor(readonly machine: Core) {}

  /** Whether somebody changed what the thread's idle round looked at, after it had looked. */
  isStale(thread: Thread): boolean {
    for (let i = thread.operation.first as number; i < this.machine.length; i++) {
      if (this.machine.event(i).hasEffect && this.#overtakes(i, thread)) return true
    }
    return false
  }

  #overtakes(index: number, thread: Thread): boolean {
    const { machine } = this
    const event = machine.event(index)
    if (event.thread === thread.id) return false
    for (let i = thread.operation.first as number; i < index; i++) {
      const own = machine.event(i)
      if (own.thread === thread.id && changes(event, own)) return true
    }
    return false
  }
}
