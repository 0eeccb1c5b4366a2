import { awaitExchange, awaitValue, type Exploration, explore } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { type Address, Arena, NIL } from '@smpnet/memory'
import {
  BUCKET,
  Lot,
  NOTICES,
  type Outcome,
  type Until,
  Waiter,
  WAITER,
  type Waiting,
} from '@smpnet/park'
import { CalmMemory, ImmortalLot, CalmWaker, untilPosted } from '@smpnet/park/model'
import { Mutex } from '@smpnet/sync'
import { someOf } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { Turnstiles } from '../src/turnstile/turnstiles.ts'
import { MAX_PRIORITY } from '../src/thread/priority.ts'
import { areAtRest } from './turnstiles-at-rest.ts'
import { type LoanList, LoanLists } from '../src/turnstile/loan-lists.ts'

const OWNER_BITS = ~63
/** A planted fault in which lists a CPU finds; without one they are those of the package. */
type ListsOf = (lot: Lot, td: Address) => LoanLists

const soundLists: ListsOf = (lot) => new LoanLists(lot)

/** A kernel thread on a CPU of its own, as turnstiles and locks see it; its CPU is not driven. */
class Sleeper extends Waiter {
  readonly turnstiles: Turnstiles

  constructor(
    lot: Lot,
    readonly priority: number,
    listsOf = soundLists,
  ) {
    super(lot, lot.claimEntry(lot.cpu))
    this.spins = 0
    const knows = (entry: Address): boolean => entry === this.at
    const lender = { knows, settle() {}, tell() {} }
    this.turnstiles = new Turnstiles(lot, lender, listsOf(lot, this.at))
    this.turnstiles.reset(this.at)
  }

  override blocks(lock: Address, owner: Address): void {
    this.turnstiles.block(this.at, this.priority, lock, owner)
  }

  override unblocks(): void {
    this.turnstiles.unblock(this.at)
  }

  override passes(lock: Address, from: Address, heir: Address): void {
    this.turnstiles.pass(lock, from, heir)
  }
}

/** Lends to the owner that it saw before it had the lock's queue: that owner may have let go. */
class HastySleeper extends Sleeper {
  override blocks(): void {}
}

/** Does not say which thread has the lock now to the waiters that still sleep for it. */
class ForgetfulSleeper extends Sleeper {
  override passes(lock: Address, from: Address): void {
    super.passes(lock, from, NIL)
  }
}

type Fault = 'none' | 'hasty' | 'forgetful'

class HastyLot extends ImmortalLot {
  self: HastySleeper | undefined

  override *lockQueue(key: Address): Waiting<Address> {
    this.#lend(key)
    return yield* super.lockQueue(key)
  }

  override *lockUntil(td: Waiter, key: Address, until: Until): Waiting<Outcome> {
    this.#lend(key)
    return yield* super.lockUntil(td, key, until)
  }

  #lend(key: Address): void {
    const owner = this.memory.load(key) & OWNER_BITS
    const { self } = this
    if (self !== undefined && owner !== NIL && owner !== self.at) {
      self.turnstiles.block(self.at, self.priority, key, owner)
    }
  }
}

/** A machine of `count` CPUs with a thread each, the first the least urgent, and two mutexes. */
function tiny(count: number, fault: Fault = 'none', listsOf = soundLists) {
  const memory = new CalmMemory(new SharedArrayBuffer(8192), { awaitExchange, awaitValue })
  const arena = Arena.create(memory)
  const handle = Lot.place(arena, { buckets: 2, cpus: count, threads: 1, waiters: count })
  const waker = new CalmWaker(memory)
  const tds = Array.from({ length: count }, (_, cpu) => {
    const priority = 100 - 10 * cpu
    if (fault !== 'hasty') {
      const Kind = fault === 'forgetful' ? ForgetfulSleeper : Sleeper
      return new Kind(new ImmortalLot(memory, handle, waker, cpu), priority, listsOf)
    }
    const lot = new HastyLot(memory, handle, waker, cpu)
    const td = new HastySleeper(lot, priority)
    lot.self = td
    return td
  })
  const locks = [0, 1].map(() => new Mutex(memory, arena.place('mutex', Mutex.bytes)))
  const lot = tds[0]!.lot as Lot
  const buckets = locks.map(({ at }) => lot.queueOf(at))
  memory.locks.push(...buckets, ...buckets.map((bucket) => bucket + BUCKET.offset.loans))
  memory.locks.push(...tds.map(({ at }) => at + WAITER.offset.loans))
  memory.locks.push(...tds.map((_, cpu) => lot.noticesOf(cpu) + NOTICES.offset.lock))
  return { memory, lot, tds, locks }
}

/** Looks at what an owner is lent, and at its first waiter, while its list of lenders is taken. */
function look<T>(
  td: Sleeper,
  read: (of: (entry: Address, field: 'own' | 'lent') => number) => T,
): T {
  const { memory } = td.lot
  const { lists } = td.turnstiles
  const list = td.at + WAITER.offset.lenders
  lists.take(list)
  const seen = read((entry, field) => memory.read(entry + WAITER.offset[field]))
  lists.leave(list)
  return seen
}

/** The holder of `mutex` is as urgent as the first waiter that sleeps for it. */
function expectLent(td: Sleeper, mutex: Mutex): void {
  const { lot } = td
  const queue = untilPosted(td, lot.lockQueue(mutex.at))
  const first = lot.first(queue, mutex.at)
  const [lent, needed] = look(td, (of) => [
    of(td.at, 'lent'),
    first === NIL ? MAX_PRIORITY : of(first, 'own'),
  ])
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

/** A thread that holds nothing owes nothing. */
function expectFree(td: Sleeper): void {
  const lent = look(td, (of) => of(td.at, 'lent'))
  if (lent !== MAX_PRIORITY) throw new Error(`a thread that holds nothing is lent ${lent}`)
}

function atRest(tds: readonly Sleeper[], locks: readonly Mutex[]): boolean {
  for (const { turnstiles, lot } of tds) turnstiles.hear(lot.cpu)
  const waiters = tds.map(({ at }) => at)
  return areAtRest(
    tds[0]!.lot,
    waiters,
    locks.map(({ at }) => at),
  )
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
  return explore(
    { name: `turnstiles, ${count} threads, ${by} looks ${at}` },
    ({ thread, after }) => {
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
      after(() => expect(atRest(tds, locks)).toBe(true))
    },
  )
}

/** Queues a thread for a lock as far as turnstiles know of that. */
function sleepFor(td: Sleeper, lock: Address, owner: Address): void {
  td.lot.memory.store(td.at + WAITER.offset.key, lock)
  td.blocks(lock, owner)
}

/** What each thread is lent in the end. */
function expectLentAtLast(tds: readonly Sleeper[], expected: readonly number[]): void {
  const lent = tds.map(({ at, lot }) => lot.memory.load(at + WAITER.offset.lent))
  expect(lent).toEqual(expected)
}

/** A chain of owners that several CPUs change at once: the last change must reach its end. */
interface Change {
  readonly what: string
  /** Before: the owner that each of four threads, from the least urgent up, lends to. */
  readonly before: readonly (number | undefined)[]
  readonly changes: readonly ((
    tds: readonly Sleeper[],
    lockOf: (owner: number) => Address,
  ) => void)[]
  /** After: what each is lent. */
  readonly lent: readonly number[]
}

const blocks =
  (waiter: number, owner: number): Change['changes'][number] =>
  (tds, lockOf) =>
    sleepFor(tds[waiter]!, lockOf(owner), tds[owner]!.at)

const CHANGES: Change[] = [
  {
    what: 'both links of a chain are made',
    before: [],
    changes: [blocks(1, 0), blocks(2, 1)],
    lent: [80, 80, 255, 255],
  },
  {
    what: 'a chain is made while another waiter comes and goes',
    before: [],
    changes: [
      blocks(1, 0),
      (tds, lockOf) => {
        blocks(3, 1)(tds, lockOf)
        tds[3]!.unblocks()
      },
    ],
    lent: [90, 255, 255, 255],
  },
  {
    what: 'a lock is passed on while a waiter joins those that wait behind',
    before: [undefined, 0],
    changes: [blocks(2, 1), (tds, lockOf) => tds[0]!.passes(lockOf(0), tds[0]!.at, tds[3]!.at)],
    lent: [255, 80, 255, 80],
  },
  {
    what: 'two owners give each other their locks',
    before: [undefined, 0, 3],
    changes: [
      (tds, lockOf) => tds[0]!.passes(lockOf(0), tds[0]!.at, tds[3]!.at),
      (tds, lockOf) => tds[3]!.passes(lockOf(3), tds[3]!.at, tds[0]!.at),
    ],
    lent: [80, 255, 255, 90],
  },
  {
    what: 'one waiter leaves as another joins',
    before: [undefined, 0, 1],
    changes: [(tds) => tds[2]!.unblocks(), blocks(3, 1)],
    lent: [70, 70, 255, 255],
  },
]

function changed({ what, before, changes, lent }: Change, listsOf = soundLists) {
  return explore({ name: `turnstiles, when ${what}` }, ({ thread, after }) => {
    const { tds, locks } = tiny(4, 'none', listsOf)
    const lockOf = (owner: number): Address => locks[owner % locks.length]!.at
    before.forEach((owner, waiter) => {
      if (owner !== undefined) blocks(waiter, owner)(tds, lockOf)
    })
    changes.forEach((change, i) => {
      thread(`change ${i}`, () => change(tds, lockOf))
    })
    after(() => expectLentAtLast(tds, lent))
  })
}

/** Takes the list that it saw a waiter in, without looking whether the waiter is still there. */
class HastyLists extends LoanLists {
  override takeListOf(td: Address): LoanList {
    const list = this.listOf(td)
    if (list !== NIL) this.take(list)
    return list
  }

  override end(td: Address, list: LoanList): void {
    if (this.listOf(td) !== list) throw new Error('a waiter is taken out of a list that it left')
    super.end(td, list)
  }
}

/** Takes a waiter out of one list before it puts it into another, as if it were the end of it. */
class AbsentLists extends LoanLists {
  override move(td: Address, from: LoanList, debtor: Address, to: LoanList): void {
    this.end(td, from)
    this.link(td, debtor, to)
  }
}

/** Takes two lists as they come. */
class DisorderlyLists extends LoanLists {
  override takeBoth(one: LoanList, other: LoanList): void {
    this.take(one)
    this.take(other)
  }
}

/** Finds only the list of its own thread: so nothing goes on along a chain. */
class ShortSightedLists extends LoanLists {
  constructor(
    lot: Lot,
    readonly self: Address,
  ) {
    super(lot)
  }

  override takeListOf(td: Address): LoanList {
    return td === this.self ? super.takeListOf(td) : NIL
  }
}

/** One sleeps for the lock of a second, which sleeps for that of a third. */
function chain() {
  return explore({ name: 'turnstiles along a chain' }, ({ thread, after }) => {
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
    after(() => expect(atRest(tds, locks)).toBe(true))
  })
}

/**
 * A lock without its queue: one holder lets go, another may take it, and a third sleeps for
 * the holder and gives up.
 */
function bareLock(listsOf = soundLists) {
  return explore({ name: 'turnstiles, 3 threads for a bare lock' }, ({ thread, after }) => {
    const { memory, tds, locks } = tiny(3, 'none', listsOf)
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
        if (owner !== NIL) sleepFor(sleeper, at, owner)
      })
      sleeper.unblocks()
    })
    after(() => expect(atRest(tds, locks)).toBe(true))
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

  it.each(someOf(LOOKS, 6))(
    'is lent to while it holds a lock that two come for: $by looks $at',
    (look) => {
      expectToHold(oneLock(3, look))
    },
  )

  it('is lent to while it holds a lock that can be had without its queue', () => {
    expectToHold(bareLock())
  })

  it('is lent to along a chain', () => {
    expectToHold(chain())
  })

  it.each(CHANGES)('is lent what it should be at last when $what', (change) => {
    expectToHold(changed(change))
  })

  it('is found to be lent too little, if changes do not go on along the chain', () => {
    const result = changed(CHANGES[0]!, (lot, td) => new ShortSightedLists(lot, td))
    expect(result).toFailWith('assertion', 'to deeply equal [ 80, 80, 255, 255 ]')
  })

  it('is found to be waited for, for ever, if lists are taken in no order', () => {
    const change = CHANGES.find(({ what }) => what.startsWith('two owners'))!
    expect(changed(change, (lot) => new DisorderlyLists(lot))).toFailWith('deadlock')
  })

  it('is found to owe for a waiter that seemed to lend nothing while it was moved', () => {
    const result = bareLock((lot) => new AbsentLists(lot))
    expect(result).toFailWith('assertion')
  })

  it('is found to lose a waiter, if a list is not looked at again when it is taken', () => {
    const result = bareLock((lot) => new HastyLists(lot))
    expect(result).toFailWith('exception', 'a waiter is taken out of a list that it left')
  })

  it.each([2, 3])(
    'is found to owe for what it let go, if sleepers lend before they have the queue: %i threads',
    (count) => {
      const result = oneLock(count, { by: 0, at: 'what it owes' }, 'hasty')
      expect(result).toFailWith('exception', 'a thread that holds nothing is lent')
    },
  )

  it('is found to be lent too little, if an owner does not say which comes next', () => {
    const result = oneLock(3, { by: 1, at: 'what it is lent' }, 'forgetful')
    expect(result).toFailWith('exception', 'one of 80 sleeps for a lock whose owner is lent')
  })
})
