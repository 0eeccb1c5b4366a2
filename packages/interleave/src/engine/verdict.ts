import { OP } from '../runtime/operation.ts'
import type { Failure } from './failure.ts'
import type { Core } from './core.ts'
import type { Event } from './event.ts'
import type { Thread } from './thread.ts'

/** How an execution ended that no thread could continue. */
export type Ending =
  /** All threads ran to their ends. */
  | 'complete'
  /** Some are stuck, and that is wrong. */
  | 'stuck'
  /** Some are stuck, which the program accepts. */
  | 'accepted'
  /** Some wait for what has happened already: another execution shows how they go on. */
  | 'redundant'

/** Says how the execution ended, and adds the failure if threads are stuck. */
export function conclude(execution: Core): Ending {
  const stuck = execution.threads.filter(
    (t): t is Thread => t?.status === 'running' && !isQuiet(t),
  )
  if (stuck.length === 0) return 'complete'
  const looping = stuck.filter(({ operation }) => operation.kind === OP.spin)
  if (looping.some((thread) => execution.canResume(thread))) return 'redundant'
  // When a thread has failed, that is what is wrong, and not that others wait for it.
  if (execution.threads.some((thread) => thread?.status === 'failed')) return 'stuck'
  if (execution.accepted.some((isAccepted) => isAccepted())) return 'accepted'
  execution.fail(
    looping.length > 0 ? livelock(execution, stuck, looping) : asleep(execution, stuck),
  )
  return 'stuck'
}

/** Whether nothing is left for the thread to do unless a message comes, for which it may wait. */
function isQuiet({ operation: { kind, first } }: Thread): boolean {
  return kind === OP.arrive || kind === OP.settle || (kind === OP.idle && first === false)
}

function livelock(execution: Core, stuck: Thread[], looping: Thread[]): Failure {
  const [thread] = looping
  const others = stuck.filter((other) => !looping.includes(other))
  const rest = others.length === 0 ? '' : `; ${list(others)} cannot go on either`
  const verb = looping.length === 1 ? 'goes' : 'go'
  return {
    kind: 'livelock',
    message: `${list(looping)} ${verb} round in a loop that nobody will end${rest}`,
    thread: thread!.id,
    place: execution.event(thread!.lastEvent)?.place ?? thread!.operation.place,
  }
}

/** Sleeping is a lost wakeup if what was waited for has come about, or was announced too early. */
function asleep(execution: Core, stuck: Thread[]): Failure {
  for (const thread of stuck) {
    const waiter = execution.sleeping.get(thread)
    if (thread.operation.kind !== OP.wake || waiter === undefined) continue
    const { view, index, first } = thread.operation
    const now = (view as unknown as Record<number, unknown>)[index]
    const isOver = now !== first
    const missed = execution.waiters.missed(waiter.list)
    if (!isOver && !missed.some((notify) => isNews(execution, thread, notify))) continue
    const why = isOver
      ? `it waits while the value is ${String(first)}, which is ${String(now)} now`
      : 'a notify came before it waited, and found nobody'
    const message = `${thread.name} is not woken: ${why}`
    return { kind: 'lost-wakeup', message, thread: thread.id, place: thread.operation.place }
  }
  const [thread] = stuck
  const what = stuck.map((t) => `${t.name} ${activity(t)}`).join(', ')
  const message = `nobody can go on: ${what}`
  return { kind: 'deadlock', message, thread: thread!.id, place: thread!.operation.place }
}

/**
 * Whether a notify that found nobody was about something that the thread, which waits, had not seen
 * before it began to. A thread that has looked at the word after the change which the notify is
 * about has missed nothing. Executions that differ in the order of independent steps agree on that,
 * while a look may come before the notify in one of them and after it in another.
 */
function isNews(execution: Core, thread: Thread, notify: number): boolean {
  const wait = execution.event(thread.lastEvent)
  const { thread: notifier } = execution.event(notify)
  const [word, bytes] = [wait.objects[0]!, wait.touched[0]!]
  const meets = (event: Event, masks: readonly number[]): boolean =>
    event.size > 0 && event.objects[0] === word && (masks[0]! & bytes) !== 0
  let change = notify
  while (change >= 0) {
    const event = execution.event(change)
    if (event.thread === notifier && meets(event, event.changed)) break
    change--
  }
  if (change < 0) return true
  for (let i = change + 1; i < thread.lastEvent; i++) {
    const event = execution.event(i)
    if (event.thread === thread.id && meets(event, event.touched)) return false
  }
  return true
}

function activity({ operation }: Thread): string {
  if (operation.kind === OP.wake) return 'waits to be notified'
  if (operation.kind === OP.join) return `joins ${(operation.first as Thread).name}`
  if (operation.isAwaited) return `awaits ${String(operation.first)} at [${operation.index}]`
  return 'awaits a promise that nobody settles'
}

function list(threads: readonly Thread[]): string {
  return threads.map(({ name }) => name).join(' and ')
}
