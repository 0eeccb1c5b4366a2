import { describe, expect, it } from 'vitest'
import { WOKEN } from '@smpnet/park'
import { DONE, DROPPED, QUEUED, WAIT } from '../src/index.ts'
import { type ByHand, netisrByHand, noting, workerOf } from './by-hand.ts'

/** All that waits for the worker of CPU 0 is handled. */
function handle(world: ByHand): void {
  workerOf(world, world.netisr, world.td()).next(WOKEN)
}

describe('The dispatch may be switched', () => {
  it('to direct, which begins when what was queued before is handled', () => {
    const world = netisrByHand({ dispatch: 'deferred' })
    const { taken, protocol } = noting()
    const { netisr, packet } = world
    netisr.register(protocol)
    const [sender, packets] = [world.td(), [packet(), packet(), packet()]]
    expect(netisr.tryDispatch(sender, 1, 0, packets[0]!)).toBe(QUEUED)
    netisr.setDefaultDispatch('direct')
    expect(netisr.tryDispatch(sender, 1, 0, packets[1]!)).toBe(QUEUED)
    handle(world)
    expect(netisr.tryDispatch(sender, 1, 0, packets[2]!)).toBe(DONE)
    expect(taken).toEqual(packets)
  })

  it('to direct for workstreams one by one, and again and again', () => {
    const world = netisrByHand({ dispatch: 'deferred', threads: 2 })
    const { netisr, packet } = world
    netisr.register(noting().protocol)
    const sender = world.td()
    expect(netisr.tryDispatch(sender, 1, 0, packet())).toBe(QUEUED)
    netisr.setDefaultDispatch('direct')
    expect(netisr.tryDispatch(sender, 1, 0, packet())).toBe(QUEUED)
    expect(netisr.tryDispatch(sender, 1, 1, packet())).toBe(DONE)
    netisr.setDefaultDispatch('hybrid')
    netisr.setDefaultDispatch('direct')
    expect(netisr.tryDispatch(sender, 1, 0, packet())).toBe(QUEUED)
    handle(world)
    for (const source of [0, 1, 0]) {
      expect(netisr.tryDispatch(sender, 1, source, packet())).toBe(DONE)
    }
    const works = netisr.statistics().workstreams.map((stream) => stream.works[0]!)
    expect(works).toMatchObject([{ queued: 3, dispatched: 4, handled: 7 }, { queued: 0 }])
  })

  it('for one protocol, which then does not follow the default until it is told to', () => {
    const { netisr, td, packet, view } = netisrByHand({ dispatch: 'direct' })
    netisr.register(noting().protocol)
    netisr.setDispatch(1, 'deferred')
    expect(netisr.tryDispatch(td(), 1, 0, packet())).toBe(QUEUED)
    netisr.setDefaultDispatch('hybrid')
    expect(netisr.statistics().protocols[0]!.dispatch).toBe('deferred')
    // Another CPU registers what was registered here, whatever was set since.
    expect(() => view().register(noting().protocol)).not.toThrow()
    netisr.setDispatch(1, 'default')
    expect(netisr.statistics().protocols[0]!.dispatch).toBe('default')
    expect(() => netisr.setDispatch(1, 'fast' as 'direct')).toThrow('expected direct, hybrid')
    expect(() => netisr.setDispatch(2, 'direct')).toThrow('one that this CPU has registered')
  })

  it('not to what starves, unless that is let be', () => {
    const flow = noting({ policy: 'flow' }).protocol
    const { netisr } = netisrByHand({ threads: 1 })
    netisr.register(flow)
    expect(() => netisr.setDispatch(1, 'hybrid')).toThrow('mayStarve lets it be')
    const lenient = netisrByHand({ threads: 1, mayStarve: true }).netisr
    lenient.register(flow)
    expect(() => lenient.setDispatch(1, 'hybrid')).not.toThrow()
  })
})

describe('Flows', () => {
  const flows = () => {
    const world = netisrByHand({ dispatch: 'deferred', threads: 'all', buckets: 8, pins: 2 })
    world.netisr.register(noting({ policy: 'flow' }).protocol)
    const sender = world.td()
    const streamOf = (flow: number): number => {
      const before = world.netisr.statistics().workstreams.map(({ works }) => works[0]!.queued)
      expect(world.netisr.tryDispatch(sender, 1, 0, world.packet(flow))).toBe(QUEUED)
      const { workstreams } = world.netisr.statistics()
      return workstreams.findIndex(({ works }, i) => works[0]!.queued > before[i]!)
    }
    return { ...world, streamOf }
  }

  it('go where their bucket says, and the buckets are spread evenly', () => {
    const { streamOf, netisr } = flows()
    expect([1, 2, 3, 4, 9, -7].map(streamOf)).toEqual([1, 2, 3, 0, 1, 1])
    const { buckets } = netisr.statistics().placement
    expect(buckets.map(({ stream }) => stream)).toEqual([0, 1, 2, 3, 0, 1, 2, 3])
    expect(buckets[1]!.packets).toBe(3)
  })

  it('that are steered follow when none of their packets is left', () => {
    const world = flows()
    const { streamOf, netisr } = world
    expect(streamOf(4)).toBe(0)
    netisr.steerFlow(4, 2)
    expect(streamOf(4)).toBe(0)
    handle(world)
    expect(streamOf(4)).toBe(2)
    expect(streamOf(8)).toBe(0)
    netisr.steerFlow(0, 2)
    netisr.steerFlow(12, 6)
    expect(streamOf(12)).toBe(2)
  })

  it('that are pinned have a place of their own, until they are unpinned', () => {
    const world = flows()
    const { streamOf, netisr } = world
    netisr.pinFlow(4, 3)
    netisr.steerFlow(4, 2)
    expect([streamOf(4), streamOf(12)]).toEqual([3, 2])
    expect(netisr.statistics().placement.pins).toEqual([{ flow: 4, stream: 3 }])
    netisr.pinFlow(4, 0)
    netisr.unpinFlow(4)
    // Its packet is in workstream 3 still.
    expect(streamOf(4)).toBe(3)
    netisr.pinFlow(5, 0)
    expect(() => netisr.pinFlow(6, 0)).toThrow('pins: expected at most 2 flows, came flow 6')
    expect(streamOf(5)).toBe(0)
    handle(world)
    netisr.unpinFlow(5)
    expect(streamOf(5)).toBe(1)
    netisr.pinFlow(6, 0)
    expect(
      netisr
        .statistics()
        .placement.pins.map(({ flow }) => flow)
        .toSorted(),
    ).toEqual([4, 6])
    netisr.unpinFlow(77)
  })

  it('that cannot be pinned are refused with a sentence', () => {
    const { netisr } = flows()
    expect(() => netisr.pinFlow(0, 0)).toThrow('flow: expected a whole number that is not 0')
    expect(() => netisr.pinFlow(1, 4)).toThrow('cpu: expected a whole number from 0 to 3, came 4')
    expect(() => netisrByHand().netisr.pinFlow(1, 0)).toThrow('expected a netisr with buckets')
  })

  it('are balanced by what came since, and stay where they are when that is even', () => {
    const world = flows()
    const { netisr, streamOf } = world
    for (const flow of [4, 4, 4, 4, 8, 8, 8, 1]) streamOf(flow)
    handle(world)
    expect(netisr.balance()).toBeGreaterThan(0)
    const streams = [streamOf(4), streamOf(8)]
    expect(new Set(streams).size).toBe(2)
    netisr.balance()
    expect(netisr.balance()).toBe(0)
  })
})

describe('A worker', () => {
  it('takes what waits for each protocol in turn', () => {
    const world = netisrByHand({ dispatch: 'deferred' })
    const { netisr, packet } = world
    const sender = world.td(1)
    const order: string[] = []
    const handlerOf = (name: string, again: boolean) => ({
      tryInput(): boolean {
        order.push(name)
        // A flood of the first protocol: there is always one more.
        if (again && order.length < 6) netisr.tryDispatch(sender, 1, 0, packet())
        return true
      },
      *input() {},
    })
    netisr.register({ number: 1, name: 'flood', handler: handlerOf('flood', true) })
    netisr.register({ number: 2, name: 'other', handler: handlerOf('other', false) })
    for (const protocol of [1, 2]) netisr.tryDispatch(sender, protocol, 0, packet())
    handle(world)
    expect(order.slice(0, 3)).toEqual(['flood', 'other', 'flood'])
  })

  it('tells a protocol on which CPU its queue is drained, after all that it took', () => {
    const world = netisrByHand({ dispatch: 'deferred' })
    const told: unknown[] = []
    const { taken, protocol } = noting({ drained: (cpu) => told.push([cpu, taken.length]) })
    world.netisr.register(protocol)
    const sender = world.td(1)
    for (let i = 0; i < 3; i++) world.netisr.tryDispatch(sender, 1, 0, world.packet())
    handle(world)
    expect(told).toEqual([[0, 3]])
    expect(world.netisr.statistics().protocols[0]!.hasDrained).toBe(true)
  })

  it('goes on after a handler that throws, if its errors are heard of', () => {
    const heard: unknown[] = []
    const onError = (error: unknown, protocol: string): void => {
      heard.push([(error as Error).message, protocol])
    }
    const world = netisrByHand({ dispatch: 'deferred' }, { onError })
    const { netisr } = world
    let left = 2
    const handler = {
      tryInput(): boolean {
        if (left-- > 0) throw new Error(`broken ${left}`)
        return true
      },
      *input() {},
    }
    netisr.register({ number: 1, name: 'ip', handler })
    const sender = world.td(1)
    for (let i = 0; i < 3; i++) netisr.tryDispatch(sender, 1, 0, world.packet())
    handle(world)
    expect(heard).toEqual([
      ['broken 1', 'ip'],
      ['broken 0', 'ip'],
    ])
    const [work] = netisr.statistics().workstreams[0]!.works
    expect(work).toMatchObject({ handled: 3, failed: 2 })
  })
})

describe('With a clock', () => {
  const timed = (shape: Parameters<typeof netisrByHand>[0]) => {
    const clock = { us: 100 }
    const world = netisrByHand({ dispatch: 'deferred', ...shape }, { nowUs: () => clock.us })
    world.netisr.register(noting().protocol)
    return { ...world, clock, sender: world.td(1) }
  }

  it('a queue refuses more while its first packet has waited too long', () => {
    const world = timed({ maxWaitUs: 50 })
    const { netisr, packet, clock, sender } = world
    const at = (us: number) => {
      clock.us = us
      return netisr.tryDispatch(sender, 1, 0, packet())
    }
    expect([100, 150, 151].map(at)).toEqual([QUEUED, QUEUED, DROPPED])
    expect(netisr.statistics().workstreams[0]!.works[0]).toMatchObject({ drops: 1, late: 1 })
    handle(world)
    expect([160, 210].map(at)).toEqual([QUEUED, QUEUED])
  })

  it('latencies are counted by CPU, each to an eighth', () => {
    const world = timed({ latencies: true })
    const { netisr, packet, clock, sender, memory } = world
    for (const arrivedUs of [90, 100, 1100]) {
      const one = packet()
      memory.write(one + 8, arrivedUs)
      netisr.tryDispatch(sender, 1, 0, one)
    }
    clock.us = 1100
    handle(world)
    expect(netisr.statistics().latencies[0]).toEqual([
      { fromUs: 0, packets: 1 },
      { fromUs: 960, packets: 2 },
    ])
  })

  it('that is missing neither begins', () => {
    expect(() => netisrByHand({ maxWaitUs: 50 })).toThrow('nowUs: expected a clock')
    expect(() => netisrByHand({ latencies: true })).toThrow('nowUs: expected a clock')
  })
})

describe('Direct dispatch', () => {
  it('queues what handlers within handlers dispatch at a depth of 8', () => {
    const { netisr, td, packet } = netisrByHand()
    const sender = td()
    const outcomes: number[] = []
    const handler = {
      tryInput(): boolean {
        outcomes.push(netisr.tryDispatch(sender, 1, 0, packet()))
        return true
      },
      *input() {},
    }
    netisr.register({ number: 1, name: 'tunnel', handler })
    expect(netisr.tryDispatch(sender, 1, 0, packet())).toBe(DONE)
    expect(outcomes).toEqual([QUEUED, ...Array.from({ length: 7 }, () => DONE)])
  })

  it('counts a thread in handlers that wait, too, and no other thread', () => {
    const { netisr, td, packet } = netisrByHand()
    const [deep, other] = [td(), td(1)]
    const outcomes: number[] = []
    const handler = {
      tryInput: () => false,
      *input(caller: typeof deep) {
        if (caller !== deep || outcomes.length > 20) return
        outcomes.push(yield* netisr.dispatch(deep, 1, 0, packet()))
      },
    }
    netisr.register({ number: 1, name: 'tunnel', handler })
    netisr.dispatch(deep, 1, 0, packet()).next()
    expect(outcomes.filter((outcome) => outcome === QUEUED).length).toBe(1)
    expect(outcomes.length).toBe(8)
    expect(netisr.dispatch(other, 1, 0, packet()).next().value).toBe(DONE)
  })

  it('holds the lock of the registry, if there is one, while the packet is handled', () => {
    const held: string[] = []
    const registryLock = {
      tryEnter: () => held.push('in') > 0,
      *enter() {},
      tryExit: () => held.push('out') > 0,
      *exit() {},
    }
    const { netisr, td, packet } = netisrByHand({}, { registryLock })
    const handler = { tryInput: () => held.push('handled') > 0, *input() {} }
    netisr.register({ number: 1, name: 'ip', handler })
    const sender = td()
    expect(netisr.tryDispatch(sender, 1, 0, packet())).toBe(WAIT)
    expect(netisr.dispatch(sender, 1, 0, packet()).next().value).toBe(DONE)
    expect(held).toEqual(['in', 'handled', 'out'])
  })
})
