import { casesOf, missingDiagram } from '@smpnet/fsm'
import { Interrupt, type Address } from '@smpnet/memory'
import { FOREVER, PARK, WOKEN, YIELD } from '@smpnet/park'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  ANY_CPU,
  DONE,
  DROPPED,
  netstatQ,
  type Protocol,
  QUEUED,
  WAIT,
  WORKSTREAM_STATE,
} from '../src/index.ts'
import { netisrByHand, noting, workerOf } from './by-hand.ts'

/** The workstream in which a packet of flow `flow` and source `source` ends. */
function streamOf(more: Partial<Protocol>, flow: number, source: number, cpu = 0): number {
  const world = netisrByHand({ threads: 'all', dispatch: 'deferred' })
  world.netisr.register(noting(more).protocol)
  expect(world.netisr.tryDispatch(world.td(cpu), 1, source, world.packet(flow))).toBe(QUEUED)
  return world.netisr.statistics().workstreams.findIndex(({ works }) => works[0]!.length === 1)
}

describe('A packet belongs to the workstream', () => {
  it.each([
    ['of its source', {}, 7, 5, 1],
    ['of its flow', { policy: 'flow' as const }, 7, 5, 3],
    ['of its flow, which may have the highest bit', { policy: 'flow' as const }, -1, 5, 3],
    ['of its source if it has no flow', { policy: 'flow' as const }, 0, 5, 1],
    ['of the flow that a function finds', { policy: 'flow' as const, flow: () => 6 }, 0, 5, 2],
    ['of the CPU that a function names', { policy: 'cpu' as const, cpu: () => 6 }, 7, 5, 2],
    ['of its source if any CPU will do', { policy: 'cpu' as const, cpu: () => ANY_CPU }, 7, 5, 1],
  ])('%s', (_name, more, flow, source, stream) => {
    expect(streamOf(more, flow, source)).toBe(stream)
  })

  it('of the CPU on which it came if any will do, and is handled there under hybrid', () => {
    const world = netisrByHand({ threads: 'all', dispatch: 'hybrid' })
    const { taken, protocol } = noting({ policy: 'cpu', cpu: () => ANY_CPU })
    world.netisr.register(protocol)
    const packet = world.packet()
    expect(world.netisr.tryDispatch(world.td(2), 1, 5, packet)).toBe(DONE)
    expect(taken).toEqual([packet])
    expect(world.netisr.statistics().workstreams[2]!.works[0]!.hybridDispatched).toBe(1)
  })
})

describe('Direct dispatch', () => {
  it('runs the handler in the caller’s thread, whatever the packet’s workstream', () => {
    const world = netisrByHand()
    const { taken, protocol } = noting()
    world.netisr.register(protocol)
    const packet = world.packet()
    expect(world.netisr.tryDispatch(world.td(3), 1, 0, packet)).toBe(DONE)
    expect(taken).toEqual([packet])
    const { workstreams, elsewhere } = world.netisr.statistics()
    expect(workstreams[0]!.works[0]!.handled).toBe(0)
    expect(elsewhere).toMatchObject([{ id: -1, cpu: 3, works: [{ dispatched: 1, handled: 1 }] }])
  })

  it('says WAIT, having done nothing, when the handler would wait', () => {
    const world = netisrByHand()
    const packet = world.packet()
    const { taken, protocol } = noting({}, [packet])
    world.netisr.register(protocol)
    const td = world.td()
    expect(world.netisr.tryDispatch(td, 1, 0, packet)).toBe(WAIT)
    expect(world.netisr.statistics().workstreams[0]!.works[0]!.dispatched).toBe(0)
    expect(world.netisr.dispatch(td, 1, 0, packet).next()).toEqual({ done: true, value: DONE })
    expect(taken).toEqual([packet])
  })
})

describe('Hybrid dispatch', () => {
  const hybrid = () => {
    const world = netisrByHand({ dispatch: 'hybrid', threads: 'all' })
    return { ...world, td0: world.td() }
  }

  it('queues what comes while it handles a packet, and leaves it to the worker', () => {
    const { netisr, packet, td0 } = hybrid()
    const inner = packet()
    const outcomes: number[] = []
    const handler = {
      tryInput(_td: unknown, one: Address): boolean {
        if (one !== inner) outcomes.push(netisr.tryDispatch(td0, 1, 0, inner))
        return true
      },
      *input() {},
    }
    netisr.register({ number: 1, name: 'ether', handler })
    expect(netisr.tryDispatch(td0, 1, 0, packet())).toBe(DONE)
    expect(outcomes).toEqual([QUEUED])
    expect(netisr.statistics().workstreams[0]).toMatchObject({ state: 'SCHEDULED' })
  })

  it('handles no packet of another CPU, nor one while others wait', () => {
    const { netisr, packet, td0 } = hybrid()
    netisr.register(noting().protocol)
    expect(netisr.tryDispatch(td0, 1, 1, packet())).toBe(QUEUED)
    expect(netisr.tryQueue(td0, 1, 0, packet())).toBe(QUEUED)
    expect(netisr.tryDispatch(td0, 1, 0, packet())).toBe(QUEUED)
  })

  it('lets the workstream go when the handler throws, or would wait', () => {
    const { netisr, packet, td0 } = hybrid()
    const waits = packet()
    const handler = {
      tryInput(_td: unknown, one: Address): boolean {
        if (one === waits) return false
        throw new Error('broken')
      },
      *input() {},
    }
    netisr.register({ number: 1, name: 'ip', handler })
    expect(() => netisr.tryDispatch(td0, 1, 0, packet())).toThrow('broken')
    expect(netisr.tryDispatch(td0, 1, 0, waits)).toBe(WAIT)
    expect(() => netisr.dispatch(td0, 1, 0, packet()).next()).toThrow('broken')
    expect(td0.pins).toBe(0)
    const { state, works } = netisr.statistics().workstreams[0]!
    expect([state, works[0]!.handled]).toEqual(['IDLE', 0])
  })
})

describe('A queue', () => {
  it('gives back what does not fit, and counts it', () => {
    const { netisr, td, packet } = netisrByHand()
    netisr.register(noting({ limit: 2 }).protocol)
    const outcomes = [1, 2, 3].map(() => netisr.tryQueue(td(), 1, 0, packet()))
    expect(outcomes).toEqual([QUEUED, QUEUED, DROPPED])
    const [work] = netisr.statistics().workstreams[0]!.works
    expect(work).toMatchObject({ length: 2, watermark: 2, drops: 1, queued: 2 })
    netisr.setLimit(1, 3)
    expect(netisr.tryQueue(td(), 1, 0, packet())).toBe(QUEUED)
    expect(() => netisr.setLimit(1, 0)).toThrow('limit of ip: expected a whole number from 1')
  })

  it('is filled from interrupts of CPUs that take part', () => {
    const { netisr, packet, lotOf } = netisrByHand()
    netisr.register(noting().protocol)
    const irq = new Interrupt(2)
    expect(() => netisr.queueNow(irq, 1, 0, packet())).toThrow('was started or attached')
    netisr.attach({ id: 2, lot: lotOf(2) })
    expect(netisr.queueNow(irq, 1, 0, packet())).toBe(QUEUED)
  })
})

describe('A worker', () => {
  it('is woken once, by the first packet, and by none while it runs', () => {
    const world = netisrByHand()
    const { netisr, waker, packet, td } = world
    const waits = [packet(), packet()]
    const { taken, protocol } = noting({}, waits)
    const handler = {
      ...protocol.handler,
      *input() {
        yield YIELD
      },
    }
    netisr.register({ ...protocol, handler })
    const [worker, sender] = [td(), td(1)]
    const body = workerOf(world, netisr, worker)
    expect(body.next(WOKEN).value).toBe(PARK)
    expect(worker.limit).toBe(FOREVER)
    for (const one of [...waits, packet()]) netisr.tryQueue(sender, 1, 0, one)
    expect(waker.wakes).toBe(1)
    expect(body.next(WOKEN).value).toBe(YIELD)
    const late = packet()
    expect(netisr.statistics().workstreams[0]!.state).toBe('RUNNING')
    expect(netisr.tryQueue(sender, 1, 0, late)).toBe(QUEUED)
    expect(waker.wakes).toBe(1)
    expect(body.next(WOKEN).value).toBe(YIELD)
    expect(body.next(WOKEN).value).toBe(PARK)
    expect(taken.at(-1)).toBe(late)
    const [work] = netisr.statistics().workstreams[0]!.works
    expect(work).toMatchObject({ queued: 4, handled: 4, length: 0 })
  })

  it('gives its equals a turn after 64 packets', () => {
    const world = netisrByHand()
    const { netisr, packet, td } = world
    const { taken, protocol } = noting()
    netisr.register(protocol)
    const body = workerOf(world, netisr, td())
    const sender = td(1)
    for (let i = 0; i < 100; i++) netisr.tryQueue(sender, 1, 0, packet())
    expect(body.next(WOKEN).value).toBe(YIELD)
    expect(taken.length).toBe(64)
    expect(body.next(WOKEN).value).toBe(PARK)
    expect(taken.length).toBe(100)
  })
})

it('Statistics print as netstat -Q prints them', () => {
  const { netisr, td, packet } = netisrByHand({ threads: 2, bind: true })
  netisr.register(noting({ policy: 'flow', flow: () => 1 }).protocol)
  netisr.register(noting({ number: 5, name: 'ether', policy: 'cpu', cpu: () => 0 }).protocol)
  netisr.register(noting({ number: 6, name: 'ipv6', dispatch: 'deferred', limit: 20 }).protocol)
  for (const cpu of [0, 0, 3]) netisr.tryDispatch(td(cpu), 1, 0, packet())
  netisr.tryQueue(td(), 6, 1, packet())
  expect(netstatQ(netisr.statistics())).toBe(
    [
      'Configuration:',
      'Setting                        Current        Limit',
      'Thread count                         2            4',
      'Default queue limit                256        10240',
      'Dispatch policy                 direct          n/a',
      'Threads bound to CPUs          enabled          n/a',
      '',
      'Protocols:',
      'Name   Proto QLimit Policy Dispatch Flags',
      'ip         1    256   flow  default   --F',
      'ether      5    256    cpu  default   C--',
      'ipv6       6     20 source deferred   ---',
      '',
      'Workstreams:',
      "WSID CPU   Name     Len WMark   Disp'd  HDisp'd   QDrops   Queued  Handled",
      '   0   0   ip         0     0        2        0        0        0        2',
      '   0   0   ether      0     0        0        0        0        0        0',
      '   0   0   ipv6       0     0        0        0        0        0        0',
      '   1   1   ip         0     0        0        0        0        0        0',
      '   1   1   ether      0     0        0        0        0        0        0',
      '   1   1   ipv6       1     1        0        0        0        1        0',
      '   -   3   ip         0     0        1        0        0        0        1',
      '   -   3   ether      0     0        0        0        0        0        0',
      '   -   3   ipv6       0     0        0        0        0        0        0',
      '',
    ].join('\n'),
  )
})

describe('The states of a workstream', () => {
  const cases = casesOf(WORKSTREAM_STATE).filter(({ expected }) => expected !== undefined)

  it('never become IDLE with something pending', () => {
    const idle = cases.filter(({ expected }) => expected!.next === 'IDLE')
    const pending = idle.filter(({ event, held }) => event === 'queue' || held.isPending)
    // A worker that was woken for nothing changes nothing; nothing is pending when IDLE.
    expect(new Set(pending.map(({ event }) => event))).toEqual(new Set(['work']))
  })

  it('let packets be handled from IDLE and SCHEDULED, and by the worker that runs', () => {
    const handling = cases.filter(({ expected }) => expected!.actions.includes('handle'))
    const ways = handling.map(({ state, event }) => `${state} ${event}`)
    expect(new Set(ways)).toEqual(new Set(['IDLE dispatch', 'SCHEDULED work', 'RUNNING done']))
  })

  it('are in the README as the table has them', () => {
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    expect(missingDiagram(readme, WORKSTREAM_STATE)).toBe('')
  })
})
