import { LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { ACCOUNT, CycleAccounting, TimeAccounting } from '../src/accounting/accounting.ts'
import { CpuTicker } from '../src/accounting/cputicker.ts'
import { uptimeTicker } from '../src/accounting/uptime-ticker.ts'
import { Bintime } from '../src/arithmetic/bintime.ts'
import { CLOCK, clockName } from '../src/clocks/clock-ids.ts'
import { Clocks } from '../src/clocks/clocks.ts'
import { BadCounter, BadHz, BadTime, UnknownClock } from '../src/errors.ts'
import { MockClock } from '../src/clocks/mock-clock.ts'
import { clockOn, seconds, SetCounter } from './support/bench-clock.ts'

const timespec = () => ({ sec: 0, nsec: 0 })
const timeval = () => ({ sec: 0, usec: 0 })

/** Uptime 2.5 s now and 2 s at the last tick; UTC is 1000 s more. */
function clocks() {
  const counter = new SetCounter(32, 1_048_576)
  const { reader, windup } = clockOn([counter], { utc: seconds(1000) })
  counter.advance(2 * 1_048_576)
  windup.tick()
  counter.advance(524_288)
  const cpu = { threadNs: () => 1_500_000_001, processNs: () => 3e9, userNs: () => 1e9 }
  return new Clocks(reader(), 1000, cpu)
}

describe('the clocks', () => {
  it('have the numbers that FreeBSD gives them', () => {
    expect(CLOCK).toMatchObject({
      REALTIME: 0,
      MONOTONIC: 4,
      UPTIME: 5,
      UPTIME_PRECISE: 7,
      UPTIME_FAST: 8,
      REALTIME_PRECISE: 9,
      REALTIME_FAST: 10,
      MONOTONIC_PRECISE: 11,
      MONOTONIC_FAST: 12,
      SECOND: 13,
      THREAD_CPUTIME_ID: 14,
    })
    expect(clockName(12)).toBe('CLOCK_MONOTONIC_FAST')
    expect(clockName(3)).toBeUndefined()
  })

  it.each([
    ['REALTIME', 1002, 5e8],
    ['REALTIME_PRECISE', 1002, 5e8],
    ['REALTIME_FAST', 1002, 0],
    ['MONOTONIC', 2, 5e8],
    ['MONOTONIC_PRECISE', 2, 5e8],
    ['MONOTONIC_FAST', 2, 0],
    ['UPTIME', 2, 5e8],
    ['UPTIME_PRECISE', 2, 5e8],
    ['UPTIME_FAST', 2, 0],
    ['SECOND', 1002, 0],
    ['THREAD_CPUTIME_ID', 1, 500_000_001],
    ['PROCESS_CPUTIME_ID', 3, 0],
    ['PROF', 3, 0],
    ['VIRTUAL', 1, 0],
  ] as const)('CLOCK_%s gives its own time', (name, sec, nsec) => {
    expect(clocks().gettime(CLOCK[name], timespec())).toEqual({ sec, nsec })
  })

  it('have the kernel functions beside them', () => {
    const all = clocks()
    expect(all.microuptime(timeval())).toEqual({ sec: 2, usec: 500_000 })
    expect(all.microtime(timeval())).toEqual({ sec: 1002, usec: 500_000 })
    expect(all.getmicrouptime(timeval())).toEqual({ sec: 2, usec: 0 })
    expect(all.getmicrotime(timeval())).toEqual({ sec: 1002, usec: 0 })
    expect(all.second()).toBe(1002)
  })

  it('tell their resolution, rounded up', () => {
    const all = clocks()
    expect(all.getres(CLOCK.UPTIME, timespec())).toEqual({ sec: 0, nsec: 954 })
    expect(all.getres(CLOCK.PROF, timespec())).toEqual({ sec: 0, nsec: 1_000_000 })
    expect(all.getres(CLOCK.THREAD_CPUTIME_ID, timespec())).toEqual({ sec: 0, nsec: 1000 })
    expect(all.getres(CLOCK.SECOND, timespec())).toEqual({ sec: 1, nsec: 0 })
  })

  it('that are none are refused by name', () => {
    const { reader } = clockOn([new SetCounter(32, 1e6)])
    const bare = new Clocks(reader(), 1000)
    expect(() => bare.gettime(3, timespec())).toThrow(UnknownClock)
    expect(() => bare.gettime(3, timespec())).toThrow('0 (CLOCK_REALTIME)')
    expect(() => bare.gettime(CLOCK.THREAD_CPUTIME_ID, timespec())).toThrow(UnknownClock)
    expect(() => bare.getres(99, timespec())).toThrow('came 99')
    expect(() => new Clocks(reader(), 0)).toThrow(BadHz)
  })
})

describe('the cputicker', () => {
  it('counts on across the wraps of its counter', () => {
    const counter = new SetCounter(16, 1_193_182, 65_000)
    const ticker = new CpuTicker(counter)
    for (let i = 0; i < 10; i++) {
      counter.advance(50_000)
      ticker.ticks()
    }
    expect(ticker.ticks()).toBe(500_000)
    expect(ticker.toUs(1_193_182)).toBe(1_000_000)
    counter.count--
    expect(ticker.ticks()).toBe(500_000)
    expect(ticker.refused()).toBe(1)
  })

  it('with a variable rate learns the highest it has seen, and only after 16 to 20 s', () => {
    const counter = new SetCounter(53, 1_000_000_000)
    const ticker = new CpuTicker(counter, true)
    ticker.calibrate(seconds(0))
    counter.advance(40e9)
    expect(ticker.calibrate(seconds(15))).toBe(false)
    expect(ticker.calibrate(seconds(40))).toBe(false)
    counter.advance(16 * 2.5e9)
    expect(ticker.calibrate(seconds(56))).toBe(true)
    expect(ticker.rate()).toBe(2_500_000_000)
    counter.advance(16e9)
    expect(ticker.calibrate(seconds(72))).toBe(false)
    expect(ticker.rate()).toBe(2_500_000_000)
  })

  it('refuses a rate of zero', () => {
    expect(() => new CpuTicker(new SetCounter(32, 0))).toThrow(BadCounter)
  })
})

describe('the uptime ticker', () => {
  it('counts nanoseconds of uptime, for whoever adds up in time', () => {
    const counter = new SetCounter(32, 1_048_576)
    const { reader } = clockOn([counter])
    const ticker = uptimeTicker(reader())
    counter.advance(524_288)
    expect([ticker.ticks(), ticker.rate()]).toEqual([500_000_000, 1e9])
  })
})

describe('accounting', () => {
  it('in cycles and in time charges each thread what it ran', () => {
    const counter = new SetCounter(32, 1_000_000)
    const { reader } = clockOn([counter])
    const memory = LiveMemory.create(4096)
    for (const start of [
      () => new CycleAccounting(memory, new CpuTicker(counter)),
      () => new TimeAccounting(memory, reader()),
    ]) {
      const accounting = start()
      const [one, other] = [64, 64 + ACCOUNT.size]
      memory.fill(64, 0, 64)
      for (let turn = 0; turn < 1000; turn++) {
        counter.advance(3000)
        accounting.switchFrom(one)
        counter.advance(1000)
        accounting.switchFrom(other)
      }
      expect(accounting.runtimeNs(one) / 3e9).toBeCloseTo(1, 6)
      expect(accounting.runtimeNs(other) / 1e9).toBeCloseTo(1, 6)
    }
  })

  it('in cycles follows a rate that is learnt later', () => {
    const counter = new SetCounter(53, 1_000_000_000)
    const memory = LiveMemory.create(4096)
    const ticker = new CpuTicker(counter, true)
    const accounting = new CycleAccounting(memory, ticker)
    ticker.calibrate(new Bintime())
    counter.advance(32e9)
    accounting.switchFrom(64)
    expect(accounting.runtimeNs(64)).toBe(32e9)
    ticker.calibrate(seconds(16))
    expect(accounting.runtimeNs(64)).toBe(16e9)
  })
})

describe('the mock clock', () => {
  it('stands until it is advanced, and rings what is due at its time and in order', () => {
    const clock = new MockClock()
    const rung: string[] = []
    const note = (name: string) => () => rung.push(`${name} at ${clock.nowNs()}`)
    clock.alarm(200, note('b'))
    clock.alarm(100, note('a'))
    clock.alarm(200, note('c'))
    clock.alarm(150, note('cancelled')).cancel()
    clock.alarm(100, () => clock.alarm(50, note('nested')))
    clock.advance(250)
    expect(rung).toEqual(['a at 100', 'nested at 150', 'b at 200', 'c at 200'])
    expect([clock.nowNs(), clock.pending()]).toEqual([250, 0])
  })

  it('rings late what fell into a stall, and refuses to go back', () => {
    const clock = new MockClock(1000)
    const rung: number[] = []
    clock.alarm(10, () => rung.push(clock.nowNs()))
    clock.stall(500)
    expect(rung).toEqual([])
    clock.advance(0)
    expect(rung).toEqual([1500])
    expect(() => clock.advance(-1)).toThrow(BadTime)
    expect(() => clock.alarm(Number.NaN, () => {})).toThrow(BadTime)
  })

  it('is a counter of any width', () => {
    const clock = new MockClock()
    const counter = clock.counter(1_000_000, 16)
    clock.advance(70_000_000)
    expect(counter.read()).toBe(70_000 - 65_536)
  })
})
