import { Arena, LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { Bintime } from '../src/arithmetic/bintime.ts'
import { bintimeToNs, nsToBintime } from '../src/arithmetic/timespec.ts'
import { FeedForward, placeFeedForward } from '../src/discipline/feed-forward.ts'
import { BadTime } from '../src/errors.ts'
import { clockOn, SetCounter } from './support/bench-clock.ts'

const MHZ = 1_000_000

function feedForward() {
  const counter = { count: 0, ffcount: () => counter.count }
  const memory = LiveMemory.create(16_384)
  const handle = placeFeedForward(Arena.create(memory))
  const clock = new FeedForward(memory, handle, counter)
  const ns = (time: Bintime) => bintimeToNs(time)
  const estimate = (ffcount: number, atNs: number, periodS = 1 / MHZ) =>
    clock.update({ ffcount, time: nsToBintime(atNs, new Bintime()), periodS, errorNs: 1500 })
  return { clock, counter, estimate, handle, memory, ns }
}

describe('the feed-forward clock', () => {
  it('is a line through the latest estimate', () => {
    const { clock, counter, estimate, ns } = feedForward()
    estimate(0, 5e9)
    counter.count = 3 * MHZ
    expect(ns(clock.absolute(new Bintime())) / 8e9).toBeCloseTo(1, 12)
    expect(clock.errorNs()).toBe(1500)
  })

  it('jumps to a new estimate where it is absolute, and not where it measures intervals', () => {
    const { clock, counter, estimate, ns } = feedForward()
    estimate(0, 5e9)
    counter.count = MHZ
    estimate(MHZ, 5.9e9)
    expect(ns(clock.absolute(new Bintime())) / 5.9e9).toBeCloseTo(1, 12)
    expect(ns(clock.difference(MHZ, new Bintime())) / 1e9).toBeCloseTo(1, 12)
  })

  it('never goes back where it is monotone, and joins the line at 5000 ppm at most', () => {
    const { clock, counter, estimate, ns } = feedForward()
    estimate(0, 5e9)
    counter.count = MHZ
    let latest = ns(clock.monotone(new Bintime()))
    estimate(MHZ, 5.9e9)
    for (let i = 0; i < 3000; i++) {
      counter.count += MHZ / 100
      const now = ns(clock.monotone(new Bintime()))
      const rate = (now - latest) / 1e7
      expect(rate).toBeGreaterThanOrEqual(0.995 - 1e-6)
      expect(rate).toBeLessThanOrEqual(1.005)
      latest = now
    }
    expect(latest).toBe(ns(clock.absolute(new Bintime())))
  })

  it('is seen by other threads, and counts by the timehands across wraps', () => {
    const counter = new SetCounter(16, MHZ, 65_000)
    const { reader, windup } = clockOn([counter])
    const { handle, memory } = feedForward()
    const timehands = reader()
    const one = new FeedForward(memory, handle, timehands)
    const other = new FeedForward(memory, handle, timehands)
    one.update({ ffcount: 0, time: new Bintime(), periodS: 1 / MHZ })
    for (let i = 0; i < 50; i++) {
      counter.advance(40_000)
      windup.tick()
    }
    counter.advance(7)
    expect(Math.abs(bintimeToNs(other.absolute(new Bintime())) - 2_000_007_000)).toBeLessThan(2)
  })

  it('refuses an estimate that cannot be', () => {
    const { estimate } = feedForward()
    expect(() => estimate(0, 0, 0)).toThrow(BadTime)
    expect(() => estimate(-1, 0)).toThrow('came 0.000001 s at count -1')
    expect(() => estimate(0, 0, Number.NaN)).toThrow(BadTime)
  })
})
