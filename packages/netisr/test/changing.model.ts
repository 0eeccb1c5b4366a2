import '@smpnet/interleave/vitest'
import { explore } from '@smpnet/interleave'
import { budget, expectToHold, timely, whole } from '@smpnet/testing/models'
import { afterEach, describe, expect, it } from 'vitest'
import type { Netisr } from '../src/index.ts'
import { Effective } from '../src/protocols/effective.ts'
import { Buckets } from '../src/routing/buckets.ts'
import { Choice } from '../src/routing/choice.ts'
import { Workstream } from '../src/workstream/workstream.ts'
import { dispatches, LAST, modelWorld, queues, sendAll, type WorldOptions } from './model-world.ts'

type Bounds = typeof budget

/**
 * What is changed while packets are on their way: the dispatch, the place of a flow, the limit of a
 * queue. The handlers of the world find out packets out of order, and two that are handled at once.
 */
const world = (options: Omit<WorldOptions, 'senders'> & { senders?: number }) =>
  modelWorld({ senders: 2, lasts: 1, ...options })

const undo: (() => void)[] = []

/** Plants a fault: a method that does something else, until the test has ended. */
function plant<C, K extends keyof C>(of: C, method: K, fault: C[K]): void {
  const right = of[method]
  undo.push(() => (of[method] = right))
  of[method] = fault
}

afterEach(() => {
  for (const one of undo.splice(0)) one()
})

/** A sender dispatches two packets and queues the last, while another CPU switches the dispatch. */
function switching(
  name: string,
  from: 'deferred' | 'hybrid',
  to: 'direct' | 'deferred' | 'hybrid',
  limits = whole,
) {
  return explore({ name, ...limits }, ({ thread, after }) => {
    const { senders, runWorker, lastOf } = world({
      packets: 2,
      shape: { dispatch: from, threads: 1 },
    })
    thread('worker', runWorker)
    thread('sender', () => sendAll(senders[0]!, 2, dispatches.section, queues.section))
    thread('switch', () => senders[1]!.netisr.setDefaultDispatch(to))
    after(() => expect(lastOf(0)).toBe(LAST))
  })
}

/** The same to direct dispatch, by a CPU that sends, too, by which the draining may end. */
function switchingToTheEnd(name: string, more: Partial<Bounds> = {}) {
  return explore({ name, ...more }, ({ thread, acceptsStuck }) => {
    const { senders, runWorker, lastOf } = world({
      packets: 1,
      lasts: 0,
      shape: { dispatch: 'deferred', threads: 1 },
    })
    thread('worker', runWorker)
    thread('sender', () => sendAll(senders[0]!, 1, dispatches.section))
    thread('switch', () => {
      senders[1]!.netisr.setDefaultDispatch('direct')
      dispatches.section(senders[1]!, senders[1]!.packet(1))
    })
    acceptsStuck(() => lastOf(0) === LAST && lastOf(1) === 1)
  })
}

describe('Under every schedule, nothing overtakes while the dispatch is switched', () => {
  it.each([
    ['deferred', 'direct'],
    ['hybrid', 'direct'],
    ['deferred', 'hybrid'],
    ['hybrid', 'deferred'],
  ] as const)('from %s to %s', (from, to) => {
    expectToHold(switching(`from ${from} to ${to}`, from, to, timely))
  })

  it('to its end', () => {
    const result = switchingToTheEnd('to the end of draining', budget)
    console.log(result.summary)
    expectToHold(result)
  })
})

describe('A switch is found out', () => {
  it('when direct dispatch does not wait for what was queued before', () => {
    plant(Effective.prototype, 'change', function (this: Effective, dispatch) {
      this.begin(dispatch)
    })
    expect(switching('no draining', 'deferred', 'direct')).toFailWith('exception', 'came after')
  })

  it('when the dispatch is not asked again under the lock', () => {
    plant(Choice.prototype, 'belongsTo', () => true)
    expect(switchingToTheEnd('stale dispatch')).toFailWith('data-race')
  })
})

/** Two workers; a flow goes to the first, and is wished to the second by another CPU. */
function moving(name: string, change: (netisr: Netisr) => void, more: Partial<Bounds> = {}) {
  return explore({ name, ...more }, ({ thread, acceptsStuck }) => {
    const { senders, workers, lastOf } = world({
      packets: 1,
      lasts: 0,
      policy: 'flow',
      shape: { dispatch: 'deferred', threads: 2, buckets: 1, pins: 1 },
    })
    workers.forEach((run, i) => thread(`worker ${i}`, run))
    thread('sender', () => sendAll(senders[0]!, 1, queues.section))
    thread('mover', () => change(senders[1]!.netisr))
    // A worker that gets nothing more sleeps on.
    acceptsStuck(() => lastOf(0) === LAST)
  })
}

const steered = (netisr: Netisr): void => netisr.steerFlow(1, 1)
const pinned = (netisr: Netisr): void => netisr.pinFlow(1, 1)

describe('Under every schedule, a flow keeps its order', () => {
  it('while it is steered', () => {
    const result = moving('while it is steered', steered, timely)
    console.log(result.summary)
    expectToHold(result)
  })

  it('while it is pinned', () => {
    const result = moving('while it is pinned', pinned, budget)
    console.log(result.summary)
    expectToHold(result)
  })
})

describe('A flow that moves is found out', () => {
  it('when it leaves packets behind', () => {
    plant(Workstream.prototype, 'isCleared', () => true)
    expect(moving('left behind', steered)).toFailWith('data-race')
  })

  it('when a sender does not see that it was pinned', () => {
    plant(Buckets.prototype, 'version', () => 0)
    expect(moving('unseen pin', pinned)).toFailWith('data-race')
  })
})

/** A queue for one packet, and a CPU that lets it grow, while a sender sends two. */
function growing(name: string, more: Partial<Bounds> = {}) {
  return explore({ name, ...more }, ({ thread, after }) => {
    const { senders, runWorker, lastOf, netisr } = world({ packets: 1, limit: 1 })
    thread('worker', runWorker)
    thread('sender', () => sendAll(senders[0]!, 1, queues.section))
    thread('growth', () => senders[1]!.netisr.setLimit(1, 2))
    after(() => {
      const [work] = netisr.statistics().workstreams[0]!.works
      expect([lastOf(0), work!.handled]).toEqual([LAST, work!.queued])
    })
  })
}

/** The workers tell that a queue is drained, while a sender goes on. */
function draining(name: string, more: Partial<Bounds> = {}, hook: 'told' | 'hasty' = 'told') {
  return explore({ name, ...more }, ({ thread, acceptsStuck }) => {
    const { senders, runWorker, lastOf, isUndrained } = world({ packets: 1, lasts: 0, hook })
    thread('worker', runWorker)
    thread('sender', () => sendAll(senders[0]!, 1, queues.section))
    acceptsStuck(() => lastOf(0) === LAST && !isUndrained())
  })
}

describe('Under every schedule', () => {
  it.each([
    ['a queue that grows loses nothing', growing],
    ['each packet is followed by word that the queue is drained', draining],
  ] as const)('%s', (name, model) => {
    const result = model(name, timely)
    console.log(result.summary)
    expectToHold(result)
  })
})

it('A worker is found out that tells before it has handled', () => {
  expect(draining('hasty word', {}, 'hasty')).toFailWith('deadlock')
})
