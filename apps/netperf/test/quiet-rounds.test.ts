import { describe, expect, it } from 'vitest'
import {
  fastestRounds,
  type Look,
  quietLooks,
  stateBetween,
} from '../src/calibrate/quiet-rounds.ts'

const look = (ns: number, begun = 0, over = begun): Look => ({ ns, preemptions: [begun, over] })

describe('the state of a host between two looks', () => {
  it('is 1 where it was as fast as at its best, and nothing came between', () => {
    expect(stateBetween(look(2), look(2), 2)).toBe(1)
  })

  it.each([
    ['slow before', look(3), look(2)],
    ['slow after', look(2), look(3)],
    ['without a core in between', look(2, 7), look(2, 11)],
  ])('is above that where it was %s', (_, before, after) => {
    expect(stateBetween(before, after, 2)).toBeGreaterThan(1.15)
  })

  it('is not better for a thread that has ended, and is not counted any more', () => {
    expect(stateBetween(look(2, 8), look(2, 3), 2)).toBe(1)
  })

  it('is not worse for what the looks themselves have taken', () => {
    expect(stateBetween(look(2, 1, 5), look(2, 5, 9), 2)).toBe(1)
  })
})

describe('rounds that count', () => {
  const states = Array.from({ length: 40 }, (_, round) => (round % 4 === 1 ? 1.05 : 1.5))

  it('are the quiet ones behind the first quarter, in which code is compiled', () => {
    const { rounds, quiet } = quietLooks(states)
    expect(rounds).toEqual([13, 17, 21, 25, 29, 33, 37])
    expect(quiet).toBe(10)
  })

  it('are the quietest where too few are quiet', () => {
    const busy = Array.from({ length: 20 }, (_, round) => 3 - round / 20)
    expect(quietLooks(busy)).toEqual({ rounds: [14, 15, 16, 17, 18, 19], quiet: 0 })
  })

  it('are all that there are where there are few', () => {
    expect(quietLooks([2]).rounds).toEqual([0])
    expect(quietLooks([]).rounds).toEqual([])
  })
})

describe('the fastest rounds', () => {
  it('are a twentieth of them, by what was done, in the order of time', () => {
    const speeds = Array.from({ length: 200 }, (_, round) => (round * 77) % 200)
    const rounds = fastestRounds(speeds)
    expect(rounds.map((round) => speeds[round]!).toSorted((one, other) => one - other)).toEqual([
      190, 191, 192, 193, 194, 195, 196, 197, 198, 199,
    ])
    expect(rounds).toEqual(rounds.toSorted((one, other) => one - other))
  })

  it('are six at least, or all', () => {
    expect(fastestRounds([5, 1, 4, 2, 3, 7, 6, 8])).toEqual([0, 2, 4, 5, 6, 7])
    expect(fastestRounds([1, 2])).toEqual([0, 1])
  })
})
