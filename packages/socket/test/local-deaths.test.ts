import { Arena, LiveMemory, Pool } from '@smpnet/memory'
import { finish, Lot, NotifyWaker } from '@smpnet/park'
import { atEveryDeath, type Mortality } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import {
  acceptLocal,
  bindLocal,
  ConnectionRefused,
  connectLocal,
  createLocal,
  END,
  listenLocal,
  RESET,
  SocketZone,
  StreamSocket,
} from '../src/index.ts'
import { POLLER } from '../src/note.ts'
import { clearPools } from '../src/remains.ts'
import { Parked } from './parked.ts'

const NAME = 'a name'
const PAIRS = 6

function makeWorld() {
  const memory = LiveMemory.create(1 << 14)
  const arena = Arena.create(memory)
  const lot = Lot.place(arena, { threads: 6, waiters: 16, buckets: 2 })
  const zone = SocketZone.place(arena, { pairs: PAIRS, bufferBytes: 64, buffers: 4 })
  const pollers = Pool.create(arena, { name: 'pollers', items: 1, itemBytes: POLLER.size })
  return { memory, lot, zone, pollers: pollers.handle }
}

type World = ReturnType<typeof makeWorld>

/** A thread of a world: what it has of its own. */
function threadOf(world: World, mortality?: Mortality) {
  const memory = new LiveMemory(world.memory.buffer)
  const lot = new Lot(memory, world.lot, new NotifyWaker(memory), Lot.attach(memory, world.lot))
  lot.patience = 4
  const zone = new SocketZone(lot, world.zone)
  const tds = [lot.waiter(), lot.waiter(), lot.waiter()] as const
  mortality?.of(memory)
  return { memory, lot, zone, tds, td: tds[0] }
}

type Thread = ReturnType<typeof threadOf>

/** Buries a thread as `SocketDomain.bury` does. */
function bury({ lot, zone, td }: Thread, world: World, dead: number): void {
  finish(td, lot.bury(dead))
  finish(td, clearPools(zone, world, dead))
  finish(td, zone.buryEnds(td, dead))
}

function listens({ zone, td }: Thread, backlog: number): StreamSocket {
  const listener = finish(td, createLocal(zone))
  finish(td, bindLocal(zone, listener, NAME))
  finish(td, listenLocal(zone, listener, backlog, PAIRS))
  return listener
}

function connects({ zone, td }: Thread): StreamSocket {
  const socket = finish(td, createLocal(zone))
  finish(td, connectLocal(td, zone, socket, NAME))
  return socket
}

/** What a call gives that waits, or undefined if it sleeps again, since it was woken in vain. */
function hears<T>(waits: Parked<T>): T | undefined {
  try {
    return waits.isOver()
  } catch (error) {
    if ((error as Error).message.includes('sleeps for ever')) return undefined
    throw error
  }
}

/** Checks that no connection is there for one that sleeps. */
function nothingQueued({ tds: [, td], zone }: Thread, listener: StreamSocket): string {
  expect(finish(td, acceptLocal(td, zone, listener, false))).toBeUndefined()
  return 'nothing'
}

/** Checks that an end hears of a reset, and gives what it received before. */
function resetOf({ td }: Thread, end: StreamSocket): string {
  const room = new Uint8Array(2)
  const first = end.tryReceive(td, room)
  const last = first === 1 ? end.tryReceive(td, room) : first
  expect([last, finish(td, end.reports())]).toEqual([RESET, true])
  return `${first}`
}

/** Checks that a connect that waited is refused, and gives the state of one that was made. */
function refusedAll(waits: Parked<boolean>, made: StreamSocket): string {
  expect(() => waits.isOver()).toThrow(ConnectionRefused)
  return stateOf(made)
}

const stateOf = ({ life }: StreamSocket): string => END.states[life.stateIn(life.load())]!

/** Closes an end, and what it was told of before that. */
function closes({ td }: Thread, end: StreamSocket): void {
  if (end.isOpen) finish(td, end.close(td))
}

/** Nothing is taken, and a connection can be made and accepted. */
function expectAllFree(world: World): void {
  const thread = threadOf(world)
  const { zone, td } = thread
  expect({ pairs: zone.open(), names: zone.names.inUse() }).toEqual({ pairs: 0, names: 0 })
  const listener = listens(thread, 1)
  const here = connects(thread)
  const there = finish(td, acceptLocal(td, zone, listener, false))!
  here.sendSync(td, Uint8Array.of(1))
  expect(there.receiveSync(td, new Uint8Array(2))).toBe(1)
  for (const end of [here, there, listener]) finish(td, end.close(td))
  expect(zone.open()).toBe(0)
}

describe('A thread that connects', () => {
  it('may die after any step: it is accepted and reset, or was never there', () => {
    const heard = new Set<string>()
    atEveryDeath((mortality) => {
      const world = makeWorld()
      const living = threadOf(world)
      const { td, zone } = living
      const listener = listens(living, 1)
      const accepting = new Parked(td, acceptLocal(td, zone, listener))
      const dying = threadOf(world, mortality)
      mortality.lives(() => connects(dying).sendSync(dying.td, Uint8Array.of(1)))
      bury(threadOf(world), world, dying.lot.cpu)
      const there = hears(accepting)
      heard.add(there === undefined ? nothingQueued(living, listener) : resetOf(living, there))
      for (const end of there === undefined ? [listener] : [there, listener]) closes(living, end)
      if (there !== undefined) expectAllFree(world)
    })
    expect([...heard].sort()).toEqual(['-4', '1', 'nothing'])
  })

  it('may die while it waits in the queue, and keeps no place there', () => {
    const counts: number[] = []
    atEveryDeath((mortality) => {
      const world = makeWorld()
      const living = threadOf(world)
      const { td, tds, zone } = living
      const listener = listens(living, 1)
      const first = connects(living)
      const dying = threadOf(world, mortality)
      mortality.lives(() => {
        const socket = finish(dying.td, createLocal(dying.zone))
        return new Parked(dying.td, connectLocal(dying.td, dying.zone, socket, NAME))
      })
      bury(threadOf(world), world, dying.lot.cpu)
      const third = finish(td, createLocal(zone))
      const [, , last] = tds
      const waits = new Parked(last, connectLocal(last, zone, third, NAME))
      const accepted = [1, 2, 3].map(() => finish(td, acceptLocal(td, zone, listener, false)))
      expect(waits.isOver()).toBe(true)
      const there = accepted.filter((end) => end !== undefined)
      counts.push(there.length)
      for (const end of [first, third, ...there, listener]) closes(living, end)
      expectAllFree(world)
    })
    expect(new Set(counts)).toEqual(new Set([2]))
  })
})

describe('A thread that accepts', () => {
  it('may die after any step: no connection is lost but its own, which is reset', () => {
    const states = new Set<string>()
    atEveryDeath((mortality) => {
      const world = makeWorld()
      const living = threadOf(world)
      const { td, tds, zone } = living
      const listener = listens(living, 1)
      const first = connects(living)
      const [, other] = tds
      const second = finish(td, createLocal(zone))
      const waits = new Parked(other, connectLocal(other, zone, second, NAME))
      const dying = threadOf(world, mortality)
      mortality.lives(() => {
        finish(dying.td, acceptLocal(dying.td, dying.zone, dying.zone.end(listener.handle)))
      })
      bury(threadOf(world), world, dying.lot.cpu)
      states.add(stateOf(first))
      const accepted: StreamSocket[] = []
      for (let i = 0; i < 2; i++) {
        const end = finish(td, acceptLocal(td, zone, listener, false))
        if (end !== undefined) accepted.push(end)
      }
      expect(accepted.length).toBe(stateOf(first) === 'RESET' ? 1 : 2)
      expect(waits.isOver()).toBe(true)
      expect(stateOf(second)).toBe('CONNECTED')
      for (const end of [first, second, ...accepted, listener]) closes(living, end)
      expectAllFree(world)
    })
    expect([...states].sort()).toEqual(['CONNECTED', 'RESET'])
  })
})

describe('A thread that listens', () => {
  const life = (dying: Thread, queue: () => void): void => {
    const listener = listens(dying, 1)
    queue()
    finish(dying.td, listener.close(dying.td))
  }

  it('may die after any step: the name is free, and those in its queue hear of it', () => {
    const heard = new Set<string>()
    atEveryDeath((mortality) => {
      const world = makeWorld()
      const living = threadOf(world)
      const { td, tds, zone } = living
      const [, other] = tds
      const ends: StreamSocket[] = []
      let waits: Parked<boolean> | undefined
      const dying = threadOf(world, mortality)
      mortality.lives(() =>
        life(dying, () => {
          ends.push(connects(living), finish(td, createLocal(zone)))
          waits = new Parked(other, connectLocal(other, zone, ends[1]!, NAME))
        }),
      )
      bury(threadOf(world), world, dying.lot.cpu)
      if (waits !== undefined) heard.add(refusedAll(waits, ends[0]!))
      for (const end of ends) closes(living, end)
      expectAllFree(world)
    })
    expect([...heard]).toEqual(['RESET'])
  })

  it('leaves a name in use, and sockets asleep, if nobody buries it', () => {
    let lost = 0
    atEveryDeath((mortality) => {
      const world = makeWorld()
      const dying = threadOf(world, mortality)
      mortality.lives(() => life(dying, () => {}))
      const { zone } = threadOf(world)
      if (mortality.isDead && zone.open() + zone.names.inUse() > 0) lost++
    })
    expect(lost).toBeGreaterThan(5)
  })
})

describe('An undertaker', () => {
  it('may die after any step, and the next goes on', () => {
    const world = makeWorld()
    const living = threadOf(world)
    const { td, tds, zone } = living
    const dying = threadOf(world)
    const listener = listens(dying, 1)
    const first = connects(living)
    const [, other] = tds
    const second = finish(td, createLocal(zone))
    const waits = new Parked(other, connectLocal(other, zone, second, NAME))
    expect([stateOf(listener), waits.isAwake()]).toEqual(['LISTENING', false])
    atEveryDeath((undertaking) => {
      const memory = LiveMemory.create(world.memory.size)
      memory.words.set(world.memory.words)
      const copy = { ...world, memory }
      const undertaker = threadOf(copy, undertaking)
      undertaking.lives(() => bury(undertaker, copy, dying.lot.cpu))
      const next = threadOf(copy)
      bury(next, copy, undertaker.lot.cpu)
      bury(next, copy, dying.lot.cpu)
      const ends = [first, second].map(({ handle }) => new StreamSocket(next.zone, handle))
      expect(ends.map(stateOf)).toEqual(['RESET', 'RESET'])
      for (const end of ends) closes(next, end)
      expectAllFree(copy)
    })
  })
})
