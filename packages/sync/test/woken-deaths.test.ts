import {
  AWAKE,
  Lot,
  NotifyWaker,
  finish,
  PARK,
  READY,
  RUNNING,
  WAITER,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import { LiveMemory } from '@smpnet/memory'
import { atEveryDeath, Mortality } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { bury, Condition, invite, Mutex, RwLock, Sx, SyncDomain } from '../src/index.ts'

interface Side {
  enter(td: Waiter): Waiting<unknown>
  exit(td: Waiter): Waiting
}

/** As which the lock is held, as which the one that dies waits for it, and the one behind it. */
type Sides = readonly [held: Side, first: Side, second: Side]

const SIDES: readonly { name: string; make: (domain: SyncDomain) => Sides }[] = [
  { name: 'a mutex', make: (domain) => thrice(Mutex.create(domain)) },
  { name: 'an rwlock, to write', make: (domain) => thrice(RwLock.create(domain).write) },
  { name: 'an rwlock, before a reader', make: (domain) => betweenReaders(RwLock.create(domain)) },
  { name: 'an sx, to write', make: (domain) => thrice(Sx.create(domain).exclusive) },
]

function thrice(side: Side): Sides {
  return [side, side, side]
}

function betweenReaders({ write, read }: RwLock): Sides {
  return [read, write, read]
}

/** Runs a wait until it sleeps or is over; what it came to, with what goes on from there. */
function sleepsIn<T>(waiting: Waiting<T>): { isOver: boolean; goOn: () => boolean } {
  const run = (): boolean => {
    let step = waiting.next(WOKEN)
    while (step.value !== PARK && !step.done) step = waiting.next(WOKEN)
    return step.done === true
  }
  return { isOver: run(), goOn: run }
}

/** The supervisor's thread held a lock; one that will die waited for it, and one behind it. */
function makeWorld(mortality: Mortality, make: (domain: SyncDomain) => Sides) {
  const domain = SyncDomain.create()
  const [held, first, second] = make(domain)
  const seat = invite(domain)
  const memory = new LiveMemory(domain.memory.buffer)
  const number = Lot.attach(memory, domain.lot.handle, seat)
  const dying = new Lot(memory, domain.lot.handle, new NotifyWaker(memory), number).waiter()
  const [owner, behind] = [domain.waiter(), domain.waiter()]
  for (const td of [owner, behind, dying]) td.spins = 0
  const state = (td: Waiter): number => domain.memory.load(td.at + WAITER.offset.state)
  finish(owner, held.enter(owner))
  const wait = sleepsIn(first.enter(dying))
  const waitBehind = sleepsIn(second.enter(behind))
  expect([wait.isOver, waitBehind.isOver]).toEqual([false, false])
  finish(owner, held.exit(owner))
  expect(state(dying)).toBe(AWAKE)
  mortality.of(memory)
  return { domain, seat, dying, behind, first, second, wait, waitBehind, state }
}

describe('A thread that dies when it was woken for', () => {
  it.each(SIDES)('$name passes that on, wherever it dies', ({ make }) => {
    const deaths = atEveryDeath((mortality) => {
      const world = makeWorld(mortality, make)
      const { domain, seat, dying, behind, first, second, wait, waitBehind, state } = world
      mortality.lives(() => {
        dying.lot.memory.store(dying.at + WAITER.offset.state, RUNNING)
        expect(wait.goOn()).toBe(true)
        finish(dying, first.exit(dying))
      })
      bury(domain, seat)
      expect(state(behind)).toBe(AWAKE)
      domain.memory.store(behind.at + WAITER.offset.state, RUNNING)
      expect(waitBehind.goOn()).toBe(true)
      finish(behind, second.exit(behind))
    })
    expect(deaths).toBeGreaterThan(2)
  })

  it('a mutex passes that on when it is a kernel thread that waits for its CPU', () => {
    const world = makeWorld(new Mortality(1_000), (domain) => thrice(Mutex.create(domain)))
    const { domain, seat, dying, behind, waitBehind, state } = world
    domain.memory.store(dying.at + WAITER.offset.state, READY)
    bury(domain, seat)
    expect(state(behind)).toBe(AWAKE)
    expect(waitBehind.goOn()).toBe(true)
  })
})

describe('A thread that was notified of a condition', () => {
  it('and dies long after that wakes nobody else', () => {
    const domain = SyncDomain.create()
    const [mutex, condition] = [Mutex.create(domain), Condition.create(domain)]
    const seat = invite(domain)
    const at = Lot.attach(domain.memory, domain.lot.handle, seat)
    const dying = new Lot(domain.memory, domain.lot.handle, new NotifyWaker(domain.memory), at)
    const [notified, behind, td] = [dying.waiter(), domain.waiter(), domain.waiter()]
    const waits = (one: Waiter) => {
      finish(one, mutex.enter(one))
      return sleepsIn(condition.wait(one, mutex))
    }
    const [wait, waitBehind] = [waits(notified), waits(behind)]
    finish(td, condition.notify(td, mutex))
    expect(wait.goOn()).toBe(true)
    finish(notified, mutex.exit(notified))
    bury(domain, seat)
    const state = domain.memory.load(behind.at + WAITER.offset.state)
    expect(state).not.toBe(AWAKE)
    finish(td, condition.notify(td, mutex))
    expect(waitBehind.goOn()).toBe(true)
  })
})
