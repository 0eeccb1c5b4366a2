import { breakFrom, holderOf } from '@smpnet/memory'
import type { Parking, Waiting } from '@smpnet/park'
import { WORKSTREAM } from '../shape/netisr-layout.ts'
import { WORKSTREAM_STATE } from './state-table.ts'
import type { StreamWords } from './stream-words.ts'

const { SCHEDULED, DISPATCHING } = WORKSTREAM_STATE.state
const { queue: QUEUE, done: IS_DONE } = WORKSTREAM_STATE.event
const { lock: LOCK, state: STATE, pending: PENDING } = WORKSTREAM.offset
const { asleep: ASLEEP, dispatcher: DISPATCHER } = WORKSTREAM.offset

/**
 * Ends what the thread of that number had begun in a workstream, which has ended: an append, a
 * dispatch. What is queued there the worker sees to, and is woken for. For threads that were no
 * worker, and for one undertaker after the other. After the burial in the lot. `mendRest` mends
 * what else the lock protects.
 */
export function* buryIn(
  stream: StreamWords,
  lot: Parking,
  thread: number,
  mendRest: () => void,
): Waiting {
  const { memory, at } = stream
  const ended = holderOf(thread)
  breakFrom(memory, at + LOCK, ended, () => {
    mendRest()
    mend(stream)
  })
  yield* stream.lock()
  if (memory.load(at + STATE) === DISPATCHING && memory.read(at + DISPATCHER) === ended) {
    stream.step(IS_DONE)
  }
  const mayRun = memory.load(at + STATE) === SCHEDULED
  stream.unlock()
  // The dead may have signalled the worker and not woken it: it looks again, if in vain.
  if (mayRun) yield* lot.unpark(at, 1)
}

/** Makes what the lock protects whole again: each word by the one that is written before it. */
function mend(stream: StreamWords): void {
  const { memory, at, queues } = stream
  let pending = 0
  for (const [protocol, queue] of queues.entries()) {
    queue.mend()
    if (!queue.isEmpty()) pending |= 1 << protocol
  }
  memory.write(at + PENDING, pending)
  if (pending !== 0) stream.step(QUEUE)
  if (memory.load(at + STATE) === SCHEDULED) memory.store(at + ASLEEP, 0)
}
