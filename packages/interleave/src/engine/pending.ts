import { OP, type Operation } from '../runtime/operation.ts'
import type { Act, Core } from './core.ts'
import { type Event, Event as EventOf, lookAtLife } from './event.ts'
import { SPACE } from './objects.ts'
import type { Thread } from './thread.ts'
import type { Waiter } from './waiters.ts'
import { canEnd, mailboxOf } from './waiting.ts'

/**
 * The step that a thread has not made, because it is blocked or has died, as the event after the
 * last: what it touches, and of what it might change what can be known without making it. A
 * strategy works out the rest for the state in which it would have the step made.
 */
export function pendingEvent(execution: Core, thread: Thread): Event {
  const { operation } = thread
  const { events } = execution.persistent
  const event = (events[execution.length] ??= new EventOf())
  event.reset(thread.id, thread.sequence + 1, operation.kind, operation.place)
  event.asked.copy(operation)
  event.enabledBy = thread.enabledBy
  foresee(execution, thread, operation, event)
  lookAtLife(event, thread.life)
  lookAtLife(event, execution.lengths)
  return event
}

/** Whether a thread that has died could make its step, as far as other threads have seen to it. */
export function couldStep(execution: Core, thread: Thread): boolean {
  switch (thread.operation.kind) {
    case OP.wake: {
      return canEnd(execution, execution.sleeping.get(thread)!)
    }
    case OP.join:
      return (thread.operation.first as Thread).status !== 'running'
    case OP.idle:
      return (execution.mailboxes.get(thread)?.length ?? 0) > 0
    case OP.spin:
      return false
    case OP.settle:
      return thread.canStrikeAfter >= 0 && canEnd(execution, thread.operation.first as Waiter)
    case OP.arrive:
      return (thread.operation.first as Act).isAble!()
    default:
      return true
  }
}

function foresee(execution: Core, thread: Thread, operation: Operation, event: Event): void {
  switch (operation.kind) {
    case OP.spin:
    case OP.spawn:
      return
    case OP.join: {
      const target = operation.first as Thread
      event.enabledBy = target.status === 'died' ? target.diedAt : target.lastEvent
      return
    }
    case OP.invoke:
    case OP.respond: {
      const { owner } = operation.first as { owner: number }
      const isInvoke = operation.kind === OP.invoke
      const object = execution.persistent.names.object(SPACE.history, owner, 0)
      return event.add(object, isInvoke ? 0 : 1, isInvoke ? 1 : 2)
    }
    case OP.act:
    case OP.arrive:
      return (operation.first as Act).foresee(execution, event)
    case OP.account:
      return (operation.first as { foresee: (event: Event) => void }).foresee(event)
    case OP.wake:
      return foreseeEnd(execution, execution.sleeping.get(thread)!, event)
    case OP.settle:
      event.enabledBy = thread.canStrikeAfter
      return foreseeEnd(execution, operation.first as Waiter, event)
    case OP.idle:
      event.enabledBy = execution.mailboxes.get(thread)?.[0]?.notifiedBy ?? -1
      return
    default:
      if (operation.kind !== OP.notify) foreseeAccess(execution, thread, operation, event)
      if (operation.kind >= OP.wait) foreseeList(execution, operation, event)
  }
}

function foreseeAccess(execution: Core, thread: Thread, operation: Operation, event: Event): void {
  const info = execution.buffers.viewInfo(operation.view!, operation.place)
  const { object, offset, at, mask } = execution.locate(info, operation)
  event.add(object, mask, 0)
  event.beforeLow = event.afterLow = info.buffer.contents.word(at * 2)
  event.beforeHigh = event.afterHigh = info.buffer.contents.word(at * 2 + 1)
  for (const guard of execution.guards) guard.foresee(thread, operation, event, offset)
}

/** A wait or a notify: what becomes of the list depends on what is in it by then. */
function foreseeList(execution: Core, operation: Operation, event: Event): void {
  const info = execution.buffers.viewInfo(operation.view!, operation.place)
  const offset = info.byteOffset + operation.index * info.elementBytes
  event.list = execution.persistent.names.object(SPACE.waiters, info.buffer.id, offset)
  event.waitersBefore = event.waitersAfter = execution.waiters.length(event.list)
}

/** The end of a wait, by the notify that there was, or by its timeout. */
function foreseeEnd(execution: Core, waiter: Waiter, event: Event): void {
  event.list = waiter.list
  event.waitersBefore = event.waitersAfter = execution.waiters.length(waiter.list)
  event.notifiedBy = waiter.notifiedBy
  const isTimeout = waiter.state === 'waiting'
  if (event.kind === OP.wake && !isTimeout && !waiter.isTimed) {
    event.enabledBy = waiter.notifiedBy
    return
  }
  event.add(waiter.list, 1, isTimeout ? 1 : 0)
  if (event.kind === OP.settle && isTimeout) event.add(mailboxOf(execution, waiter.thread), 1, 1)
}
