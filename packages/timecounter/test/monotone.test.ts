import { PricedMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import { Bintime } from '../src/arithmetic/bintime.ts'
import { largestDelta } from '../src/counters/counter.ts'
import { Windup } from '../src/windup/windup.ts'
import { clockOn, seconds, SetCounter } from './support/bench-clock.ts'
import { fc } from './support/fast-check.ts'

/** What happens at a moment: time passes, somebody reads, somebody writes, or UTC is set. */
const events = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('read' as const), who: fc.nat(2) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      part: fc.double({ min: 0, max: 0.4, noNaN: true }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('tick' as const), who: fc.nat(1) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('step' as const),
      sec: fc.integer({ min: -4_000_000_000, max: 4_000_000_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('offset' as const),
      ns: fc.integer({ min: -1e9, max: 1e9 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('swap' as const), to: fc.nat(1) }) },
)
type Event = typeof events extends fc.Arbitrary<infer T> ? T : never

/**
 * Readers and writers over one page. Each memory access of one is a moment at which something else
 * may happen: `within` runs there, nested, so any of them is interrupted anywhere by any other.
 */
class Run {
  readonly counters: readonly [SetCounter, SetCounter]
  readonly #latest = [new Bintime(), new Bintime(), new Bintime()]
  readonly #fast = [new Bintime(), new Bintime(), new Bintime()]
  readonly #within: readonly Event[]
  readonly #busy = new Set<string>()
  #at = 0
  #depth = 0
  #accesses = 0
  readonly #clock
  readonly #readers
  readonly #writers
  #passed = 0

  constructor(
    bits: number,
    start: number,
    within: readonly Event[],
    readonly every: number,
  ) {
    this.#within = within
    this.counters = [
      new SetCounter(bits, 1_193_182, start % 2 ** bits, 'a'),
      new SetCounter(32, 3_579_545, 2 ** 32 - 5, 'b'),
    ]
    const moment = () => this.#moment()
    const memory = new PricedMemory(16_384, {
      read: moment,
      write: moment,
      update: moment,
      copy: () => {},
      charge: () => {},
      pause: () => {},
      settled: () => true,
      claimed: () => true,
      owned: () => true,
      failed: () => {},
    })
    this.#clock = clockOn(this.counters, { memory })
    this.#readers = [this.#clock.reader(), this.#clock.reader(), this.#clock.reader()]
    this.#writers = [this.#clock.windup, new Windup(memory, this.#clock.handle, this.counters)]
    this.#accesses = 1
  }

  /** Nobody interrupts himself: an event of someone who is in the middle of one is left out. */
  do(event: Event): void {
    const actor = actorOf(event)
    if (this.#busy.has(actor)) return
    this.#busy.add(actor)
    try {
      this.#act(event)
    } finally {
      this.#busy.delete(actor)
    }
  }

  #act(event: Event): void {
    if (event.kind === 'pass') this.#pass(event.part)
    else if (event.kind === 'tick') this.#tick(event.who)
    else if (event.kind === 'step') this.#clock.set.setUtc(seconds(event.sec))
    else if (event.kind === 'offset') this.#clock.set.offsetNs(event.ns)
    else if (event.kind === 'swap') this.#clock.set.useCounter(event.to)
    else this.#read(event.who)
  }

  /** At every n-th access, one nested event. */
  #moment(): void {
    if (this.#accesses === 0 || this.#depth > 1) return
    if (++this.#accesses % this.every !== 0) return
    const event = this.#within[this.#at++]
    if (event === undefined) return
    this.#depth++
    try {
      this.do(event)
    } finally {
      this.#depth--
    }
  }

  /** So much of the range of the faster wrapping counter, and no more than may be late in all. */
  #pass(part: number): void {
    const { mask, frequency } = this.counters[0]
    const counts = Math.floor(part * largestDelta(mask))
    if (this.#passed + counts > largestDelta(mask)) return
    this.#passed += counts
    this.counters[0].advance(counts)
    this.counters[1].advance(Math.floor((counts / frequency) * this.counters[1].frequency))
  }

  #tick(who: number): void {
    const before = this.#passed
    if (this.#writers[who]!.tick() === 'done' && this.#passed === before) this.#passed = 0
  }

  #read(who: number): void {
    const reader = this.#readers[who]!
    const now = reader.binuptime(new Bintime())
    if (now.compare(this.#latest[who]!) < 0) throw new Error(`precise: ${show(now)} is back`)
    this.#latest[who]!.set(now)
    const fast = reader.getbinuptime(new Bintime())
    if (fast.compare(this.#fast[who]!) < 0) throw new Error(`fast: ${show(fast)} is back`)
    this.#fast[who]!.set(fast)
  }
}

function actorOf(event: Event): string {
  if (event.kind === 'read') return `reader ${event.who}`
  if (event.kind === 'pass') return 'time'
  return event.kind === 'tick' ? `writer ${event.who}` : 'writer 0'
}

function show({ sec, high, low }: Bintime): string {
  return `${sec}.${high}.${low}`
}

describe('uptime', () => {
  it('never goes back in a thread, whoever interrupts whom, at any step and any wrap', () => {
    const lists = fc.array(events, { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(
        fc.constantFrom(8, 16, 24, 32),
        fc.nat(),
        lists,
        lists,
        fc.integer({ min: 1, max: 7 }),
        (bits, start, outer, within, every) => {
          const run = new Run(bits, start, within, every)
          for (const event of outer) run.do(event)
        },
      ),
      { numRuns: 1500 },
    )
  })

  it('is not changed by setting UTC', () => {
    const counter = new SetCounter(32, 1_000_000)
    const { reader, set } = clockOn([counter])
    const clock = reader()
    counter.advance(1_000_000)
    const before = clock.binuptime(new Bintime())
    expect(set.setUtc(seconds(-5))).toBe(true)
    expect(clock.binuptime(new Bintime()).compare(before)).toBe(0)
    expect(clock.bintime(new Bintime()).sec).toBe(-5)
  })
})
