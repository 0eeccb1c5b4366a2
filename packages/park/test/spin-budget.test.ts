import { describe, expect, it } from 'vitest'
import { SpinBudget } from '../src/index.ts'

/** Misses until the budget has nothing left to halve; the last one gives the least there is. */
function discourage(budget: SpinBudget): number {
  for (let before = 0, turns = budget.turns(); ; before = turns, turns = budget.turns()) {
    budget.miss()
    if (turns === before) return turns
  }
}

describe('a spin budget', () => {
  it('halves what does not pay, and doubles what does', () => {
    const budget = new SpinBudget()
    const first = budget.turns()
    budget.miss()
    expect(budget.turns()).toBe(first / 2)
    budget.hit()
    expect(budget.turns()).toBe(first)
  })

  it('goes on where other work has interrupted it, and then says what it would have said', () => {
    const budget = new SpinBudget()
    const first = budget.turns()
    budget.interrupt(123)
    expect(budget.turns()).toBe(123)
    expect(budget.turns()).toBe(first)
  })

  it('learns nothing from an interruption', () => {
    const budget = new SpinBudget()
    const least = discourage(budget)
    budget.interrupt(5)
    budget.turns()
    expect(budget.turns()).toBe(least)
  })

  it('tries in earnest after some sleeps, and a patient one for long in the end', () => {
    const longest = (budget: SpinBudget): number => {
      let most = 0
      for (let sleeps = 0; sleeps < 5000; sleeps++) {
        most = Math.max(most, budget.turns())
        budget.miss()
      }
      return most
    }
    expect(longest(new SpinBudget(true))).toBeGreaterThan(50 * longest(new SpinBudget()))
  })

  describe('of which every spin ends with what was waited for', () => {
    /** The turns of so many spins, each of which takes so long. */
    const spins = (count: number, tookMs: (spin: number) => number): number[] => {
      let nowMs = 0
      const budget = new SpinBudget(false, () => nowMs)
      return Array.from({ length: count }, (_, spin) => {
        const turns = budget.turns()
        nowMs += tookMs(spin)
        budget.hit()
        return turns
      })
    }

    it('spins on', () => {
      expect(Math.min(...spins(200, () => 0.05))).toBeGreaterThan(1000)
    })

    it('stops soon when each takes a slice of time, since both sides share a core', () => {
      expect(Math.min(...spins(40, () => 3))).toBeLessThan(10)
    })

    it('spins on when one of them was preempted now and then', () => {
      expect(Math.min(...spins(2000, (spin) => (spin % 7 === 0 ? 3 : 0.05)))).toBeGreaterThan(1000)
    })
  })
})
