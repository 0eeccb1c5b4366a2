import { type Address, Arena, LiveMemory, NIL } from '@smpnet/memory'
import { finish, Lot, NotifyWaker, WAITER } from '@smpnet/park'
import { atEveryDeath, Mortality } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { LoanLists, ORPHANED } from '../src/turnstile/loan-lists.ts'
import { Notices } from '../src/turnstile/notices.ts'

/** Waiters of CPU 0, of which two own locks and two lend; CPU 1 changes that, and dies. */
function makeWorld(mortality: Mortality) {
  const shared = LiveMemory.create(1 << 14)
  const arena = Arena.create(shared)
  const lots = Lot.place(arena, { buckets: 1, cpus: 3, threads: 1, waiters: 16 })
  const key = arena.place('lock', 64)
  const lotOn = (cpu: number): Lot => {
    const memory = new LiveMemory(shared.buffer)
    return new Lot(memory, lots, new NotifyWaker(memory), cpu)
  }
  const living = lotOn(0)
  const entries = Array.from({ length: 4 }, () => living.waiter().at)
  for (const entry of entries) {
    shared.store(entry + WAITER.offset.key, key)
    shared.write(entry + WAITER.offset.cpu, 0)
  }
  const dying = lotOn(1)
  mortality.of(dying.memory as LiveMemory)
  return { shared, key, entries, dying, undertaker: lotOn(2) }
}

type World = ReturnType<typeof makeWorld>

/** Everything that a dying thread does to loans, under the locks that it takes for that. */
function lives({ key, entries, dying }: World): void {
  const lists = new LoanLists(dying)
  const notices = new Notices(dying, lists, { knows: () => false, settle() {}, tell() {} })
  const [one, other, lender, second] = entries as [Address, Address, Address, Address]
  const [first, next] = [lists.of(one, key), lists.of(other, key)]
  const orphans = lists.of(ORPHANED, key)
  lists.take(orphans)
  lists.link(lender, ORPHANED, orphans)
  lists.link(second, ORPHANED, orphans)
  lists.leave(orphans)
  lists.takeBoth(orphans, first)
  lists.move(lender, orphans, one, first)
  notices.note(one)
  lists.leave(orphans)
  lists.leave(first)
  lists.takeBoth(first, next)
  lists.move(lender, first, other, next)
  notices.note(other)
  notices.withdraw(one)
  lists.leave(first)
  lists.leave(next)
  lists.take(next)
  lists.end(lender, next)
  lists.leave(next)
}

/** Each list has those that name it, once, and every lock is free. Throws else, or hangs not. */
function expectWhole({ shared, key, entries, undertaker }: World): void {
  const lists = new LoanLists(undertaker)
  const found = new Map<Address, Address>()
  for (const debtor of [ORPHANED, ...entries]) {
    const list = lists.of(debtor, key)
    expect(shared.load(list + 4)).toBe(0)
    for (let td = lists.first(list); td !== NIL; td = lists.after(td)) {
      expect(found.has(td)).toBe(false)
      found.set(td, debtor)
    }
  }
  for (const entry of entries) expect(found.get(entry) ?? NIL).toBe(lists.debtorOf(entry))
  const told: Address[] = []
  const settle = (td: Address): void => void told.push(td)
  const notices = new Notices(undertaker, lists, { knows: () => true, settle, tell() {} })
  const noticed = entries.filter((entry) => shared.read(entry + WAITER.offset.notice) !== 0)
  notices.hear(0)
  expect(told.toSorted()).toEqual(noticed.toSorted())
}

describe('A CPU that dies while it changes loans', () => {
  it('may do so after any step: the lists are whole and free after its burial', () => {
    const deaths = atEveryDeath((mortality) => {
      const world = makeWorld(mortality)
      mortality.lives(() => lives(world))
      finish(world.undertaker.waiter(), world.undertaker.bury(1))
      expectWhole(world)
    })
    expect(deaths).toBeGreaterThan(30)
  })

  it('is found out when nobody buries it', () => {
    const wrong = Array.from({ length: 40 }, (_, changes) => {
      const mortality = new Mortality(changes + 1)
      const world = makeWorld(mortality)
      mortality.lives(() => lives(world))
      const { shared, key, entries, undertaker } = world
      const lists = new LoanLists(undertaker)
      return [ORPHANED, ...entries].some((debtor) => shared.load(lists.of(debtor, key) + 4) !== 0)
    })
    expect(wrong.filter(Boolean).length).toBeGreaterThan(10)
  })
})
