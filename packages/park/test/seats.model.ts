import { explore } from '@smpnet/interleave'
import { Arena, LiveMemory } from '@smpnet/memory'
import { expect, it } from 'vitest'
import { Lot } from '../src/lot/lot.ts'
import { type Seat, Seats } from '../src/lot/seats.ts'
import type { Waiting } from '../src/wait.ts'
import { RUNNING, WAITER } from '../src/entry.ts'
import type { Waiter } from '../src/lot/waiter.ts'
import { NotifyWaker } from '../src/lot/waker.ts'
import { budget, expectToHold } from '@smpnet/testing/models'
import { drive } from '../src/model/drive.ts'

type SeatsClass = new (memory: LiveMemory, at: number, first: number, count: number) => Seats

const AT = 64

/** Whether `attempt` succeeds; one that may fail throws a RangeError. */
function succeeds(attempt: () => unknown): boolean {
  try {
    attempt()
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

/** Two threads come and go on their own while there are seats for both and a third is kept. */
function comings(name: string, Kind: SeatsClass) {
  return explore({ name, ...budget }, ({ thread, after }) => {
    const memory = LiveMemory.create(1024)
    const seats = new Kind(memory, AT, 0, 2)
    const guests = LiveMemory.create(64)
    const comes = () => {
      const mine = seats.take()
      if (guests.add(4 * mine, 1) !== 0) throw new Error(`two threads have number ${mine}`)
      guests.add(4 * mine, -1)
      seats.leave(mine)
    }
    thread('one', comes)
    thread('other', comes)
    after(() => expect([seats.take(), seats.take()]).toEqual([0, 1]))
  })
}

it('gives a number to one thread at a time', () => {
  expectToHold(comings('seats', Seats))
})

/** Looks first and takes later. */
class HastySeats extends Seats {
  override take(): number {
    const slot = [0, 1].find((each) => this.memory.load(AT + each * Seats.bytes) % 8 === 0)!
    this.memory.store(AT + slot * Seats.bytes, 1)
    return slot
  }
}

it('is caught when it looks first and takes later', () => {
  expect(comings('hasty seats', HastySeats).verdict).toBe('fails')
})

/** An invited thread comes late while two others bury it and invite the next. */
function burials(name: string, Kind: SeatsClass) {
  return explore({ name, ...budget }, ({ thread, after }) => {
    const memory = LiveMemory.create(1024)
    const seats = new Kind(memory, AT, 0, 1)
    const late = seats.reserve()
    const buried: number[] = []
    const arrived: Seat[] = []
    const buries = (who: number) => () => {
      if (!seats.beginBurial(late, who)) return
      buried.push(who)
      seats.endBurial(late, who)
    }
    thread('late', () => {
      if (succeeds(() => seats.arrive(late))) arrived.push(late)
    })
    thread('undertaker', buries(1))
    thread('host', () => {
      buries(2)()
      let next: Seat | undefined
      if (succeeds(() => (next = seats.reserve())) && next!.generation !== late.generation + 1) {
        throw new Error(`seat ${next!.generation} came after ${late.generation}`)
      }
    })
    after(() => {
      expect(buried).toHaveLength(1)
      expect(seats.beginBurial(late, 3)).toBe(false)
    })
  })
}

it('is buried by one, and a late guest does not take the seat of the next', () => {
  expectToHold(burials('burials', Seats))
})

/** Knows no generation: whatever is kept there is what was meant. */
class ForgetfulSeats extends Seats {
  override beginBurial({ thread }: Seat, holder: number): boolean {
    const word = AT + thread * Seats.bytes
    const seen = this.memory.load(word)
    if (seen % 8 < 2) return false
    return this.memory.compareExchange(word, seen, seen - (seen % 8) + 5) === seen
  }
}

it('is caught when it does not ask which guest is to be buried', () => {
  expect(burials('forgetful seats', ForgetfulSeats).verdict).toBe('fails')
})

type Burial = (lot: Lot, undertaker: Waiter, dead: Waiter) => void

/**
 * A thread ended in its sleep. While a waker takes it out of its queue, it is buried, and its entry
 * goes to somebody else, who waits for nothing: the waker's wake must not be for that one.
 */
function reuse(name: string, bury: Burial) {
  return explore({ name, ...budget }, ({ thread, after }) => {
    const memory = LiveMemory.create(1024)
    const arena = Arena.create(memory)
    const handle = Lot.place(arena, { buckets: 1, cpus: 3, threads: 0, waiters: 3 })
    const lots = [0, 1, 2].map((cpu) => new Lot(memory, handle, new NotifyWaker(memory), cpu))
    lots[2]!.patience = Number.POSITIVE_INFINITY
    const [dead, waker, undertaker] = lots.map((lot) => lot.waiter())
    const key = arena.place('key', 4)
    lots[0]!.park(dead!, key, key, 0).next(0)
    thread('waker', () => drive(waker!, lots[1]!.unpark(key, 1)))
    thread('undertaker', () => {
      bury(lots[2]!, undertaker!, dead!)
      const heir = lots[2]!.waiter()
      memory.store(key, heir.at === dead!.at ? 1 : 2)
    })
    after(() => {
      expect(memory.load(key)).toBe(1)
      expect(memory.load(dead!.at + WAITER.offset.state)).toBe(RUNNING)
      expect(lots[2]!.tryUnpark(key, 9)).toBe(0)
    })
  })
}

it('gives the waiter of a dead thread to others when no wake for it is on its way', () => {
  const bury: Burial = (lot, td) =>
    drive(
      td,
      lot.bury(0, () => false),
    )
  expectToHold(reuse('reuse', bury))
})

it('is caught when a wake may still be on its way', () => {
  const hasty: Burial = (lot, td, dead) => {
    drive(td, leave(lot, dead))
    lot.releaseEntry(dead.at)
  }
  expect(reuse('hasty reuse', hasty).verdict).toBe('fails')
})

/** Takes a waiter out of its queue, and says it waits for nothing, whoever may have it in hand. */
function* leave(lot: Lot, { at }: Waiter): Waiting {
  const queue = yield* lot.lockQueue(lot.memory.load(at + WAITER.offset.key))
  lot.remove(queue, { at } as Waiter)
  lot.unlockQueue(queue)
}
