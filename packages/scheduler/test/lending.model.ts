import { bounded, exhaustive, explore } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { type Address, Arena, LiveMemory, NIL } from '@smpnet/memory'
import { LENDING, Lot, Mutex, NotifyWaker, Waiter, WAITER, type Waiting } from '@smpnet/sync'
import { drive } from '@smpnet/sync/model'
import { describe, expect, it } from 'vitest'
import { Lending } from '../src/lending/lending.ts'
import { MAX_PRIORITY } from '../src/priority.ts'

/** Every schedule, however often threads preempt each other. */
const ALL = Number.POSITIVE_INFINITY
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
    this.lending = new Lending(lot, { knows, settle() {}, ring() {} })
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

class HastyLot extends Lot {
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
function tiny(count: number, isHasty = false) {
  const memory = LiveMemory.create(8192)
  const arena = Arena.create(memory)
  const handle = Lot.place(arena, { buckets: 2, cpus: count, threads: 1, waiters: count })
  const waker = new NotifyWaker(memory)
  const tds = Array.from({ length: count }, (_, cpu) => {
    memory.write(new Lot(memory, handle, waker, cpu).bellOf(cpu) + WAITER.offset.cpu, cpu)
    const priority = 100 - 10 * cpu
    if (!isHasty) return new Sleeper(new Lot(memory, handle, waker, cpu), priority)
    const lot = new HastyLot(memory, handle, waker, cpu)
    const td = new HastySleeper(lot, priority)
    lot.self = td
    return td
  })
  const locks = [0, 1].map(() => new Mutex(memory, arena.place('mutex', Mutex.bytes)))
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
  const queue = drive(td, lot.lockQueue(mutex.at))
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
  if (!mutex.tryExit(td)) drive(td, mutex.exit(td))
}

function enter(td: Sleeper, mutex: Mutex): void {
  if (!mutex.tryEnter(td)) drive(td, mutex.enter(td))
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

const strategyOf = (preemptions: number) => {
  return preemptions === ALL ? exhaustive() : bounded(preemptions)
}

/** The first thread holds a lock that the others come for. */
function oneLock(count: number, preemptions: number, isHasty = false) {
  const name = `lending, ${count} threads for one lock`
  return explore({ name, strategy: strategyOf(preemptions) }, ({ thread, after }) => {
    const { tds, locks } = tiny(count, isHasty)
    const mutex = locks[0]!
    const [owner, ...others] = tds as [Sleeper, ...Sleeper[]]
    mutex.tryEnter(owner)
    thread('owner', () => {
      expectLent(owner, mutex)
      release(owner, mutex)
      expectFree(owner)
    })
    others.forEach((td, i) => {
      thread(`other ${i}`, () => {
        enter(td, mutex)
        if (isHasty) td.unblocks()
        else expectLent(td, mutex)
        release(td, mutex)
        expectFree(td)
      })
    })
    after(() => expect(atRest(tds)).toBe(true))
  })
}

/** One sleeps for the lock of a second, which sleeps for that of a third. */
function chain(preemptions: number) {
  const name = 'lending along a chain'
  return explore({ name, strategy: strategyOf(preemptions) }, ({ thread, after }) => {
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
 * has it and gives up. Small enough for three threads in every order.
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

describe('Under every schedule, an owner', () => {
  it.each([
    [2, ALL],
    [3, 1],
  ])('is lent to while it holds the lock, and not after: %i threads', (count, preemptions) => {
    const result = oneLock(count, preemptions)
    console.log(result.summary)
    expect(result).toHold()
  })

  it('is lent to while it holds the lock, and not after: 3 threads in every order', () => {
    const result = bareLock()
    console.log(result.summary)
    expect(result).toHold()
  })

  it('is lent to along a chain', () => {
    const result = chain(1)
    console.log(result.summary)
    expect(result).toHold()
  })

  it('is found to owe for what it has let go, if sleepers lend before they have the queue', () => {
    expect(oneLock(2, ALL, true)).toFailWith('exception', 'who holds nothing is lent 90')
  })
})
