import { describe, expect, it } from 'vitest'
import { type Counter, maskOf } from '../src/counters/counter.ts'
import { dummyCounter } from '../src/counters/dummy.ts'
import { bootLine, Timecounters } from '../src/counters/timecounters.ts'
import { BadCounter, BadHz, UnknownCounter } from '../src/errors.ts'

function counter(name: string, quality: number, frequency = 1_000_000, bits = 32): Counter {
  return { name, quality, frequency, mask: maskOf(bits), read: () => 0 }
}

/** The sample of timecounters(4): registered from the right of the line to its left. */
function sample(): Timecounters {
  const all = new Timecounters(dummyCounter(), 1000)
  all.register(counter('ACPI-fast', 900, 3_579_545))
  all.register(counter('i8254', 0, 1_193_182, 16))
  all.register(counter('HPET', 950, 14_318_180))
  all.register(counter('TSC-low', -100, 1_300_000_000))
  return all
}

describe('the choice of a counter', () => {
  it('is the best by quality: HPET, in the sample of timecounters(4)', () => {
    const all = sample()
    expect(all.choice()).toBe('TSC-low(-100) HPET(950) i8254(0) ACPI-fast(900) dummy(-1000000)')
    expect(all.hardware().name).toBe('HPET')
  })

  it('does not depend on the order of registration', () => {
    const all = new Timecounters(dummyCounter(), 1000)
    all.register(counter('HPET', 950))
    all.register(counter('ACPI-fast', 900))
    expect(all.hardware().name).toBe('HPET')
  })

  it('goes by frequency among equals, and to the later one among those', () => {
    const all = new Timecounters(dummyCounter(), 1000)
    all.register(counter('A', 800, 2_000_000))
    all.register(counter('B', 800, 1_000_000))
    expect(all.hardware().name).toBe('A')
    all.register(counter('C', 800, 2_000_000))
    expect(all.hardware().name).toBe('C')
  })

  it('never falls on a negative quality unless asked for by name', () => {
    const all = new Timecounters(dummyCounter(), 1000)
    all.register(counter('TSC-low', -100))
    expect(all.hardware().name).toBe('dummy')
    expect(all.use('TSC-low').name).toBe('TSC-low')
    expect(all.hardware().name).toBe('TSC-low')
  })

  it('is left alone once somebody has named one', () => {
    const all = sample()
    all.use('i8254')
    all.register(counter('TSC', 1000))
    expect(all.hardware().name).toBe('i8254')
  })

  it('falls on nothing that wraps between two ticks', () => {
    const slow = new Timecounters(dummyCounter(), 18)
    slow.register(counter('i8254', 0, 1_193_182, 16))
    expect(slow.choice()).toBe('i8254(-2000) dummy(-1000000)')
    expect(slow.hardware().name).toBe('dummy')
    const enough = new Timecounters(dummyCounter(), 20)
    enough.register(counter('i8254', 0, 1_193_182, 16))
    expect(enough.hardware().name).toBe('i8254')
  })

  it('prints the line that FreeBSD prints at boot', () => {
    expect(bootLine(sample().hardware())).toBe(
      'Timecounter "HPET" frequency 14318180 Hz quality 950',
    )
  })
})

describe('bad input', () => {
  it('is refused by name', () => {
    const all = sample()
    expect(() => all.register(counter('X', 1, 0))).toThrow(BadCounter)
    expect(() => all.use('hpet')).toThrow(UnknownCounter)
    expect(() => all.use('hpet')).toThrow('expected one of dummy, ACPI-fast')
    for (const hz of [0, -1, 1.5, 100_001, Number.NaN]) {
      expect(() => new Timecounters(dummyCounter(), hz)).toThrow(BadHz)
    }
  })
})
