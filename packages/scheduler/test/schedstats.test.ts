import type { Waiting } from '@smpnet/park'
import { YIELD } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { type Scheduler, Schedstats, type Thread, type WakeupFigures } from '../src/index.ts'
import { everyPolicy } from './every-policy.ts'
import { handPair } from './hand-pair.ts'

type PolicyOf = ReturnType<(typeof everyPolicy)[number][1]>

/** Two CPUs at a time that the test sets. */
function pairAt(policyOf: PolicyOf) {
  const time = { ns: 0 }
  const pair = handPair(policyOf, 2, { schedstats: new Schedstats() }, () => time.ns)
  const runs = (cpu: number, ns: number): void => {
    time.ns = ns
    pair[cpu]!.run()
  }
  const figures = (cpu: number): WakeupFigures => pair[cpu]!.statistics().wakeups!
  const wakes = (td: Thread, ns: number): void => {
    time.ns = ns
    pair.find(({ cpu }) => cpu === td.pcpu)!.receive(td.at)
  }
  return { time, pair, runs, figures, wakes }
}

const pinned = { pinned: true, priority: 80 }

/** Waits to be woken, again and again. */
const waiting = (scheduler: Scheduler, options: object = pinned): Thread =>
  scheduler.spawn(function* (td): Waiting {
    for (;;) yield* td.parkUntilWoken()
  }, options) as Thread

/** Runs for as many steps. */
const stepping = (scheduler: Scheduler, steps: number): Thread =>
  scheduler.spawn(function* (): Waiting {
    for (let left = steps; left > 1; left--) yield YIELD
  }, pinned) as Thread

describe.each(everyPolicy)('under %s, the time idle beside queued work', (_, make) => {
  it('is that of an idle CPU while a pinned thread is queued on another', () => {
    const { time, pair, runs, figures } = pairAt(make())
    stepping(pair[0], 1)
    stepping(pair[0], 1)
    runs(1, 0)
    // Until 100 both CPUs are idle beside both threads, until 350 CPU 1 beside the second.
    runs(0, 100)
    runs(0, 350)
    time.ns = 1000
    expect(figures(0).idleBesideQueuedNs).toBe(100)
    expect(figures(1).idleBesideQueuedNs).toBe(350)
  })

  it('goes on after it was asked for', () => {
    const { time, pair, runs, figures } = pairAt(make())
    stepping(pair[0], 1)
    const asked = [200, 300].map((ns) => {
      time.ns = ns
      return figures(1).idleBesideQueuedNs
    })
    runs(0, 450)
    time.ns = 900
    expect([...asked, figures(1).idleBesideQueuedNs]).toEqual([200, 300, 450])
  })

  it('counts a thread that gave way as queued, and one that waits or has ended as not', () => {
    const { time, pair, runs, figures } = pairAt(make())
    waiting(pair[0])
    stepping(pair[0], 2)
    stepping(pair[0], 2)
    for (let step = 0; step < 3; step++) runs(0, 0)
    // The first of the others ends in the step at 500; its CPU goes to the second at 700.
    runs(0, 500)
    expect(figures(1).idleBesideQueuedNs).toBe(500)
    runs(0, 700)
    runs(0, 800)
    time.ns = 2000
    expect(figures(0).idleBesideQueuedNs).toBe(0)
    expect(figures(1).idleBesideQueuedNs).toBe(700)
  })
})

describe.each(everyPolicy)('under %s, the delay from a wake to its thread', (_, make) => {
  it('is measured for each wake, and not for a start', () => {
    const { pair, runs, figures, wakes } = pairAt(make())
    const td = waiting(pair[0])
    runs(0, 5000)
    for (const [at, delay] of [
      [10_000, 40],
      [20_000, 7000],
      [30_000, 0],
    ] as const) {
      runs(0, at - 1)
      wakes(td, at)
      runs(0, at + delay)
    }
    const { runDelay } = figures(0)
    expect(runDelay).toMatchObject({ count: 3, p50Ns: 40, maxNs: 7000, p99Ns: 7000 })
  })

  it('ends where the thread had the CPU last, which is no switch', () => {
    const { pair, runs, figures, wakes } = pairAt(make())
    const td = waiting(pair[0])
    runs(0, 0)
    wakes(td, 1000)
    runs(0, 1300)
    runs(0, 5000)
    expect(figures(0).runDelay).toMatchObject({ count: 1, maxNs: 300 })
    expect(figures(1).idleBesideQueuedNs).toBe(300)
  })

  it('is over with the first step, even if the thread gives way later', () => {
    const { pair, runs, figures, wakes } = pairAt(make())
    const td = pair[0].spawn(function* (self): Waiting {
      yield* self.parkUntilWoken()
      yield YIELD
    }, pinned)
    runs(0, 0)
    runs(0, 100)
    stepping(pair[0], 2)
    wakes(td as Thread, 1000)
    for (let step = 1; step <= 8; step++) runs(0, 1000 + 50 * step)
    const { count, maxNs } = figures(0).runDelay
    expect(count).toBe(1)
    expect(maxNs).toBeLessThanOrEqual(100)
  })

  it('says by what threads were woken', () => {
    const { pair, runs, figures, wakes } = pairAt(make())
    const td = waiting(pair[0])
    runs(0, 0)
    pair[0].spawn(function* () {
      pair[0].receive(td.at)
    }, pinned)
    runs(0, 10)
    runs(0, 20)
    wakes(td, 1000)
    const all = { starts: 2, byThread: 1, toOtherCpu: 0, byTimer: 0, fromOutside: 1, posted: 0 }
    expect(figures(0).wakes).toEqual(all)
  })
})

describe('what is in a mailbox', () => {
  const woken = () => {
    const all = pairAt(everyPolicy[0]![1]())
    const td = waiting(all.pair[0])
    all.runs(0, 0)
    all.runs(0, 0)
    all.runs(1, 0)
    all.time.ns = 1000
    all.pair[1].posted!(td.at)
    return { ...all, td }
  }

  it('waits for its CPU, and is queued, though that has not looked yet', () => {
    const { time, pair, runs, figures, wakes, td } = woken()
    time.ns = 1600
    pair[0].fetched!(td.at)
    wakes(td, 1600)
    runs(0, 1700)
    runs(0, 2500)
    expect(figures(0).runDelay).toMatchObject({ count: 1, maxNs: 700 })
    expect(figures(0).idleBesideQueuedNs).toBe(700)
    expect(figures(1)).toMatchObject({ idleBesideQueuedNs: 700, wakes: { posted: 1 } })
  })

  it('is neither where the thread is not parked when the mail comes', () => {
    const { time, pair, runs, figures, wakes, td } = woken()
    // Its time is over first, and the mail finds that it runs.
    wakes(td, 1100)
    runs(0, 1150)
    time.ns = 1200
    pair[0].fetched!(td.at)
    time.ns = 5000
    expect(figures(1).idleBesideQueuedNs).toBe(200)
    expect(figures(0).runDelay).toMatchObject({ count: 1, maxNs: 50 })
    runs(0, 5000)
    wakes(td, 6000)
    runs(0, 6040)
    expect(figures(0).runDelay).toMatchObject({ count: 2, maxNs: 50 })
  })
})

describe('what is not asked for', () => {
  it('is not there, and what cannot be known neither', () => {
    const [alone] = handPair(everyPolicy[0]![1](), 2)
    expect(alone.statistics().wakeups).toBeUndefined()
    expect([alone.posted, alone.fetched]).toEqual([undefined, undefined])
    // As on a live machine, where each CPU has an isolate of its own.
    const [cpu] = handPair(everyPolicy[0]![1](), 2, {})
    const own = new Schedstats().on(cpu.cpu)
    own.posted(64)
    expect(own.figures().idleBesideQueuedNs).toBeUndefined()
    expect(own.figures().wakes.posted).toBe(1)
  })
})
