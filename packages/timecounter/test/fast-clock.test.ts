import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, it } from 'vitest'
import { BadHz, BadTime, ClockPageMismatch } from '../src/errors.ts'
import { FastClock, type FastClockHandle } from '../src/fast-clock/fast-clock.ts'
import type { Ticker } from '../src/fast-clock/ticker.ts'
import { SetCounter } from './support/bench-clock.ts'
import { hereCounter } from './support/here-counter.mjs'

/** Nanoseconds, as wide as the host's counter. */
function nsCounter(): SetCounter {
  return new SetCounter(53, 1_000_000_000, 1_000)
}

describe('a fast clock', () => {
  it('gives the time of the last tick, and the precise one by its counter', () => {
    const counter = nsCounter()
    const clock = FastClock.start(counter, { ticks: false })
    const ticker = clock.ticker({ isFirst: true })
    counter.advance(700_000)
    expect([clock.now(), Math.round(clock.precise())]).toEqual([0, 700_000])
    ticker.turn()
    expect(Math.abs(clock.now() - 700_000)).toBeLessThan(2)
    counter.advance(50_000)
    expect(Math.abs(clock.ageNs() - 50_000)).toBeLessThan(2)
  })

  it('gives UTC in ms, from the UTC it was started with', () => {
    const counter = nsCounter()
    const clock = FastClock.start(counter, { ticks: false, utcMs: 1_700_000_000_123.5 })
    expect(clock.dateMs()).toBeCloseTo(1_700_000_000_123.5, 2)
    counter.advance(2_000_000)
    clock.ticker({ isFirst: true }).turn()
    expect(clock.dateMs()).toBeCloseTo(1_700_000_000_125.5, 2)
  })

  it('is opened by its handle, sees the same ticks, and knows a page that is none', () => {
    const counter = nsCounter()
    const clock = FastClock.start(counter, { ticks: false })
    const other = FastClock.attach(clock.handle, counter)
    counter.advance(5_000_000)
    clock.ticker({ isFirst: true }).turn()
    expect(other.now()).toBe(clock.now())
    expect(other.now()).toBeGreaterThan(4_999_990)
    const wrong = { ...clock.handle, buffer: new SharedArrayBuffer(65_536) }
    expect(() => FastClock.attach(wrong, counter)).toThrow(ClockPageMismatch)
  })

  it('stands still, and counts, when its counter goes backwards', () => {
    const counter = nsCounter()
    const clock = FastClock.start(counter, { ticks: false })
    const ticker = clock.ticker({ isFirst: true })
    counter.advance(1_000_000)
    ticker.turn()
    const [fast, precise] = [clock.now(), clock.precise()]
    counter.count -= 600_000
    ticker.turn()
    expect([clock.now(), clock.precise()]).toEqual([fast, precise])
    expect(clock.statistics().backwards).toBe(1)
  })

  it('records the longest time between two ticks', () => {
    const counter = nsCounter()
    const clock = FastClock.start(counter, { ticks: false })
    const ticker = clock.ticker({ isFirst: true })
    for (const ns of [1_000_000, 9_000_000, 1_000_000, 1_000_000]) {
      counter.advance(ns)
      ticker.turn()
    }
    expect(Math.abs(clock.statistics().longestNs - 9_000_000)).toBeLessThan(3)
    expect(clock.statistics().ticks).toBe(4)
  })

  it('refuses a rate and a date that cannot be', () => {
    for (const hz of [0, 1.5, 100_001, Number.NaN]) {
      expect(() => FastClock.start(nsCounter(), { hz })).toThrow(BadHz)
    }
    expect(() => FastClock.start(nsCounter(), { utcMs: Number.NaN })).toThrow(BadTime)
  })
})

describe('when the one that ticks dies', () => {
  function two(): { counter: SetCounter; clock: FastClock; tickers: [Ticker, Ticker] } {
    const counter = nsCounter()
    const clock = FastClock.start(counter, { ticks: false })
    return {
      counter,
      clock,
      tickers: [clock.ticker({ isFirst: true }), clock.ticker({ isFirst: false })],
    }
  }

  it('one that stands by takes over after 50 missed ticks, and not before', () => {
    const { counter, clock, tickers } = two()
    counter.advance(1_000_000)
    tickers[0].turn()
    tickers[1].turn()
    counter.advance(49_000_000)
    tickers[1].turn()
    expect(tickers[1].isWriter()).toBe(false)
    counter.advance(2_000_000)
    tickers[1].turn()
    expect(tickers[1].isWriter()).toBe(true)
    expect(Math.abs(clock.now() - 52_000_000)).toBeLessThan(3)
    expect(clock.statistics()).toMatchObject({ writers: 2 })
  })

  it('one that was only slow steps down, and time does not go back', () => {
    const { counter, clock, tickers } = two()
    tickers[0].turn()
    tickers[1].turn()
    counter.advance(60_000_000)
    tickers[1].turn()
    const before = clock.now()
    counter.advance(1_000_000)
    tickers[0].turn()
    expect(tickers.map((ticker) => ticker.isWriter())).toEqual([false, true])
    expect(clock.now()).toBe(before)
    tickers[1].turn()
    expect(clock.now()).toBeGreaterThan(before)
  })
})

describe('across worker threads', () => {
  const workers: Worker[] = []
  afterEach(async () => {
    await Promise.all(workers.splice(0).map((worker) => worker.terminate()))
  })

  function start(handle: FastClockHandle, more: object): Worker {
    const url = new URL('./fixtures/clock-worker.mjs', import.meta.url)
    const worker = new Worker(url, {
      workerData: { handle, timeOrigin: performance.timeOrigin, ...more },
    })
    workers.push(worker)
    return worker
  }

  const message = (worker: Worker) =>
    new Promise((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
    })

  it('no reader sees time go back or run ahead, through the death of the writer', async () => {
    const clock = FastClock.start(hereCounter(), { ticks: false })
    const { handle } = clock
    const first = start(handle, { role: 'tick' })
    await message(first)
    await until(() => clock.now() > 0)
    await message(start(handle, { role: 'tick' }))
    const readers = [1, 2].map(() => message(start(handle, { role: 'read', reads: 1_000_000 })))
    await first.terminate()
    const { writers } = clock.statistics()
    await until(() => clock.statistics().writers > writers)
    const after = clock.now()
    await until(() => clock.now() > after)
    for (const seen of await Promise.all(readers)) {
      expect(seen).toMatchObject({ backwards: 0, ahead: 0 })
    }
    clock.stopAll()
  })

  it('an event loop ticks it without keeping the program alive', async () => {
    const clock = FastClock.start(hereCounter())
    await until(() => clock.now() > 3_000_000)
    clock.stop()
    const stopped = clock.now()
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(clock.now()).toBe(stopped)
  })
})

/** Lets the event loop turn until something holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 1))
}
