import { Arena, LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { LoopShare } from '../src/loop-share.ts'
import {
  ABORTED,
  AWAKE,
  awaiting,
  block,
  PARK,
  PARKED,
  PREEMPT,
  SETTLE,
  finish,
  loopTurn,
  SLEEPING,
  SPIN,
  Lot,
  NotifyWaker,
  SpinBudget,
  TIMED_OUT,
  WAITER,
  type Waiter,
  type Waiting,
  WOKEN,
  until,
  YIELD,
} from '../src/index.ts'

/** Tasks that could be served in some seconds. */
const A_LOT = 3_000_000

/** A memory with a parking lot, and in it a word and this thread's waiter. */
function makeWord() {
  const memory = LiveMemory.create(1 << 16)
  const arena = Arena.create(memory)
  const handle = Lot.place(arena, {})
  const lot = new Lot(memory, handle, new NotifyWaker(memory), Lot.attach(memory, handle))
  return { lot, memory, word: arena.place('word', 4), here: lot.waiter() }
}

function* yields(...values: number[]): Waiting<number> {
  let sum = 0
  for (const value of values) {
    sum += value
    if ((yield value) !== WOKEN) throw new Error('resumed with something else')
  }
  return sum
}

describe('Driving by blocking', () => {
  it('returns what the generator returns, whatever it yields on the way', () => {
    const { here } = makeWord()
    expect(block(here, yields(SPIN, SETTLE, PREEMPT, SPIN))).toBe(SETTLE + PREEMPT)
  })

  it('spins for a word, or for another that changes more seldom', () => {
    const { here, memory, word } = makeWord()
    const other = word + 128
    function* spinsFor(changed: number): Waiting<boolean> {
      memory.store(changed, 1)
      const hasChanged = here.spinWhile(word, 0, undefined, other, 0)
      memory.store(changed, 0)
      return hasChanged
    }
    for (const changed of [word, other]) expect(block(here, spinsFor(changed))).toBe(true)
    expect(block(here, spinsFor(other + 128))).toBe(false)
  })

  it('throws what the generator throws', () => {
    const { here } = makeWord()
    function* failing(): Waiting {
      yield SPIN
      throw new Error('from within')
    }
    expect(() => block(here, failing())).toThrow('from within')
  })

  it('ends a sleep when its time is over, and is in no queue then', () => {
    const { here, lot, word } = makeWord()
    const limit = until(here, { timeoutMs: 5 })
    expect(block(here, lot.park(here, word, word, 0, limit))).toBe(TIMED_OUT)
    expect(lot.tryUnpark(word, 1)).toBe(0)
  })

  it('goes on sleeping when a notification came for a wake that was seen already', async () => {
    const { lot, memory, word } = makeWord()
    const td = lot.waiter()
    const parked = awaiting(td, lot.park(td, word, word, 0))
    while (memory.load(td.at + WAITER.offset.state) !== SLEEPING) await loopTurn()
    expect(Atomics.notify(memory.words, (td.at + WAITER.offset.state) >> 2)).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(lot.tryUnpark(word, 1)).toBe(1)
    expect(await parked).toBe(WOKEN)
  })
})

describe('A waiter that has a watch', () => {
  /** Its wakers are there for so many looks. */
  function watched(looks: number) {
    const world = makeWord()
    world.here.wakersWatch = {
      expectAlive() {
        if (looks-- <= 0) throw new Error('nobody wakes it')
      },
    }
    return world
  }

  const drivers = {
    block: async (td: Waiter, waiting: Waiting<unknown>) => block(td, waiting),
    awaiting: (td: Waiter, waiting: Waiting<unknown>) => awaiting(td, waiting),
  }

  it.each(Object.entries(drivers))('sleeps no longer without wakers: %s', async (_, by) => {
    const { here, lot, word } = watched(1)
    await expect(by(here, lot.park(here, word, word, 0))).rejects.toThrow('nobody wakes it')
  })

  it.each(Object.entries(drivers))('spins no longer without wakers: %s', async (_, by) => {
    const { here } = watched(1)
    function* forever(): Waiting {
      for (;;) yield SPIN
    }
    await expect(by(here, forever())).rejects.toThrow('nobody wakes it')
  })

  it.each(Object.entries(drivers))('sleeps until its time is over: %s', async (_, by) => {
    const { here, lot, word } = watched(100)
    const limit = until(here, { timeoutMs: 300 })
    expect(await by(here, lot.park(here, word, word, 0, limit))).toBe(TIMED_OUT)
    expect(here.now()).toBeGreaterThanOrEqual(limit.deadlineMs)
    expect(lot.tryUnpark(word, 1)).toBe(0)
  })
})

describe('Finishing what never parks', () => {
  it('returns what the generator returns, and throws what it throws', () => {
    const { here } = makeWord()
    expect(finish(here, yields(SPIN, PREEMPT, YIELD))).toBe(SPIN + PREEMPT + YIELD)
    function* failing(): Waiting {
      yield SPIN
      throw new Error('from within')
    }
    expect(() => finish(here, failing())).toThrow('from within')
  })

  it('refuses a generator that parks', () => {
    const { here, lot, word } = makeWord()
    expect(() => finish(here, lot.park(here, word, word, 0))).toThrow('it parks')
  })

  it('refuses to settle at once, since time cannot catch up while plain code runs', () => {
    const { here } = makeWord()
    let tries = 0
    function* ahead(): Waiting {
      while (++tries < 1_000) yield SETTLE
    }
    expect(() => finish(here, ahead())).toThrow('this CPU has run ahead of the others')
    expect(tries).toBe(1)
  })
})

describe('Driving by awaiting', () => {
  it('looks after each turn of the loop before it sleeps, where that has paid', async () => {
    const { lot, memory, word } = makeWord()
    const td = lot.waiter()
    const state = td.at + WAITER.offset.state
    for (let wake = 0; wake < 20; wake++) {
      const parked = awaiting(td, lot.park(td, word, word, 0))
      await loopTurn()
      expect(memory.load(state)).toBe(PARKED)
      expect(lot.tryUnpark(word, 1)).toBe(1)
      expect(await parked).toBe(WOKEN)
    }
  })

  it('falls asleep at once when nothing has come so soon for long', async () => {
    const { lot, memory, word } = makeWord()
    const td = lot.waiter()
    const state = td.at + WAITER.offset.state
    let turns = 0
    for (let wake = 0; wake < 20; wake++) {
      const parked = awaiting(td, lot.park(td, word, word, 0))
      for (turns = 0; memory.load(state) !== SLEEPING; turns++) await loopTurn()
      expect(lot.tryUnpark(word, 1)).toBe(1)
      expect(await parked).toBe(WOKEN)
    }
    expect(turns).toBe(0)
  })

  it('resolves to what the generator returns, and lets the event loop run meanwhile', async () => {
    const { here } = makeWord()
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    const spins = Array.from({ length: 1000 }, () => SPIN)
    expect(await awaiting(here, yields(...spins))).toBe(0)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(0)
  })

  it('lets the event loop run though what is awaited is always there', async () => {
    const { here } = makeWord()
    const timer = { rang: false }
    setTimeout(() => (timer.rang = true), 1)
    for (let i = 0; !timer.rang && i < A_LOT; i++) await awaiting(here, yields())
    expect(timer.rang).toBe(true)
  })

  it('lets it run though two tasks of it wake each other for ever', async () => {
    const { lot, memory, word } = makeWord()
    const timer = { rang: false }
    setTimeout(() => (timer.rang = true), 1)
    const plays = async (mine: number): Promise<void> => {
      const td = lot.waiter()
      for (let i = 0; !timer.rang && i < A_LOT; i++) {
        if (memory.load(word) === mine) {
          memory.store(word, 1 - mine)
          await awaiting(td, lot.unpark(word, 1))
        } else await awaiting(td, lot.park(td, word, word, 1 - mine))
      }
      memory.store(word, 2)
      await awaiting(td, lot.unpark(word, 1))
    }
    await Promise.all([plays(0), plays(1)])
    expect(timer.rang).toBe(true)
  })

  it('lets it run though one call is woken before it sleeps, again and again', async () => {
    const { lot, memory } = makeWord()
    const td = lot.waiter()
    const timer = { rang: false }
    setTimeout(() => (timer.rang = true), 1)
    function* neverAsleep(): Waiting {
      for (let i = 0; !timer.rang && i < A_LOT; i++) {
        memory.store(td.at + WAITER.offset.state, AWAKE)
        yield PARK
      }
    }
    await awaiting(td, neverAsleep())
    expect(timer.rang).toBe(true)
  })

  it('lets it run though one call does much and never waits, if it asks', async () => {
    const { lot } = makeWord()
    const td = lot.waiter()
    const timer = { rang: false }
    setTimeout(() => (timer.rang = true), 1)
    function* busy(): Waiting {
      for (let i = 0; !timer.rang && i < A_LOT; i++) if (td.isToYield()) yield YIELD
    }
    await awaiting(td, busy())
    expect(timer.rang).toBe(true)
    function* blocking(): Waiting<boolean> {
      return td.isToYield()
    }
    expect(Array.from({ length: 16 }, () => block(td, blocking()))).not.toContain(true)
  })

  it('rejects with what the generator throws', async () => {
    const { here } = makeWord()
    function* failing(): Waiting {
      yield SPIN
      throw new Error('from within')
    }
    await expect(awaiting(here, failing())).rejects.toThrow('from within')
  })

  it('ends a sleep when its time is over', async () => {
    const { lot, word } = makeWord()
    const td = lot.waiter()
    const limit = until(td, { timeoutMs: 5 })
    expect(await awaiting(td, lot.park(td, word, word, 0, limit))).toBe(TIMED_OUT)
  })

  it('ends a sleep when its signal is aborted, before or during it', async () => {
    const { lot, word } = makeWord()
    const td = lot.waiter()
    const controller = new AbortController()
    const limit = until(td, { signal: controller.signal })
    const parked = awaiting(td, lot.park(td, word, word, 0, limit))
    setTimeout(() => controller.abort(), 1)
    expect(await parked).toBe(ABORTED)
    expect(await awaiting(td, lot.park(td, word, word, 0, limit))).toBe(ABORTED)
    expect(lot.tryUnpark(word, 1)).toBe(0)
  })

  it('is woken though it was aborted, when the wake came first', async () => {
    const { lot, word } = makeWord()
    const td = lot.waiter()
    const controller = new AbortController()
    const limit = until(td, { signal: controller.signal })
    const parked = awaiting(td, lot.park(td, word, word, 0, limit))
    await Promise.resolve()
    lot.tryUnpark(word, 1)
    controller.abort()
    expect(await parked).toBe(WOKEN)
  })
})

describe('The share of an event loop that tasks have', () => {
  it('is used up some ms after some were served, and whole when the loop has turned', () => {
    let now = 1000
    const share = new LoopShare(() => now)
    const at = (ms: number): boolean => {
      now = ms
      return Array.from({ length: 8 }, () => share.isUsedUp()).includes(true)
    }
    expect([1000, 1003, 1004, 1005].map(at)).toEqual([false, false, true, true])
    share.renew()
    expect([1100, 1103, 1104].map(at)).toEqual([false, false, true])
  })

  it('is looked at more seldom while tasks are short, and by each task when it is over', () => {
    let [now, looks] = [1000, 0]
    const share = new LoopShare(() => (looks++, now))
    for (let i = 0; i < 8 + 8 + 16 + 10 * 32; i++) share.isUsedUp()
    expect(looks).toBe(13)
    now = 1005
    expect(Array.from({ length: 40 }, () => share.isUsedUp())).toContain(true)
    expect(Array.from({ length: 9 }, () => share.isUsedUp())).not.toContain(false)
  })
})

describe('The spin budget', () => {
  it('spins for an eighth of what one may wait for at most, and not at all for nothing', () => {
    const budget = new SpinBudget(true)
    for (let i = 0; i < 1000; i++) budget.hit()
    expect([0, 0.004, 1, 39].map((ms) => budget.turns(ms))).toEqual([0, 100, 10_000, 10_000])
    const timed = Array.from({ length: 5_000 }, () => (budget.miss(), budget.turns(10)))
    expect(Math.max(...timed)).toBeLessThanOrEqual(10_000)
    expect(Array.from({ length: 5_000 }, () => (budget.miss(), budget.turns(40)))).toContain(1e6)
  })

  it('halves when spinning does not pay, and doubles when it does', () => {
    const budget = new SpinBudget()
    const first = budget.turns()
    budget.miss()
    expect(budget.turns()).toBe(first / 2)
    budget.hit()
    expect(budget.turns()).toBeGreaterThanOrEqual(first)
  })

  it('has a floor, from which it tries in earnest ever more seldom, but never stops', () => {
    const budget = new SpinBudget()
    const turns = Array.from({ length: 20_000 }, () => {
      budget.miss()
      return budget.turns()
    }).slice(20)
    const floor = Math.min(...turns)
    expect(floor).toBeGreaterThan(0)
    expect(new Set(turns).size).toBe(2)
    const tries = turns.flatMap((turn, at) => (turn > floor * 10 ? [at] : []))
    const gaps = tries.slice(1).map((at, i) => at - tries[i]!)
    expect(gaps.length).toBeGreaterThan(3)
    expect(gaps).toEqual([...gaps].sort((a, b) => a - b))
    expect(gaps.at(-1)).toBe(gaps.at(-2))
  })

  it('tries for long when it may, so that the scheduler sees two threads that want to run', () => {
    const longest = (patient: boolean): number => {
      const budget = new SpinBudget(patient)
      return Math.max(...Array.from({ length: 5_000 }, () => (budget.miss(), budget.turns())))
    }
    expect(longest(true)).toBeGreaterThan(50 * longest(false))
  })

  it('does not try more often because one try in a while succeeds', () => {
    const tries = (hits: boolean): number => {
      const budget = new SpinBudget(true)
      let count = 0
      for (let i = 0; i < 50_000; i++) {
        const tried = budget.turns() > 100_000
        if (tried) count++
        if (tried && hits) budget.hit()
        else budget.miss()
      }
      return count
    }
    expect(tries(false)).toBeGreaterThan(3)
    expect(tries(true)).toBeLessThan(2 * tries(false))
  })

  it('has a ceiling', () => {
    const budget = new SpinBudget()
    for (let i = 0; i < 100; i++) budget.hit()
    const ceiling = budget.turns()
    budget.hit()
    expect(budget.turns()).toBe(ceiling)
  })
})
