import { describe, expect, it } from 'vitest'
import {
  ABORTED,
  awaiting,
  block,
  PREEMPT,
  SETTLE,
  SPIN,
  SpinBudget,
  SyncDomain,
  TIMED_OUT,
  WAITER,
  type Waiting,
  WOKEN,
} from '../src/index.ts'

function makeWord() {
  const domain = SyncDomain.create()
  const word = domain.place({ name: 'word', code: 200, version: 1 }, 4)
  return { domain, word, lot: domain.lot, memory: domain.memory }
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
    const { domain } = makeWord()
    expect(block(domain.here, yields(SPIN, SETTLE, PREEMPT, SPIN))).toBe(SETTLE + PREEMPT)
  })

  it('throws what the generator throws', () => {
    const { domain } = makeWord()
    function* failing(): Waiting {
      yield SPIN
      throw new Error('from within')
    }
    expect(() => block(domain.here, failing())).toThrow('from within')
  })

  it('ends a sleep when its time is over, and is in no queue then', () => {
    const { domain, lot, word } = makeWord()
    domain.here.timeoutMs = 5
    expect(block(domain.here, lot.park(domain.here, word, word, 0))).toBe(TIMED_OUT)
    expect(lot.tryUnpark(word, 1)).toBe(0)
  })

  it('goes on sleeping when a notification came for a wake that was seen already', async () => {
    const { domain, lot, word, memory } = makeWord()
    const td = domain.borrow()
    const parked = awaiting(td, lot.park(td, word, word, 0))
    await Promise.resolve()
    expect(Atomics.notify(memory.words, (td.at + WAITER.offset.state) >> 2)).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(lot.tryUnpark(word, 1)).toBe(1)
    expect(await parked).toBe(WOKEN)
  })
})

describe('Driving by awaiting', () => {
  it('resolves to what the generator returns, and lets the event loop run meanwhile', async () => {
    const { domain } = makeWord()
    let turns = 0
    const timer = setInterval(() => turns++, 0)
    const spins = Array.from({ length: 1000 }, () => SPIN)
    expect(await awaiting(domain.here, yields(...spins))).toBe(0)
    clearInterval(timer)
    expect(turns).toBeGreaterThan(0)
  })

  it('rejects with what the generator throws', async () => {
    const { domain } = makeWord()
    function* failing(): Waiting {
      yield SPIN
      throw new Error('from within')
    }
    await expect(awaiting(domain.here, failing())).rejects.toThrow('from within')
  })

  it('ends a sleep when its time is over', async () => {
    const { domain, lot, word } = makeWord()
    const td = domain.borrow()
    td.timeoutMs = 5
    expect(await awaiting(td, lot.park(td, word, word, 0))).toBe(TIMED_OUT)
  })

  it('ends a sleep when its signal is aborted, before or during it', async () => {
    const { domain, lot, word } = makeWord()
    const td = domain.borrow()
    const controller = new AbortController()
    td.signal = controller.signal
    const parked = awaiting(td, lot.park(td, word, word, 0))
    setTimeout(() => controller.abort(), 1)
    expect(await parked).toBe(ABORTED)
    expect(await awaiting(td, lot.park(td, word, word, 0))).toBe(ABORTED)
    expect(lot.tryUnpark(word, 1)).toBe(0)
  })

  it('is woken though it was aborted, when the wake came first', async () => {
    const { domain, lot, word } = makeWord()
    const td = domain.borrow()
    const controller = new AbortController()
    td.signal = controller.signal
    const parked = awaiting(td, lot.park(td, word, word, 0))
    await Promise.resolve()
    lot.tryUnpark(word, 1)
    controller.abort()
    expect(await parked).toBe(WOKEN)
  })
})

describe('The spin budget', () => {
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
