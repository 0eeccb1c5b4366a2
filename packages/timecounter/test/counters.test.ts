import { LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { acpiFast, acpiSafe } from '../src/counters/acpi.ts'
import { checkCounter, counterDelta, maskOf } from '../src/counters/counter.ts'
import { dummyCounter } from '../src/counters/dummy.ts'
import { hpet } from '../src/counters/hpet.ts'
import { hostCounter, hrtimeCounter, performanceCounter } from '../src/counters/host-counter.ts'
import { i8254 } from '../src/counters/i8254.ts'
import { tsc, tscCounter, tscQuality } from '../src/counters/tsc.ts'
import { tscTest } from '../src/counters/tsc-test.ts'
import { BadCounter } from '../src/errors.ts'
import { Bill, billedMemory } from './support/bill.ts'
import { hereCounter } from './support/here-counter.mjs'

const source = { ns: 0, nowNs: () => source.ns }
const memory = LiveMemory.create(4096)

describe('a counter', () => {
  const good = { name: 'X', mask: maskOf(16), frequency: 1_000_000, quality: 0, read: () => 0 }

  it.each([
    ['a frequency of zero', { frequency: 0 }, 'X frequency: expected a whole number'],
    ['a frequency that is no number', { frequency: Number.NaN }, 'came NaN'],
    ['a mask that is not all ones', { mask: 1000 }, 'X mask: expected 2^n - 1'],
    ['more than 53 bits', { mask: 2 ** 54 - 1 }, 'n from 2 to 53'],
    ['a name with a space', { name: 'A B' }, "came 'A B'"],
    ['a quality that is no whole number', { quality: 0.5 }, 'X quality'],
  ])('with %s is refused by name', (_what, wrong, sentence) => {
    expect(() => checkCounter({ ...good, ...wrong })).toThrow(BadCounter)
    expect(() => checkCounter({ ...good, ...wrong })).toThrow(sentence)
  })

  it('tells how far it has come across one wrap, at any width', () => {
    for (const bits of [2, 16, 24, 31, 32, 33, 53]) {
      const mask = maskOf(bits)
      expect(counterDelta(mask, 0, mask)).toBe(1)
      expect(counterDelta(mask, mask, 0)).toBe(mask)
      expect(counterDelta(mask, 1, 1)).toBe(0)
    }
  })
})

describe('the models', () => {
  const at = 1e9 / 3
  const models = [
    i8254(memory, 64, source),
    acpiSafe(memory, source),
    acpiFast(memory, source),
    hpet(memory, source),
    tscCounter(memory, tsc(source, 2_600_000_000), { isInvariant: true }),
  ]

  it.each(models.map((model) => [model.name, model] as const))(
    '%s counts true time at its frequency, and wraps at its width',
    (_name, model) => {
      checkCounter(model)
      for (const ns of [0, at, 1e9, 3600e9 + at]) {
        source.ns = ns
        const exact = (BigInt(Math.floor(ns)) * BigInt(model.frequency)) / 1_000_000_000n
        const expected = Number(exact % BigInt(model.mask + 1))
        expect(counterDelta(model.mask, model.read(), expected)).toBeLessThanOrEqual(1)
      }
    },
  )

  it('have the widths and qualities of the hardware', () => {
    const facts = models.map(({ name, mask, quality }) => [name, Math.log2(mask + 1), quality])
    expect(facts).toEqual([
      ['i8254', 16, 0],
      ['ACPI-safe', 32, 850],
      ['ACPI-fast', 32, 900],
      ['HPET', 32, 950],
      ['TSC-low', 32, 800],
    ])
    expect(acpiFast(memory, source, { bits: 24 }).mask).toBe(0xffffff)
    expect(() => hpet(memory, source, 9_999_999)).toThrow(BadCounter)
  })

  it('bill what reading them costs, each under its own name', () => {
    const bill = new Bill()
    const priced = billedMemory(4096, bill)
    i8254(priced, 64, source).read()
    acpiSafe(priced, source).read()
    acpiFast(priced, source).read()
    hpet(priced, source).read()
    tscCounter(priced, tsc(source, 1e9), { isInvariant: true }).read()
    expect(bill.charges()).toEqual({
      'read-i8254': 1,
      'read-acpi-safe': 1,
      'read-acpi-fast': 1,
      'read-hpet': 1,
      'read-tsc': 1,
    })
  })

  it('serialise the reads of an i8254: who comes during one waits for its end', () => {
    const clock = { ns: 1000, nowNs: () => clock.ns }
    const bill = new Bill((name, times) => {
      if (name === 'read-i8254') clock.ns += 3250 * times
      if (name === 'nanosecond') clock.ns += times
    })
    const counter = i8254(billedMemory(4096, bill), 64, clock)
    counter.read()
    clock.ns = 1000
    counter.read()
    expect(bill.charges()).toEqual({ 'read-i8254': 2, nanosecond: 3250 })
    expect(clock.ns).toBe(1000 + 3250 + 3250)
  })

  it('re-read an unsafe ACPI timer until three samples go up', () => {
    let reads = 0
    const latch = (count: number) => (++reads === 2 ? count ^ 0xff00 : count + reads)
    source.ns = 1e9
    const count = acpiSafe(memory, source, { latch }).read()
    expect(reads).toBeGreaterThan(3)
    expect(count).toBeLessThan(3_579_545 + 10)
    expect(count).toBeGreaterThan(3_579_545)
  })

  it('give up on a timer that never goes up, after a bounded number of samples', () => {
    let reads = 0
    acpiSafe(memory, source, { latch: () => (++reads % 2 === 0 ? 100 : 50) }).read()
    expect(reads).toBe(100)
  })

  it('count the dummy up by one a read', () => {
    const dummy = dummyCounter()
    expect([dummy.read(), dummy.read(), dummy.quality]).toEqual([1, 2, -1_000_000])
  })
})

describe('the TSC', () => {
  const step = (clock: { ns: number }) => (clock.ns += 100)

  function run(options: Parameters<typeof tsc>[2][]) {
    const clock = { ns: 1e6, nowNs: () => clock.ns }
    const tscs = options.map((option) => tsc(clock, 2_600_000_000, option))
    const test = tscTest(tscs)
    let turn = test.next()
    for (; !turn.done; turn = test.next()) step(clock)
    return turn.value
  }

  it('passes the test across CPUs when all started together', () => {
    expect(run([{}, {}, {}, {}])).toMatchObject({ isSynchronized: true })
  })

  it('fails it when one is skewed, and the pair is named', () => {
    const result = run([{}, {}, { skewCycles: -5000 }, {}])
    expect(result).toMatchObject({ isSynchronized: false, culprits: [3, 2] })
  })

  it('fails it when one runs at another rate', () => {
    const result = run([{}, { seenNs: (ns) => ns * 0.9 }])
    expect(result.isSynchronized).toBe(false)
  })

  it('is rated by what is known of it', () => {
    expect(tscQuality({ isInvariant: true, isSynchronized: true })).toBe(1000)
    expect(tscQuality({ isInvariant: true })).toBe(800)
    expect(tscQuality({ isInvariant: false, isSynchronized: true })).toBe(800)
    expect(tscQuality({ isInvariant: true, isSynchronized: false })).toBe(-100)
    expect(tscQuality({ isInvariant: true, isVirtualBox: true })).toBe(0)
    expect(tscQuality({ isInvariant: true, hasApm: true })).toBe(-1000)
  })

  it('refuses a rate of zero and a shift that leaves nothing', () => {
    expect(() => tsc(source, 0)).toThrow(BadCounter)
    const one = tsc(source, 1e9)
    expect(() => tscCounter(memory, one, { isInvariant: true }, 32)).toThrow(BadCounter)
  })
})

describe('the counters of the host', () => {
  it('read process.hrtime to the nanosecond', () => {
    const counter = hrtimeCounter(() => [12, 345_678_901])
    expect(counter.read()).toBe(12_345_678_901)
    expect(hrtimeCounter(() => [2 ** 24, 5]).read()).toBe((2 ** 24 * 1e9 + 5) % 2 ** 53)
  })

  it.each([0n, 1n, 2n ** 32n - 1n, 2n ** 32n, 12_345_678_901n, 2n ** 53n - 1n, 2n ** 53n + 7n])(
    'read %d ns by bigint as they are, and wrap at 53 bits',
    (ns) => {
      const hrtime = Object.assign((): [number, number] => [0, 0], { bigint: () => ns })
      expect(hrtimeCounter(hrtime).read()).toBe(Number(ns % 2n ** 53n))
    },
  )

  it('read the same by bigint and by the pair', () => {
    const pair = (): [number, number] => [12, 345_678_901]
    const both = Object.assign(pair, { bigint: () => 12_345_678_901n })
    expect(hrtimeCounter(both).read()).toBe(hrtimeCounter(() => pair()).read())
  })

  it('count performance.now from the origin of another thread', () => {
    const counter = performanceCounter({ now: () => 1.5, timeOrigin: 1000 }, 900)
    expect(counter.read()).toBe(101_500_000)
    expect(performanceCounter({ now: () => 1, timeOrigin: 0 }, 10).read()).toBe(0)
  })

  it('go up by themselves', () => {
    for (const counter of [
      hereCounter(),
      performanceCounter(performance),
      hostCounter('mine', () => performance.now() * 1e6),
    ]) {
      const before = counter.read()
      let after = before
      while (after === before) after = counter.read()
      expect(after).toBeGreaterThan(before)
    }
  })
})
