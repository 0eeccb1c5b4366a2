import { OP, type Operation, TIMER } from '../runtime/operation.ts'
import { ModelPromise } from '../runtime/promise.ts'
import { STEP, state } from '../runtime/state.ts'
import { type Event, lookAtLife } from './event.ts'
import { type Core, outcome, type Outcome, SLEEPS } from './core.ts'
import { SPACE } from './objects.ts'
import type { Thread } from './thread.ts'
import type { Waiter } from './waiters.ts'

/**
 * Steps that sleep and wake: `Atomics.wait`, `waitAsync`, `notify` and their second halves.
 *
 * A wait compares and joins the list of waiters of its address in one step, as the language says.
 * The thread's next step is then to wake, which it can make when a notify has taken it out of the
 * list or, if the wait has a timeout, at any moment, so that every order of a timeout and a notify
 * is some schedule's.
 *
 * A `waitAsync` joins the same list and goes on with a promise. Its timeout is a thread of one
 * step. What the wait came to is put into the mailbox of the agent that waits, which takes it out
 * by a step of its own when it has no job left to run. Lists and mailboxes are objects that steps
 * touch and change, like memory.
 */
export function performWaiting(
  execution: Core,
  thread: Thread,
  operation: Operation,
  event: Event,
): Outcome {
  const outcome = perform(execution, thread, operation, event)
  if (event.list >= 0) event.waitersAfter = execution.waiters.length(event.list)
  return outcome
}

function perform(execution: Core, thread: Thread, operation: Operation, event: Event): Outcome {
  switch (operation.kind) {
    case OP.wait:
      return wait(execution, thread, operation, event)
    case OP.wake:
      return wake(execution, thread, event)
    case OP.waitAsync:
      return waitAsync(execution, thread, operation, event)
    case OP.notify:
      return notify(execution, thread, operation, event)
    case OP.settle:
      return strike(execution, thread, operation.first as Waiter, event)
    case OP.idle:
      return deliver(execution, thread, operation, event)
    default:
      throw new Error(`expected a step, got operation ${operation.kind}`)
  }
}

/** The list of waiters of an address; the step is now known to look at it. */
function listOf(execution: Core, operation: Operation, event: Event): number {
  const info = execution.buffers.viewInfo(operation.view!, operation.place)
  const offset = info.byteOffset + operation.index * info.elementBytes
  return lookAt(
    execution,
    execution.persistent.names.object(SPACE.waiters, info.buffer.id, offset),
    event,
  )
}

function lookAt(execution: Core, list: number, event: Event): number {
  event.list = list
  event.waitersBefore = execution.waiters.length(list)
  return list
}

/** Where the outcomes of an agent's promises are put. */
export function mailboxOf(execution: Core, thread: Thread): number {
  return execution.persistent.names.object(SPACE.mailbox, thread.id, 0)
}

/** Compares, and if the value is the expected one puts the thread to sleep, in one step. */
function wait(execution: Core, thread: Thread, operation: Operation, event: Event): Outcome {
  const value = read(execution, thread, operation, event)
  listOf(execution, operation, event)
  if (value !== operation.first) return outcome('not-equal')
  if (operation.timeoutMs === 0) return outcome('timed-out')
  execution.sleeping.set(thread, enqueue(execution, thread, operation, event))
  operation.kind = OP.wake
  return SLEEPS
}

function enqueue(
  execution: Core,
  thread: Thread,
  operation: Operation,
  event: Event,
  promise?: ModelPromise,
): Waiter {
  const { list } = event
  event.add(list, 1, 1)
  const isTimed = mayTimeOut(execution, thread, operation)
  return execution.waiters.enqueue({
    thread,
    promise,
    list,
    isTimed,
    isCounted: operation.second !== TIMER,
    place: operation.place,
    state: 'waiting',
    notifiedBy: -1,
    clock: [],
  })
}

/** Whether a wait may time out: it has a timeout, and is one of those that may. */
function mayTimeOut({ persistent, timely }: Core, thread: Thread, operation: Operation): boolean {
  if (operation.timeoutMs === Infinity) return false
  if (operation.second === TIMER || persistent.timeouts === Infinity) return true
  if (persistent.timeouts === 0) return false
  const key = `${thread.key}#${thread.timedWaits++}`
  persistent.timed.add(key)
  return timely === undefined || timely.includes(key)
}

/** Whether a wait can be ended now: it has been, or its timeout may strike. */
export function canEnd({ persistent, strikes }: Core, waiter: Waiter): boolean {
  if (waiter.state !== 'waiting') return true
  return waiter.isTimed && (!waiter.isCounted || strikes < persistent.timeouts)
}

function read(execution: Core, thread: Thread, operation: Operation, event: Event): unknown {
  const { kind } = operation
  operation.kind = OP.load
  const value = execution.access(thread, operation, event)
  operation.kind = kind
  return value
}

/** A timeout races with the notify that would wake the thread: both orders are tried. */
function wake(execution: Core, thread: Thread, event: Event): Outcome {
  const waiter = execution.sleeping.get(thread)!
  execution.sleeping.delete(thread)
  lookAt(execution, waiter.list, event)
  if (waiter.state === 'notified') {
    event.hasEffect = true
    event.notifiedBy = waiter.notifiedBy
    if (waiter.isTimed) event.add(waiter.list, 1, 0)
    else event.enabledBy = waiter.notifiedBy
    execution.races.learn(thread.id, waiter.clock)
    return outcome('ok')
  }
  execution.waiters.remove(waiter)
  execution.strikes++
  event.add(waiter.list, 1, 1)
  return outcome('timed-out')
}

function notify(execution: Core, thread: Thread, operation: Operation, event: Event): Outcome {
  const list = listOf(execution, operation, event)
  const { woken, seen } = execution.waiters.notify(
    list,
    operation.first as number,
    execution.length,
    execution.races.clockOf(thread.id),
  )
  event.add(list, 1, woken.length > 0 ? 1 : 0)
  for (const waiter of seen) lookAtLife(event, waiter.thread.life)
  for (const waiter of woken) if (waiter.promise !== undefined) post(execution, waiter, event)
  return outcome(woken.length)
}

/** Puts the outcome of a `waitAsync` into the mailbox of the agent that waits for it. */
function post(execution: Core, waiter: Waiter, event: Event): void {
  const box = execution.mailboxes.get(waiter.thread)
  if (box === undefined) execution.mailboxes.set(waiter.thread, [waiter])
  else box.push(waiter)
  event.add(mailboxOf(execution, waiter.thread), 1, 1)
  if (waiter.notifiedBy < 0) waiter.notifiedBy = execution.length
}

function waitAsync(execution: Core, thread: Thread, operation: Operation, event: Event): Outcome {
  const value = read(execution, thread, operation, event)
  listOf(execution, operation, event)
  if (value !== operation.first) return outcome({ async: false, value: 'not-equal' })
  if (operation.timeoutMs === 0) return outcome({ async: false, value: 'timed-out' })
  const promise = new ModelPromise()
  thread.awaitedFromOutside++
  const waiter = enqueue(execution, thread, operation, event, promise)
  if (waiter.isTimed)
    execution.start(`timeout of ${thread.name}`, timer(waiter), { parent: thread, agent: thread })
  return outcome({ async: true, value: promise })
}

/**
 * The clock that may time a `waitAsync` out: a thread of one step, which can strike at any moment
 * from the end of the job that began to wait.
 */
function* timer(waiter: Waiter): Generator<unknown, void, unknown> {
  state.pending.event(OP.settle, waiter.place, waiter)
  yield STEP
}

function strike(execution: Core, timer: Thread, waiter: Waiter, event: Event): Outcome {
  event.enabledBy = timer.canStrikeAfter
  lookAt(execution, waiter.list, event)
  if (waiter.state !== 'waiting') {
    event.notifiedBy = waiter.notifiedBy
    event.add(waiter.list, 1, 0)
    return outcome(undefined)
  }
  waiter.state = 'timed-out'
  if (waiter.isCounted) execution.strikes++
  execution.waiters.remove(waiter)
  event.add(waiter.list, 1, 1)
  post(execution, waiter, event)
  return outcome(undefined)
}

/** An agent with nothing else to run takes the oldest outcome out of its mailbox. */
function deliver(execution: Core, thread: Thread, operation: Operation, event: Event): Outcome {
  const waiter = execution.mailboxes.get(thread)!.shift()!
  operation.second = undefined
  // It has no place of its own: what goes on is what began to wait.
  operation.place = waiter.place
  event.place = waiter.place
  // It takes the oldest, so it does not matter what else is put in, before or after.
  event.enabledBy = waiter.notifiedBy
  event.hasEffect = true
  if ('take' in waiter) {
    operation.second = waiter.take(event)
    return outcome(undefined)
  }
  thread.awaitedFromOutside--
  execution.races.learn(thread.id, waiter.clock)
  const before = state.thread
  state.thread = thread
  waiter.promise!.resolve(waiter.state === 'notified' ? 'ok' : 'timed-out')
  state.thread = before
  return outcome(undefined)
}
