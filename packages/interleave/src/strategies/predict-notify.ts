import type { Access, Event } from '../engine/event.ts'
import type { Execution } from '../engine/execution.ts'
import { firstLiving } from '../engine/waiters.ts'
import { mailboxOf } from '../engine/waiting.ts'
import { OP } from '../runtime/operation.ts'
import type { State } from './planned-state.ts'

/** A waiter in a list, and the step by which it came there. */
interface Queued {
  readonly thread: number
  readonly since: number
}

/**
 * What a notify would come to where threads die: which waiters it would find, who of them lives,
 * and whose mailboxes it would put something into. The list is made up anew from the steps of the
 * state, which do the same there as they did in the execution.
 */
export function predictNotifyAmongDead(
  execution: Execution,
  event: Event,
  access: Access,
  { before, others }: State,
): Access {
  const dead = new Set<number>()
  let queue: Queued[] = []
  const notify = (count: number) => firstLiving(queue, count, ({ thread }) => !dead.has(thread))
  const add = (index: number): void => {
    const made = execution.event(index)
    if (made.kind === OP.die) dead.add((made.asked.first as { id: number }).id)
    else if (made.list !== event.list) return
    else if (made.kind === OP.notify) {
      const { woken } = notify(made.asked.first as number)
      queue = queue.filter((one) => !woken.includes(one))
    } else if (made.kind === OP.wait || made.kind === OP.waitAsync) {
      if (isQueueing(made)) queue.push({ thread: made.thread, since: index })
    } else if (made.notifiedBy < 0) queue = queue.filter((one) => !isEnded(execution, one, made))
  }
  for (let i = 0; i < before; i++) add(i)
  for (const index of others) add(index)
  return accessOfNotify(execution, event, access, notify(event.asked.first as number))
}

function isQueueing({ list, size, objects, changed }: Event): boolean {
  return objects.some((object, i) => i < size && object === list && changed[i] !== 0)
}

/** Whether it is the wait that has timed out. */
function isEnded(execution: Execution, { thread, since }: Queued, made: Event): boolean {
  if (made.kind === OP.settle) return execution.threads[made.thread]!.origin === since
  return thread === made.thread && execution.event(since).kind === OP.wait
}

function accessOfNotify(
  execution: Execution,
  { list }: Event,
  { thread }: Access,
  { woken, seen }: { woken: readonly Queued[]; seen: readonly Queued[] },
): Access {
  const own = execution.threads[thread]!.life
  const lives = new Set([own, ...seen.map((one) => execution.threads[one.thread]!.life)])
  lives.delete(-1)
  const boxes = woken
    .filter(({ since }) => execution.event(since).kind === OP.waitAsync)
    .map((one) => mailboxOf(execution, execution.threads[one.thread]!))
  const objects = [list, ...boxes, ...lives]
  const changed = [woken.length > 0 ? 1 : 0, ...boxes.map(() => 1), ...[...lives].map(() => 0)]
  return { thread, size: objects.length, objects, touched: objects.map(() => 1), changed }
}
