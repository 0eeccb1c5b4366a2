import { LiveMemory, PricedMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { Bintime } from '../src/arithmetic/bintime.ts'
import { bintimeToNs } from '../src/arithmetic/timespec.ts'
import { largestDelta } from '../src/counters/counter.ts'
import { BadCounter, ClockPageMismatch } from '../src/errors.ts'
import { Timehands } from '../src/timehands/timehands.ts'
import { timehandsStatistics } from '../src/timehands/timehands-block.ts'
import { Windup } from '../src/windup/windup.ts'
import { bigOf } from './support/arbitraries.ts'
import { clockOn, seconds, SetCounter } from './support/bench-clock.ts'
import { fc } from './support/fast-check.ts'

const rates = fc.integer({ min: 1000, max: 2_000_000_000 })
const widths = fc.constantFrom(8, 16, 24, 32, 33, 53)

describe('timehands', () => {
  it('give offset + scale · delta to the last bit, at any width, start and lateness', () => {
    const deltas = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 })
    fc.assert(
      fc.property(widths, rates, deltas, (bits, hz, parts) => {
        const counter = new SetCounter(bits, hz, 2 ** bits - 1)
        const { windup, reader } = clockOn([counter])
        const clock = reader()
        const scale = (1n << 64n) / BigInt(hz)
        let counts = 0n
        for (const part of parts) {
          const delta = Math.floor(part * Math.min(largestDelta(counter.mask), 2 ** 40))
          counts += BigInt(delta)
          fc.pre(counts * scale < 1n << 94n)
          counter.advance(delta)
          expect(bigOf(clock.binuptime(new Bintime()))).toBe(counts * scale)
          expect(windup.tick()).toBe('done')
          expect(bigOf(clock.getbinuptime(new Bintime()))).toBe(counts * scale)
        }
      }),
      { numRuns: 500 },
    )
  })

  it('keep the cached time until the next windup, while the precise one goes on', () => {
    const counter = new SetCounter(32, 1_000_000)
    const { windup, reader } = clockOn([counter])
    const clock = reader()
    counter.advance(500)
    expect(bintimeToNs(clock.getbinuptime(new Bintime()))).toBe(0)
    expect(bintimeToNs(clock.binuptime(new Bintime()))).toBe(499_999)
    windup.tick()
    expect(bintimeToNs(clock.getbinuptime(new Bintime()))).toBe(499_999)
  })

  it('refuse a counter of frequency 0, and a memory without them', () => {
    expect(() => clockOn([new SetCounter(32, 0)])).toThrow(BadCounter)
    const counters = [new SetCounter(32, 1e6)]
    const memory = LiveMemory.create(16_384)
    expect(() => new Timehands(memory, { at: 64 }, counters)).toThrow(ClockPageMismatch)
    expect(() => new Timehands(memory, { at: 16_320 }, counters)).toThrow('came address 16320')
    memory.write(64, 0x74686402)
    expect(() => new Windup(memory, { at: 64 }, counters)).toThrow('came 0x74686402')
  })

  it('start at a given UTC and keep it apart from uptime', () => {
    const counter = new SetCounter(32, 1_000_000)
    const { reader } = clockOn([counter], { utc: seconds(1_700_000_000) })
    counter.advance(2_500_000)
    expect(reader().bintime(new Bintime()).sec).toBe(1_700_000_002)
    expect(reader().binuptime(new Bintime()).sec).toBe(2)
  })

  it('go on without a gap when the counter is changed', () => {
    const slow = new SetCounter(24, 3_579_545, 5)
    const fast = new SetCounter(32, 1_000_000_000, 77, 'fast')
    const { reader, set } = clockOn([slow, fast])
    const clock = reader()
    slow.advance(3_579_545)
    const before = bintimeToNs(clock.binuptime(new Bintime()))
    expect(set.useCounter(1)).toBe(true)
    expect(clock.hardware().name).toBe('fast')
    expect(bintimeToNs(clock.binuptime(new Bintime()))).toBe(before)
    fast.advance(1000)
    expect(bintimeToNs(clock.binuptime(new Bintime())) - before).toBe(1000)
    expect(() => set.useCounter(2)).toThrow('expected one of 2 counters')
  })

  it('let several writers tick: one publishes, and the other finds it done', () => {
    const counter = new SetCounter(32, 1_000_000)
    const memory = new PricedMemory(16_384, {
      read: () => {},
      write: () => {},
      update: () => onUpdate(),
      copy: () => {},
      charge: () => {},
      pause: () => {},
      settled: () => true,
      claimed: () => true,
      owned: () => true,
      failed: () => {},
    })
    let onUpdate = () => {}
    const { handle, windup, reader } = clockOn([counter], { memory })
    const other = new Windup(memory, handle, [counter])
    counter.advance(1000)
    onUpdate = () => {
      onUpdate = () => {}
      expect(other.tick()).toBe('done')
    }
    expect(windup.tick()).toBe('raced')
    expect(timehandsStatistics(memory, handle)).toMatchObject({ raced: 1, writers: 2 })
    expect(bintimeToNs(reader().getbinuptime(new Bintime()))).toBe(999_999)
  })
})

describe('a counter that goes backwards', () => {
  it('does not take the clock with it: the reader holds, the windup refuses and counts', () => {
    const problems: string[] = []
    const counter = new SetCounter(32, 1_000_000, 5000)
    const { handle, memory, reader, windup } = clockOn([counter], {
      onProblem: (sentence) => problems.push(sentence),
    })
    const clock = reader()
    counter.advance(1000)
    const before = clock.binuptime(new Bintime())
    windup.tick()
    counter.count -= 500
    const after = clock.binuptime(new Bintime())
    expect(after.compare(before)).toBe(0)
    expect(clock.refused()).toBe(1)
    expect(windup.tick()).toBe('refused')
    expect(timehandsStatistics(memory, handle).backwards).toBe(1)
    expect(problems).toEqual([
      'test: expected a count at or after 6000, came 5500; time stands still',
    ])
    counter.advance(2000)
    expect(windup.tick()).toBe('done')
    expect(clock.binuptime(new Bintime()).compare(before)).toBe(1)
  })

  it('is found with a watch even when it goes back by more than a sixteenth of its range', () => {
    const watch = new SetCounter(53, 1_000_000_000)
    const counter = new SetCounter(16, 1_193_182, 30_000)
    const { windup } = clockOn([counter], { watch })
    watch.advance(1_000_000)
    counter.count = 10_000
    expect(windup.tick()).toBe('refused')
  })
})

describe('wraps that went by unseen', () => {
  it('are reported and made good when a watch tells of them', () => {
    const watch = new SetCounter(53, 1_000_000_000)
    const counter = new SetCounter(16, 1_193_182)
    const problems: string[] = []
    const { handle, memory, reader, windup } = clockOn([counter], {
      watch,
      onProblem: (sentence) => problems.push(sentence),
    })
    watch.advance(1_000_000_000)
    counter.advance(1_193_182)
    expect(windup.tick()).toBe('done')
    expect(timehandsStatistics(memory, handle).lostWraps).toBe(18)
    expect(problems).toEqual(['test: expected a windup within each wrap, came one after 18 more'])
    expect(Math.abs(bintimeToNs(reader().getbinuptime(new Bintime())) - 1e9)).toBeLessThan(2)
  })
})
