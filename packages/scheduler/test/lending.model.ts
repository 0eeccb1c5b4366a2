import { awaitExchange, awaitValue, type Exploration, explore } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { type Address, Arena, NIL } from '@smpnet/memory'
import { LENDING, Lot, Waiter, WAITER, type Waiting } from '@smpnet/park'
import { CalmMemory, ImmortalLot, CalmWaker, untilPosted } from '@smpnet/park/model'
import { Mutex } from '@smpnet/sync'
import { describe, expect, it } from 'vitest'
import { Lending } from '../src/lending/lending.ts'
import { MAX_PRIORITY } from '../src/priority.ts'

const OWNER_BITS = ~63

/** A kernel thread on a CPU of its own, as lending and locks see it: nobody drives its CPU. */
class Sleeper extends Waiter {
  readonly lending: Lending

  constructor(
    lot: Lot,
    readonly priority: number,
  ) {
    super(lot, lot.claimEntry(lot.cpu))
    this.spins = 0
    const knows = (entry: Address): boolean => entry === this.at
    this.lending = new Lending(lot, { knows, settle() {}, tell() {} })
    this.lending.reset(this.at)
  }

  override blocks(lock: Address, owner: Address): void {
    this.lending.block(this.at, this.priority, lock, owner)
  }

  override unblocks(): void {
    this.lending.unblock(this.at)
  }

  override passes(lock: Address, from: Address, heir: Address): void {
    this.lending.pass(lock, from, heir)
  }
}

/** Lends to whom it saw hold the lock, before it has the lock's queue: that one may be gone. */
class HastySleeper extends Sleeper {
  override blocks(): void {}
}

/** Does not tell those who still sleep for a lock who has it now. */
class ForgetfulSleeper extends Sleeper {
  override passes(lock: Address, from: Address): void {
    super.passes(lock, from, NIL)
  }
}

type Fault = 'none' | 'hasty' | 'forgetful'

class HastyLot extends ImmortalLot {
  self: HastySleeper | undefined

  override *lockQueue(key: Address): Waiting<Address> {
    const owner = this.memory.load(key) & OWNER_BITS
    const { self } = this
    if (self !== undefined && owner !== NIL && owner !== self.at) {
      self.lending.block(self.at, self.priority, key, owner)
    }
    return yield* super.lockQueue(key)
  }
}

/** A machine of `count` CPUs with a thread each, the first the least urgent, and two mutexes. */
function tiny(count: number, fault: Fault = 'none') {
  const memory = new CalmMemory(new SharedArrayBuffer(8192), { awaitExchange, awaitValue })
  const arena = Arena.create(memory)
  const handle = Lot.place(arena, { buckets: 2, cpus: count, threads: 1, waiters: count })
  const waker = new CalmWaker(memory)
  const tds = Array.from({ length: count }, (_, cpu) => {
    const priority = 100 - 10 * cpu
    if (fault !== 'hasty') {
      const Kind = fault === 'forgetful' ? ForgetfulSleeper : Sleeper
      return new Kind(new ImmortalLot(memory, handle, waker, cpu), priority)
    }
    const lot = new HastyLot(memory, handle, waker, cpu)
    const td = new HastySleeper(lot, priority)
    lot.self = td
    return td
  })
  const locks = [0, 1].map(() => new Mutex(memory, arena.place('mutex', Mutex.bytes)))
  const { lot } = tds[0]!
  memory.locks.push((lot as Lot).lending + LENDING.offset.lock)
  memory.locks.push(...locks.map(({ at }) => lot.queueOf(at)))
  return { memory, tds, locks }
}

/** Looks at what is lent, which nobody changes meanwhile. */
function look<T>(
  { lot }: Sleeper,
  read: (of: (entry: Address, field: 'own' | 'lent') => number) => T,
): T {
  const { memory, lending } = lot as Lot
  const lock = lending + LENDING.offset.lock
  while (memory.compareExchange(lock, 0, 1) !== 0) memory.pause(0)
  const seen = read((entry, field) => memory.read(entry + WAITER.offset[field]))
  memory.store(lock, 0)
  return seen
}

/** Whoever holds `mutex` is as urgent as the first who sleeps for it, with what that is lent. */
function expectLent(td: Sleeper, mutex: Mutex): void {
  const { lot } = td
  const queue = untilPosted(td, lot.lockQueue(mutex.at))
  const first = lot.first(queue, mutex.at)
  const [lent, needed] = look(td, (of) => {
    const urgency = first === NIL ? MAX_PRIORITY : Math.min(of(first, 'own'), of(first, 'lent'))
    return [of(td.at, 'lent'), urgency]
  })
  lot.unlockQueue(queue)
  if (lent! > needed!)
    throw new Error(`one of ${needed} sleeps for a lock whose owner is lent ${lent}`)
}

function release(td: Sleeper, mutex: Mutex): void {
  untilPosted(td, mutex.exit(td))
}

function enter(td: Sleeper, mutex: Mutex): void {
  untilPosted(td, mutex.enter(td))
}

/** Who holds nothing owes nothing. */
function expectFree(td: Sleeper): void {
  const lent = look(td, (of) => of(td.at, 'lent'))
  if (lent !== MAX_PRIORITY) throw new Error(`who holds nothing is lent ${lent}`)
}

function atRest(tds: readonly Sleeper[]): boolean {
  for (const { lending, lot } of tds) lending.hear(lot.cpu)
  return tds[0]!.lending.isAtRest(tds.map(({ at }) => at))
}

/** What a thread looks at: what it is lent while it holds the lock, or what it owes afterwards. */
interface Look {
  readonly by: number
  readonly at: 'what it is lent' | 'what it owes'
}

/**
 * The first thread holds a lock that the others come for. Only one thread looks, once: to look is
 * to have locks for a while and to change nothing, so what several looks would find in one
 * schedule, each finds by itself in the same schedule without the others; and a look that can come
 * before and after everything the other threads do multiplies the schedules by all that.
 */
function oneLock(count: number, { by, at }: Look, fault: Fault = 'none') {
  return explore({ name: `lending, ${count} threads, ${by} looks ${at}` }, ({ thread, after }) => {
    const { tds, locks } = tiny(count, fault)
    const mutex = locks[0]!
    untilPosted(tds[0]!, mutex.enter(tds[0]!))
    tds.forEach((td, i) => {
      thread(i === 0 ? 'owner' : `other ${i}`, () => {
        if (i > 0) enter(td, mutex)
        if (i > 0 && fault === 'hasty') td.unblocks()
        if (i === by && at === 'what it is lent') expectLent(td, mutex)
        release(td, mutex)
        if (i === by && at === 'what it owes') expectFree(td)
      })
    })
    after(() => expect(atRest(tds)).toBe(true))
  })
}

/** One sleeps for the lock of a second, which sleeps for that of a third. */
function chain() {
  return explore({ name: 'lending along a chain' }, ({ thread, after }) => {
    const { tds, locks } = tiny(3)
    const [last, middle, first] = tds as [Sleeper, Sleeper, Sleeper]
    const [inner, outer] = locks as [Mutex, Mutex]
    inner.tryEnter(last)
    outer.tryEnter(middle)
    thread('last', () => {
      expectLent(last, inner)
      release(last, inner)
      expectFree(last)
    })
    thread('middle', () => {
      enter(middle, inner)
      release(middle, inner)
      expectLent(middle, outer)
      release(middle, outer)
      expectFree(middle)
    })
    thread('first', () => {
      enter(first, outer)
      release(first, outer)
    })
    after(() => expect(atRest(tds)).toBe(true))
  })
}

/**
 * A lock without its queue: one holder lets go, another may take it, and a third sleeps for whoever
 * has it and gives up.
 */
function bareLock() {
  return explore({ name: 'lending, 3 threads for a bare lock' }, ({ thread, after }) => {
    const { memory, tds, locks } = tiny(3)
    const { at } = locks[0]!
    const guard = locks[1]!.at
    const [holder, taker, sleeper] = tds as [Sleeper, Sleeper, Sleeper]
    memory.store(at, holder.at)
    const guarded = (what: () => void): void => {
      while (memory.compareExchange(guard, 0, 1) !== 0) memory.pause(0)
      what()
      memory.store(guard, 0)
    }
    const letGo = (td: Sleeper): void => {
      guarded(() => {
        td.passes(at, td.at, NIL)
        memory.store(at, NIL)
      })
      expectFree(td)
    }
    thread('holder', () => letGo(holder))
    thread('taker', () => {
      if (memory.compareExchange(at, NIL, taker.at) !== NIL) return
      taker.passes(at, NIL, taker.at)
      letGo(taker)
    })
    thread('sleeper', () => {
      guarded(() => {
        const owner = memory.load(at)
        if (owner !== NIL) sleeper.blocks(at, owner)
      })
      sleeper.unblocks()
    })
    after(() => expect(atRest(tds)).toBe(true))
  })
}

const LOOKS: Look[] = [0, 1, 2].flatMap((by) => [
  { by, at: 'what it is lent' },
  { by, at: 'what it owes' },
])

function expectToHold(result: Exploration): void {
  console.log(result.summary)
  expect(result).toHold()
}

describe('Under every schedule, an owner', () => {
  it.each(LOOKS.slice(0, 4))(
    'is lent to while it holds a lock that one comes for: $by looks $at',
    (look) => {
      expectToHold(oneLock(2, look))
    },
  )

  it.each(LOOKS)('is lent to while it holds a lock that two come for: $by looks $at', (look) => {
    expectToHold(oneLock(3, look))
  })

  it('is lent to while it holds a lock that can be had without its queue', () => {
    expectToHold(bareLock())
  })

  it('is lent to along a chain', () => {
    expectToHold(chain())
  })

  it.each([2, 3])(
    'is found to owe for what it let go, if sleepers lend before they have the queue: %i threads',
    (count) => {
      const result = oneLock(count, { by: 0, at: 'what it owes' }, 'hasty')
      expect(result).toFailWith('exception', 'who holds nothing is lent')
    },
  )

  it('is found to be lent too little, if who lets go does not say who comes next', () => {
    const result = oneLock(3, { by: 1, at: 'what it is lent' }, 'forgetful')
    expect(result).toFailWith('exception', 'one of 80 sleeps for a lock whose owner is lent')
  })
})
