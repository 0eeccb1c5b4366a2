import { Arena, LiveMemory } from '@smpnet/memory'
import { describe, expect, it } from 'vitest'
import {
  ABORTED,
  awaiting,
  FOREVER,
  isLimited,
  leftMs,
  Lot,
  nap,
  NotifyWaker,
  PARK,
  pollAll,
  TIMED_OUT,
  until,
  type Waiter,
  type Waiting,
  WOKEN,
} from '../src/index.ts'

/** A lot, a word in its memory, and a waiter whose clock a test sets. */
function makeWaiter() {
  const memory = LiveMemory.create(1 << 16)
  const arena = Arena.create(memory)
  const handle = Lot.place(arena, {})
  const lot = new Lot(memory, handle, new NotifyWaker(memory), Lot.attach(memory, handle))
  const td = lot.waiter()
  const clock = { nowMs: 50 }
  td.now = () => clock.nowMs
  return { lot, td, clock, memory, word: arena.place('word', 4) }
}

/** Drives a generator to its end: each sleep takes as long as it may. */
function sleepThrough<T>(td: Waiter, clock: { nowMs: number }, waiting: Waiting<T>): T {
  let step = waiting.next(WOKEN)
  while (!step.done) {
    if (step.value === PARK) clock.nowMs += leftMs(td, td.limit)
    step = waiting.next(step.value === PARK ? TIMED_OUT : WOKEN)
  }
  return step.value
}

function* parkAgainAndAgain(td: Waiter, word: number, limit = FOREVER): Waiting<number> {
  for (let sleeps = 1; ; sleeps++) {
    if ((yield* td.lot.park(td, word, word, 0, limit)) !== WOKEN) return sleeps
  }
}

describe('A limit', () => {
  it('is a point in time, from which less and less is left', () => {
    const { td, clock } = makeWaiter()
    const limit = until(td, { timeoutMs: 30 })
    expect(limit).toEqual({ deadlineMs: 80, signal: undefined })
    const left = [50, 60, 79, 80, 200].map((ms) => ((clock.nowMs = ms), leftMs(td, limit)))
    expect(left).toEqual([30, 20, 1, 0, 0])
  })

  it('needs no clock when it has no end', () => {
    const { td } = makeWaiter()
    td.now = () => {
      throw new Error('the time was asked for')
    }
    const { signal } = new AbortController()
    const endless = [{}, { timeoutMs: Number.POSITIVE_INFINITY }, { signal }]
    const limits = endless.map((limits) => until(td, limits))
    expect(limits.map((limit) => leftMs(td, limit))).toEqual([Infinity, Infinity, Infinity])
    expect(limits.map(isLimited)).toEqual([false, false, true])
    expect(limits[0]).toBe(FOREVER)
  })
})

describe('A wait', () => {
  it('that parks again and again is over when its caller said', async () => {
    const { lot, td, clock, word } = makeWaiter()
    const limit = until(td, { timeoutMs: 30_000 })
    const waiting = awaiting(td, parkAgainAndAgain(td, word, limit))
    for (const nowMs of [15_050, 30_049, 30_050]) {
      clock.nowMs = nowMs
      while (lot.tryUnpark(word, 1) === 0) await new Promise((turn) => setTimeout(turn, 0))
      await new Promise((turn) => setTimeout(turn, 0))
    }
    expect(await waiting).toBe(4)
  })

  it('inside another leaves the other its limit, and so does one that is left half-way', () => {
    const { lot, td, clock, word } = makeWaiter()
    function* outer(): Waiting<number[]> {
      const limit = until(td, { timeoutMs: 100 })
      const outcomes = [yield* lot.park(td, word, word, 0, until(td, { timeoutMs: 10 }))]
      lot.park(td, word, word, 0, until(td, { timeoutMs: 1 })).next(WOKEN)
      lot.tryUnpark(word, 1)
      outcomes.push(yield* lot.park(td, word, word, 0, limit))
      return [...outcomes, clock.nowMs]
    }
    expect(sleepThrough(td, clock, outer())).toEqual([TIMED_OUT, TIMED_OUT, 150])
    lot.park(td, word, word, 0).next(WOKEN)
    expect(td.limit).toBe(FOREVER)
  })

  it('is ended by a signal wherever it parks', async () => {
    const { lot, td, word } = makeWaiter()
    const control = new AbortController()
    const limit = until(td, { signal: control.signal })
    const waiting = awaiting(td, parkAgainAndAgain(td, word, limit))
    expect(lot.tryUnpark(word, 1)).toBe(1)
    setTimeout(() => control.abort(), 0)
    expect(await waiting).toBe(2)
  })
})

describe('A nap', () => {
  it('says that it is over, or that the limit has come first', () => {
    const { td, clock } = makeWaiter()
    const limit = until(td, { timeoutMs: 5 })
    const naps = [3, 3, 3].map((ms) => [sleepThrough(td, clock, nap(td, ms, limit)), clock.nowMs])
    expect(naps).toEqual([
      [WOKEN, 53],
      [TIMED_OUT, 55],
      [TIMED_OUT, 55],
    ])
    expect(sleepThrough(td, clock, nap(td, 1_000))).toBe(WOKEN)
  })

  it('hears of a signal', async () => {
    const { td } = makeWaiter()
    const control = new AbortController()
    setTimeout(() => control.abort(), 0)
    expect(await awaiting(td, nap(td, 1e9, until(td, { signal: control.signal })))).toBe(ABORTED)
  })
})

describe('Waiting by looking', () => {
  it('has one limit for all that is waited for', () => {
    const { td, clock } = makeWaiter()
    const looks = [0, 0, 0]
    const isOver = (which: number): boolean => ++looks[which]! > 2
    const polled = (timeoutMs: number): number =>
      sleepThrough(td, clock, pollAll(td, 3, isOver, until(td, { timeoutMs }), 0))
    // A look before each of four naps, besides the first look at what comes next.
    expect([polled(4), looks]).toEqual([TIMED_OUT, [3, 2, 0]])
    expect([polled(100), looks]).toEqual([WOKEN, [4, 3, 3]])
  })
})
