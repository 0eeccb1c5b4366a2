import { LiveMemory } from '@smpnet/memory'
import { thorough } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { Bintime } from '../src/arithmetic/bintime.ts'
import { bintimeToNs } from '../src/arithmetic/timespec.ts'
import { acpiFast, acpiSafe } from '../src/counters/acpi.ts'
import { type Counter, largestDelta, maskOf } from '../src/counters/counter.ts'
import { hpet } from '../src/counters/hpet.ts'
import { i8254 } from '../src/counters/i8254.ts'
import { tsc, tscCounter } from '../src/counters/tsc.ts'
import { timehandsStatistics } from '../src/timehands/timehands-block.ts'
import { clockOn } from './support/bench-clock.ts'
import { fc } from './support/fast-check.ts'

const HOUR_NS = 3_600e9
/** A day, or a part of it where there is no time for the many windups of short counters. */
const HOURS = thorough(24, 2)
const memory = LiveMemory.create(4096)
const source = { ns: 0, nowNs: () => source.ns }

const counters: [name: string, counter: Counter][] = [
  i8254(memory, 64, source),
  acpiSafe(memory, source, { bits: 24 }),
  acpiFast(memory, source, { bits: 24 }),
  acpiFast(memory, source, { bits: 32 }),
  hpet(memory, source),
  tscCounter(memory, tsc(source, 2_600_000_000), { isInvariant: true }),
].map((counter) => [`${counter.name} of ${Math.log2(counter.mask + 1)} bits`, counter])

/** How late a windup may come and still be believed. */
function mostLateNs({ mask, frequency }: Counter): number {
  return Math.floor((largestDelta(mask) / frequency) * 1e9) - 2000
}

interface Late {
  /** The latest a windup comes after the one before it, and half of that is the earliest. */
  readonly mostNs: number
  readonly seed: number
  readonly watch?: Counter
}

/** Windups, each delayed by chance, until `endNs`; how far off the clock is then. */
function run(counter: Counter, endNs: number, { mostNs, seed, watch }: Late) {
  source.ns = 0
  const { handle, memory, reader, windup } = clockOn([counter], watch ? { watch } : {})
  const clock = reader()
  const latest = new Bintime()
  const now = new Bintime()
  const delays = fc.sample(fc.double({ min: 0.5, max: 1, noNaN: true }), { seed, numRuns: 997 })
  for (let i = 0; source.ns < endNs; i++) {
    source.ns += Math.floor(delays[i % delays.length]! * mostNs)
    if (i % 4 === 0) {
      if (clock.binuptime(now).compare(latest) < 0) throw new Error('uptime went back')
      latest.set(now)
    }
    windup.tick()
  }
  const errorNs = bintimeToNs(clock.binuptime(now)) - source.ns
  return { errorNs, ...timehandsStatistics(memory, handle) }
}

describe('simulated time', () => {
  it.each(counters)(
    `passes for ${HOURS} hours on %s to within 5 ms, with windups late by up to 15/16 of its range`,
    (_name, counter) => {
      const late = { mostNs: mostLateNs(counter), seed: 1 }
      const { backwards, errorNs, lostWraps } = run(counter, HOURS * HOUR_NS, late)
      expect({ backwards, lostWraps }).toEqual({ backwards: 0, lostWraps: 0 })
      expect(Math.abs(errorNs)).toBeLessThan(5e6)
    },
  )

  it.each(counters)('is lost on %s when windups come later still', (_name, counter) => {
    const range = ((counter.mask + 1) / counter.frequency) * 1e9
    expect(run(counter, HOUR_NS, { mostNs: 3 * range, seed: 2 }).errorNs).toBeLessThan(-range)
  })

  it.each(counters)('lost on %s is told of, and made good, by a watch', (_name, counter) => {
    const range = ((counter.mask + 1) / counter.frequency) * 1e9
    const late = { mostNs: 3 * range, seed: 2, watch }
    const { errorNs, lostWraps } = run(counter, HOUR_NS, late)
    expect(lostWraps).toBeGreaterThan(0)
    expect(Math.abs(errorNs)).toBeLessThan(5e6)
  })
})

/** Counts nanoseconds, and does not wrap in these tests. */
const watch: Counter = {
  name: 'watch',
  mask: maskOf(53),
  frequency: 1_000_000_000,
  quality: 0,
  read: () => Math.floor(source.ns),
}
