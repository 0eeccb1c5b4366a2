import { describe, expect, it } from 'vitest'
import { Bintime } from '../src/arithmetic/bintime.ts'
import { bintimeToNs, nsToBintime } from '../src/arithmetic/timespec.ts'
import { TIME_INS, TIME_OK, TIME_OOP, TIME_WAIT } from '../src/discipline/leap.ts'
import { BadTime } from '../src/errors.ts'
import { timehandsStatistics } from '../src/timehands/timehands-block.ts'
import { clockOn, seconds, SetCounter } from './support/bench-clock.ts'

const HZ = 1_000_000
const DAY = 86_400

/** A clock whose counter is `ppm` too fast, with true time beside it; ten windups a second. */
function driftingClock(ppm: number, startOffsetNs: number) {
  const counter = new SetCounter(32, HZ)
  const clock = clockOn([counter], { utc: nsToBintime(startOffsetNs, new Bintime()) })
  const reader = clock.reader()
  let trueNs = 0
  let owed = 0
  return {
    ...clock,
    runSeconds(count: number) {
      for (let i = 0; i < 10 * count; i++) {
        owed += (HZ / 10) * (1 + ppm / 1e6)
        counter.advance(Math.floor(owed))
        owed -= Math.floor(owed)
        trueNs += 1e8
        clock.windup.tick()
      }
    },
    /** How far true time is ahead of the clock. */
    offsetNs: () => trueNs - bintimeToNs(reader.bintime(new Bintime())),
  }
}

describe('the phase-locked loop', () => {
  it.each([
    [50, 10e6],
    [-200, -3e6],
    [0, 400e6],
  ])('pulls in a counter %d ppm fast that starts %d ns off', (ppm, startNs) => {
    const clock = driftingClock(ppm, startNs)
    for (let update = 0; update < 600; update++) {
      clock.runSeconds(16)
      clock.set.offsetNs(clock.offsetNs(), 0)
    }
    clock.runSeconds(16)
    expect(Math.abs(clock.offsetNs())).toBeLessThan(5_000)
    const learntPpm = clock.windup.ntp.getWide('frequency') / 2 ** 24 / 1000
    expect(learntPpm).toBeCloseTo(-ppm, 0)
  })

  it('without measurements leaves the rate alone', () => {
    const clock = driftingClock(100, 0)
    clock.runSeconds(1000)
    expect(clock.offsetNs()).toBeLessThan(-99e6)
  })

  it('takes no more than half a second, and refuses what is no number', () => {
    const clock = driftingClock(0, 0)
    clock.set.offsetNs(5e9)
    expect(clock.windup.ntp.getWide('phase') / 2 ** 24).toBe(500_000_000)
    expect(() => clock.set.offsetNs(Number.NaN)).toThrow(BadTime)
    expect(() => clock.set.offsetNs(0, 11)).toThrow('time constant: expected 0 to 10')
  })

  it('slews by adjtime at 500 ppm, and ten times that above a second', () => {
    // A rate holds for a second of this clock and until the next windup, so true time gets a
    // little more or less of it: 0.1 s of 500 ppm, and 0.5 % of a second at 5000 ppm.
    const clock = driftingClock(0, 0)
    clock.set.slewUs(2_000)
    clock.runSeconds(8)
    expect(Math.abs(clock.offsetNs() + 2e6)).toBeLessThan(60_000)
    clock.set.slewUs(-1_500_000)
    clock.runSeconds(2)
    expect(clock.offsetNs() + 2e6).toBeGreaterThan(4_400_000)
    clock.runSeconds(3000)
    expect(Math.abs(clock.offsetNs() + 2e6 - 1_500e6)).toBeLessThan(5_000_000)
  })
})

describe('a leap second', () => {
  function atEndOfDay(kind: 'insert' | 'delete') {
    const counter = new SetCounter(32, HZ)
    const clock = clockOn([counter], { utc: seconds(DAY - 3) })
    const reader = clock.reader()
    clock.set.leap(kind)
    const utc: number[] = []
    const uptime: number[] = []
    const states: number[] = []
    for (let i = 0; i < 8; i++) {
      counter.advance(HZ + (i === 0 ? 1000 : 0))
      clock.windup.tick()
      utc.push(reader.bintime(new Bintime()).sec - DAY)
      uptime.push(reader.binuptime(new Bintime()).sec)
      states.push(clock.windup.ntp.get('leap'))
    }
    return { clock, counter, states, uptime, utc }
  }

  it('that is inserted repeats the last second of the day in UTC, and not in uptime', () => {
    const { states, uptime, utc, clock } = atEndOfDay('insert')
    expect(utc).toEqual([-2, -1, -1, 0, 1, 2, 3, 4])
    expect(uptime).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(states.slice(0, 5)).toEqual([TIME_INS, TIME_INS, TIME_OOP, TIME_WAIT, TIME_WAIT])
    expect(clock.windup.ntp.get('tai')).toBe(1)
  })

  it('that is deleted leaves out the last second of the day', () => {
    const { utc, uptime, clock } = atEndOfDay('delete')
    expect(utc).toEqual([-2, 0, 1, 2, 3, 4, 5, 6])
    expect(uptime).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(clock.windup.ntp.get('tai')).toBe(-1)
  })

  it('happens once, and another can be asked for after the request was taken back', () => {
    const { clock, counter } = atEndOfDay('insert')
    clock.set.leap('none')
    counter.advance(HZ)
    clock.windup.tick()
    expect(clock.windup.ntp.get('leap')).toBe(TIME_OK)
  })

  it('is not missed by a windup that comes seconds late', () => {
    const counter = new SetCounter(32, HZ)
    const clock = clockOn([counter], { utc: seconds(DAY - 3) })
    clock.set.leap('insert')
    counter.advance(HZ)
    clock.windup.tick()
    counter.advance(10 * HZ)
    clock.windup.tick()
    expect(clock.reader().bintime(new Bintime()).sec - DAY).toBe(7 - 1)
  })
})

describe('setting UTC', () => {
  it('steps UTC only, is counted, and refuses what is no time', () => {
    const counter = new SetCounter(32, HZ)
    const { handle, memory, reader, set } = clockOn([counter])
    counter.advance(5 * HZ)
    set.setUtc(seconds(2_000_000_000))
    expect(reader().bintime(new Bintime()).sec).toBe(2_000_000_000)
    expect(timehandsStatistics(memory, handle).steps).toBe(1)
    expect(() => set.setUtc(seconds(Number.NaN))).toThrow(BadTime)
    expect(() => set.slewUs(0.5)).toThrow(BadTime)
  })
})
