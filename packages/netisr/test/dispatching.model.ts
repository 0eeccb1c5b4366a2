import '@smpnet/interleave/vitest'
import { explore } from '@smpnet/interleave'
import { expectToHold, timely, whole } from '@smpnet/testing/models'
import { afterEach, describe, expect, it } from 'vitest'
import { DONE, WORKSTREAM_STATE } from '../src/index.ts'
import { WORKSTREAM } from '../src/shape/netisr-layout.ts'
import { type WorkstreamEvent } from '../src/workstream/state-table.ts'
import { Workstream } from '../src/workstream/workstream.ts'
import { dispatches, LAST, modelWorld, queues, type Send, sendAll } from './model-world.ts'

/**
 * Hybrid dispatch on CPU 0 against the worker, which handles what CPU 0 and perhaps another queue.
 * The last packet of each sender is queued, so that the worker knows when all is over.
 */
function against(
  name: string,
  dispatchOf: () => Send,
  packets: number,
  others: readonly Send[] = [],
  limits = whole,
) {
  let dispatched = 0
  const result = explore({ name, ...limits }, ({ thread, after }) => {
    const shape = { dispatch: 'hybrid', threads: 1 } as const
    const options = { senders: 1 + others.length, packets, shape }
    const { senders, runWorker, lastOf, netisr } = modelWorld(options)
    const dispatch = dispatchOf()
    let own = 0
    const counting: Send = (sender, packet) => {
      const outcome = dispatch(sender, packet)
      if (outcome === DONE) own++
      return outcome
    }
    thread('worker', runWorker)
    thread('dispatcher', () => sendAll(senders[0]!, packets, counting, queues.section))
    others.forEach((send, i) => {
      thread(`sender ${i + 1}`, () => sendAll(senders[i + 1]!, 0, send))
    })
    after(() => {
      senders.forEach((_, i) => expect(lastOf(i)).toBe(LAST))
      const { works, state } = netisr.statistics().workstreams[0]!
      expect(state).toBe('IDLE')
      expect(works[0]).toMatchObject({ hybridDispatched: own, handled: packets + senders.length })
      dispatched += own
    })
  })
  return { result, dispatched }
}

/** Queues every other packet, from the first on, and dispatches the rest. */
function mixed(): Send {
  let sent = 0
  return (sender, packet) => {
    const send = sent++ % 2 === 0 ? queues.section : dispatches.section
    return send(sender, packet)
  }
}

/** One packet is dispatched, and another queued, after which nothing more comes. */
function closing(name: string) {
  return explore({ name }, ({ thread, after }) => {
    const shape = { dispatch: 'hybrid', threads: 1 } as const
    const { senders, runWorker, lastOf } = modelWorld({ senders: 2, packets: 1, lasts: 1, shape })
    thread('worker', runWorker)
    thread('dispatcher', () => dispatches.section(senders[0]!, senders[0]!.packet(1)))
    thread('sender', () => sendAll(senders[1]!, 0, queues.section))
    after(() => expect([lastOf(0), lastOf(1)]).toEqual([1, LAST]))
  })
}

type Step = (event: number) => number
const prototype = Workstream.prototype as unknown as { step: Step }
const { step } = prototype

/** Plants a fault in the table: `event` in `state` leads to `next`, and the caller may handle. */
function plant(state: number, event: WorkstreamEvent, next: number, actions: number): void {
  prototype.step = function (this: Workstream, came: number): number {
    const at = this.at + WORKSTREAM.offset.state
    if (came !== WORKSTREAM_STATE.event[event] || this.memory.load(at) !== state)
      return step.call(this, came)
    this.memory.store(at, next)
    return actions
  }
}

afterEach(() => {
  prototype.step = step
})

function sends(dispatch?: Send): () => Send {
  return dispatch === undefined ? mixed : () => dispatch
}

describe('Under every schedule, hybrid dispatch', () => {
  it.each([
    ['in a thread', dispatches.thread, 1, []],
    ['in a section', dispatches.section, 1, []],
    ['of two packets', dispatches.section, 2, []],
    ['of packets among others that are queued', undefined, 3, []],
    ['in a thread, while another CPU queues', dispatches.thread, 1, [queues.section]],
    ['in a section, while an interrupt queues', dispatches.section, 1, [queues.interrupt]],
  ] as const)('%s overtakes nothing, and excludes the worker', (name, dispatch, packets, more) => {
    const limits = packets > 2 ? timely : whole
    const { result, dispatched } = against(
      `hybrid ${name}`,
      sends(dispatch),
      packets,
      more,
      limits,
    )
    expectToHold(result)
    expect(dispatched).toBeGreaterThan(0)
  })
})

it('Under every schedule, a dispatcher sees to it that what came meanwhile is handled', () => {
  const result = closing('hybrid, and nothing more')
  console.log(result.summary)
  expect(result).toHold()
})

describe('A workstream is found out', () => {
  const { IDLE, SCHEDULED, RUNNING, DISPATCHING } = WORKSTREAM_STATE.state
  const { handle } = WORKSTREAM_STATE.action

  it('when a dispatcher overtakes what was queued', () => {
    plant(SCHEDULED, 'dispatch', DISPATCHING, handle)
    const { result } = against('overtaking', mixed, 2)
    expect(result).toFailWith('exception', 'packet 1 came after packet 2')
  })

  it('when a dispatcher handles while the worker does', () => {
    plant(RUNNING, 'dispatch', RUNNING, handle)
    const { result } = against('not exclusive', sends(dispatches.section), 2, [queues.section])
    expect(result).toFailWith('exception', "takes no event 'done'")
  })

  it('when a dispatcher leaves what came meanwhile', () => {
    plant(DISPATCHING, 'done', IDLE, 0)
    expect(closing('leaving')).toFailWith('deadlock')
  })
})
