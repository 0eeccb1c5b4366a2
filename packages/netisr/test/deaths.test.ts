import { type Address, Arena, LiveMemory, type Memory, NIL } from '@smpnet/memory'
import { AWAKE, finish, Lot, NotifyWaker, PARK, RUNNING, WAITER, type Waiting } from '@smpnet/park'
import { atEveryDeath, Mortality } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import type { Registered } from '../src/protocols/registry.ts'
import { Buckets } from '../src/routing/buckets.ts'
import { Choice } from '../src/routing/choice.ts'
import { Netisr } from '../src/netisr.ts'
import { WORK, WORKSTREAM } from '../src/shape/netisr-layout.ts'
import { buryIn } from '../src/workstream/burying.ts'
import { DONE, QUEUED } from '../src/workstream/outcome.ts'
import { Workstream } from '../src/workstream/workstream.ts'

const PROTOCOL = 1

const linksOf = (memory: Memory) => ({
  nextPacket: (packet: Address) => memory.read(packet),
  setNextPacket: (packet: Address, next: Address) => memory.write(packet, next),
  flow: () => 0,
})

/** A choice of the one workstream, for a packet of the one protocol. */
function choiceOf({ memory }: { memory: Memory }, packet: Address): Choice {
  const none = new Buckets(memory, {} as never, 0, 0, 1)
  return new Choice(none).of({ number: PROTOCOL } as Registered, 0, packet)
}

/** A workstream whose worker sleeps, and a thread outside that queues or dispatches, and dies. */
function makeWorld(mortality: Mortality) {
  const shared = LiveMemory.create(8192)
  const arena = Arena.create(shared)
  const lots = Lot.place(arena, { buckets: 1, cpus: 1, threads: 3, waiters: 6 })
  const at = arena.place('workstream', WORKSTREAM.size + 2 * WORK.size)
  const packets = [0, 1, 2].map(() => arena.place('packet', 64))
  const threadOf = (cpu?: number) => {
    const memory = new LiveMemory(shared.buffer)
    const number = cpu ?? Lot.attach(memory, lots)
    const lot = new Lot(memory, lots, new NotifyWaker(memory), number)
    return {
      memory,
      lot,
      td: lot.waiter(),
      stream: new Workstream(memory, at, 0, linksOf(memory), 2),
    }
  }
  const worker = threadOf(0)
  worker.stream.setLimit(PROTOCOL, 4)
  const dying = threadOf()
  mortality.of(dying.memory)
  return { worker, dying, living: threadOf(), packets }
}

type Thread = ReturnType<typeof makeWorld>['worker']

/** Sleeps as the worker, until a packet wakes it. */
function sleep({ td, stream }: Thread): Waiting {
  const waiting = stream.untilScheduled(td)
  let step = waiting.next(0)
  while (!step.done && step.value !== PARK) step = waiting.next(0)
  if (step.done) throw new Error('the worker was to sleep')
  return waiting
}

/** How many packets the worker gets when it was woken, or 0 if it sleeps on. */
function work({ td, stream, memory }: Thread, waiting: Waiting): number {
  if (memory.load(td.at + WAITER.offset.state) !== AWAKE) return 0
  memory.store(td.at + WAITER.offset.state, RUNNING)
  let step = waiting.next(0)
  while (!step.done && step.value !== PARK) step = waiting.next(0)
  if (!step.done) return 0
  let count = 0
  const batch = { protocol: 0, handled: 0, failed: 0 }
  for (let protocol = finish(td, stream.next(batch)); protocol >= 0; ) {
    let packet = stream.taken(protocol)
    for (; packet !== NIL; packet = linksOf(memory).nextPacket(packet)) count++
    protocol = finish(td, stream.next({ ...batch, protocol, handled: 1 }))
  }
  return count
}

const lives: Record<string, (dying: Thread, packets: readonly Address[]) => void> = {
  'queues two packets': ({ lot, stream }, [one, two]) => {
    stream.tryQueue(lot, choiceOf(lot, one!))
    stream.queueNow(lot, choiceOf(lot, two!))
  },
  'dispatches, while another packet is queued': ({ lot, stream }, [one, two]) => {
    if (stream.tryDispatch(choiceOf(lot, one!)) !== DONE) throw new Error('it was to dispatch')
    stream.tryQueue(lot, choiceOf(lot, two!))
    stream.endDispatchNow(lot, PROTOCOL, true)
  },
}

function play(mortality: Mortality, life: (typeof lives)[string], isBuried = true) {
  const { worker, dying, living, packets } = makeWorld(mortality)
  let sleeping = sleep(worker)
  mortality.lives(() => life(dying, packets))
  if (isBuried) {
    finish(living.td, living.lot.bury(dying.lot.cpu))
    finish(
      living.td,
      buryIn(living.stream, living.lot, dying.lot.cpu, () => {}),
    )
  }
  if (work(worker, sleeping) > 0) sleeping = sleep(worker)
  return { worker, living, sleeping, packet: packets[2]! }
}

describe.each(Object.entries(lives))('A thread that %s', (_, life) => {
  it('may die after any step: what is queued then and later its worker gets', () => {
    const deaths = atEveryDeath((mortality) => {
      const { worker, living, sleeping, packet } = play(mortality, life)
      expect(worker.stream.state()).toBe('IDLE')
      expect(living.stream.tryQueue(living.lot, choiceOf(living, packet))).toBe(QUEUED)
      expect(work(worker, sleeping)).toBeGreaterThan(0)
      expect(worker.stream.queueOf(PROTOCOL).count('len')).toBe(0)
    })
    expect(deaths).toBeGreaterThan(10)
  })

  it('is found out when nobody buries it', () => {
    const { living, packet } = play(new Mortality(1), life, false)
    expect(living.stream.tryQueue(living.lot, choiceOf(living, packet))).not.toBe(QUEUED)
  })
})

/** Two flows of one bucket, the places of which a thread outside changes until it dies. */
function makeRoutes(mortality: Mortality) {
  const shared = LiveMemory.create(1 << 15)
  const arena = Arena.create(shared)
  const lots = Lot.place(arena, { buckets: 1, cpus: 2, threads: 3, waiters: 8 })
  const shape = {
    cpus: 2,
    guests: 3,
    threads: 2,
    buckets: 1,
    pins: 2,
    dispatch: 'deferred',
  } as const
  const handle = Netisr.place(arena, { ...shape, protocols: 2 })
  const last = arena.place('last', 64)
  const packets = [1, 2, 3, 4].map(() => arena.place('packet', 64))
  const threadOf = (cpu?: number) => {
    const memory = new LiveMemory(shared.buffer)
    const lot = new Lot(memory, lots, new NotifyWaker(memory), cpu ?? Lot.attach(memory, lots))
    const netisr = new Netisr(memory, handle, { ...linksOf(memory), flow: () => 1 })
    const tryInput = (_td: unknown, packet: Address): boolean => {
      const index = packets.indexOf(packet)
      if (index < memory.read(last)) throw new Error(`packet ${index} came late`)
      memory.write(last, index)
      return true
    }
    netisr.register({ number: 1, name: 'ip', policy: 'flow', handler: { tryInput, *input() {} } })
    return { memory, lot, td: lot.waiter(), netisr }
  }
  const workers = [0, 1].map((cpu) => {
    const thread = threadOf(cpu)
    let body!: Waiting<unknown>
    const spawn = (of: (td: never) => Waiting<unknown>): void =>
      void (body = of(thread.td as never))
    thread.netisr.start({ cpu: { id: cpu, lot: thread.lot }, spawn } as never)
    return { ...thread, body }
  })
  const dying = threadOf()
  mortality.of(dying.memory)
  return { workers, dying, living: threadOf(), packets, last: () => shared.read(last) }
}

type Route = ReturnType<typeof makeRoutes>['living']

const changes: Record<string, (dying: Route) => void> = {
  'pins a flow and lets it go': ({ netisr }) => {
    netisr.pinFlow(1, 1)
    netisr.unpinFlow(1)
  },
  'steers a flow': ({ netisr }) => netisr.steerFlow(1, 1),
  'switches the dispatch': ({ netisr }) => {
    netisr.setDefaultDispatch('direct')
    netisr.setDefaultDispatch('hybrid')
  },
  'sets a limit': ({ netisr }) => netisr.setLimit(1, 3),
}

it.each(Object.entries(changes))('A thread that %s may die after any step', (_, change) => {
  const deaths = atEveryDeath((mortality) => {
    const { workers, dying, living, packets, last } = makeRoutes(mortality)
    const send = (index: number): number =>
      finish(living.td, living.netisr.dispatch(living.td, 1, 0, packets[index]!))
    send(0)
    mortality.lives(() => change(dying))
    finish(living.td, living.lot.bury(dying.lot.cpu))
    finish(living.td, living.netisr.bury(living.lot, dying.lot.cpu))
    send(1)
    for (const { body } of workers) body.next(0)
    for (const index of [2, 3]) send(index)
    living.netisr.pinFlow(7, 1)
    living.netisr.setDefaultDispatch('deferred')
    for (const { body, memory, td } of workers) {
      memory.store(td.at + WAITER.offset.state, RUNNING)
      body.next(0)
    }
    expect(last()).toBe(3)
  })
  expect(deaths).toBeGreaterThan(0)
})
