import { OP, type OpKind } from '../runtime/operation.ts'
import { areDependent, type Event } from './event.ts'
import type { Core } from './core.ts'
import { differingBytes } from './objects.ts'
import type { Thread } from './thread.ts'

/**
 * Idle rounds of loops. A thread that waits by looking again and again would make executions
 * without end, which differ in nothing but how often it looked. So a loop that comes round asks
 * whether the round could be left out of the execution (`isRemovable`); if so, the thread's next
 * step is `OP.spin`, which it cannot make, until another thread has changed what the round looked
 * at (`IdleWatch`). A strategy that tries all orders also tries the change before the look, and
 * need not let the loop go on at all.
 *
 * Both questions are answered from the execution's events, and neither changes anything.
 */

/**
 * Whether what a thread did since step `mark` could be left out: it left shared memory as it was,
 * and between its first and last step no other thread touched what it had changed, so that its
 * steps could just as well have been made all at once. Its timeouts' steps are its own here.
 */
export function isRemovable(execution: Core, thread: Thread, mark: number): boolean {
  let first = -1
  let hasEffect = false
  /** Promises of `waitAsync` that are not settled, or whose outcome has not been taken. */
  let pending = 0
  for (let i = mark; i < execution.length; i++) {
    const event = execution.event(i)
    if (first < 0 && event.thread === thread.id) first = i
    if (first < 0 || !event.hasEffect || !isOwn(execution, thread, event, first)) continue
    hasEffect = true
    if (!canBeUndone(execution, event, first)) return false
    if (event.kind === OP.waitAsync) pending++
    else if (event.kind === OP.idle) pending--
  }
  if (first < 0 || pending !== 0) return false
  return (
    !hasEffect || (isUndone(execution, thread, first) && isUndisturbed(execution, thread, first))
  )
}

/** Whether the step is the thread's, or that of a timeout that it started since step `first`. */
function isOwn(execution: Core, thread: Thread, event: Event, first: number): boolean {
  if (event.thread === thread.id) return true
  const timeout = execution.threads[event.thread]!
  return timeout.agent === thread && timeout.origin >= first
}

/**
 * A write can be written back, and a wait that timed out has left its list again. So has a
 * `waitAsync`, if all of it was since `first`: the timeout, and the taking of its outcome.
 */
function canBeUndone(execution: Core, event: Event, first: number): boolean {
  switch (event.kind) {
    case OP.wait:
    case OP.waitAsync:
      return true
    case OP.wake:
      return event.size > 0 && event.changed[0] !== 0
    case OP.settle:
      return true
    case OP.idle: {
      const outcome = execution.event(event.enabledBy)
      return outcome.kind === OP.settle && execution.threads[outcome.thread]!.origin >= first
    }
    default:
      return event.kind <= OP.write
  }
}

/** Whether all bytes that the thread changed hold what they held before. */
function isUndone(execution: Core, thread: Thread, first: number): boolean {
  const changed = new Map<number, { from: Event; mask: number; to: Event }>()
  for (let i = first; i < execution.length; i++) {
    const event = execution.event(i)
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
function isUndisturbed(execution: Core, thread: Thread, first: number): boolean {
  const own: Event[] = []
  const after: Event[] = []
  for (let i = first; i < execution.length; i++) {
    const event = execution.event(i)
    const follows = after.some((other) => isOrdered(execution, other, event))
    if (!isOwn(execution, thread, event, first)) {
      if (follows || own.some((other) => isOrdered(execution, other, event))) after.push(event)
    } else if (follows) return false
    else own.push(event)
  }
  return true
}

function isOrdered(execution: Core, earlier: Event, later: Event): boolean {
  if (later.enabledBy >= 0 && execution.event(later.enabledBy) === earlier) return true
  return areDependent(earlier, later) && !areQueueing(execution, earlier, later)
}

/**
 * Whether both only put a thread into a list of waiters or take one out. Their order decides which
 * thread is notified first, but neither can tell whether the other was made at all; except timeouts
 * of one agent, which settle promises one after the other.
 */
function areQueueing({ threads }: Core, a: Event, b: Event): boolean {
  if (a.thread === b.thread || !isQueueing(a.kind) || !isQueueing(b.kind)) return false
  if (a.kind !== OP.settle || b.kind !== OP.settle) return true
  return threads[a.thread]!.agent !== threads[b.thread]!.agent
}

function isQueueing(kind: OpKind): boolean {
  return kind === OP.wait || kind === OP.wake || kind === OP.waitAsync || kind === OP.settle
}

/** Whether `writer` changed what `reader` looked at. */
function changes(execution: Core, writer: Event, reader: Event): boolean {
  if (areQueueing(execution, writer, reader)) return false
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
  constructor(readonly execution: Core) {}

  /** Whether another thread changed what the thread's idle round had looked at. */
  isStale(thread: Thread): boolean {
    for (let i = thread.operation.first as number; i < this.execution.length; i++) {
      if (this.execution.event(i).hasEffect && this.#overtakes(i, thread)) return true
    }
    return false
  }

  #overtakes(index: number, thread: Thread): boolean {
    const { execution } = this
    const event = execution.event(index)
    const mark = thread.operation.first as number
    if (isOwn(execution, thread, event, mark)) return false
    for (let i = mark; i < index; i++) {
      const own = execution.event(i)
      if (isOwn(execution, thread, own, mark) && changes(execution, event, own)) return true
    }
    return false
  }
}
