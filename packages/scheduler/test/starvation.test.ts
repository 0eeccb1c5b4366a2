import type { Cpu } from '@smpnet/machine'
import { simulate } from '@smpnet/machine/sim'
import { work } from '@smpnet/memory'
import { SETTLE, type Waiting } from '@smpnet/park'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  Bsd,
  PriorityPolicy,
  Scheduler,
  type SchedulingPolicy,
  type Thread,
  Ule,
} from '../src/index.ts'
import { BsdTdSched } from '../src/bsd/bsd-td-sched.ts'
import { RunQueue } from '../src/policy/run-queue.ts'
import { ThreadQueues } from '../src/ule/thread-queues.ts'

const NANOSECOND = work('nanosecond')
/** How long a thread computes before its turn can end, and what a tick's work may add. */
const GRAIN_NS = 500_000
const TICK_NS = 1e6
const STATHZ = 127
const SLICE = 12

type PolicyOf = (cpu: Cpu) => SchedulingPolicy

interface Promised {
  readonly policy: () => PolicyOf
  /** The longest that one of so many threads is kept waiting, in ns: see the README. */
  readonly bound: (threads: number) => number
  /** Plants a fault by which a thread starves, and returns what takes it out again. */
  readonly spoil: () => () => void
}

/** Has one method of a class do something else; returns what mends it. */
function replace<C extends object, K extends keyof C>(of: C, name: K, by: C[K]): () => void {
  const before = of[name]
  of[name] = by
  return () => {
    of[name] = before
  }
}

const lastComesFirst = () => replace(RunQueue.prototype, 'append', RunQueue.prototype.prepend)

/** The turns that others of a queue take, each ended by a sample and the grain it falls into. */
const turns = (others: number, samples: number) => {
  return others * ((samples + 1) * (1e9 / STATHZ) + TICK_NS + GRAIN_NS)
}

const policies: Record<string, Promised> = {
  priority: {
    policy: () => () => new PriorityPolicy(),
    bound: (threads) => (threads - 1) * (TICK_NS + 2 * GRAIN_NS),
    spoil: lastComesFirst,
  },
  '4BSD': {
    policy: () => {
      const shared = new Bsd()
      return (cpu) => shared.on(cpu)
    },
    bound: (threads) => 5e9 * (2 * threads + 1) + turns(threads - 1, SLICE),
    // Neither order nor usage alone would be enough: each makes up for the other.
    spoil: () => {
      const mends = [lastComesFirst(), replace(BsdTdSched.prototype, 'runs', () => {})]
      return () => {
        for (const mend of mends) mend()
      }
    },
  },
  ULE: {
    policy: () => {
      const shared = new Ule()
      return (cpu) => shared.on(cpu)
    },
    bound: (threads) => {
      const slice = threads > 6 ? 2 : Math.floor(SLICE / Math.max(1, threads - 1))
      return 64 * (turns(threads - 1, slice) + (2 * 1e9) / STATHZ)
    },
    spoil: () => {
      const { add } = ThreadQueues.prototype
      return replace(ThreadQueues.prototype, 'add', function (this: ThreadQueues, td) {
        add.call(this, td, true)
      })
    },
  },
}

/** What a thread does again and again: it computes, more than it sleeps; a hog never sleeps. */
interface Rounds {
  readonly on: number
  readonly runNs: number
  readonly sleepPart: number
}

/** Since when a thread is ready to run or will be, in ns, and how often it has moved since. */
interface Waiter {
  readyNs: number
  moves: number
  cpu: number
}

/** The longest that any thread is kept waiting, in ns, per move to another CPU. */
function longestWaitNs(policyOf: PolicyOf, cpus: number, all: readonly Rounds[], untilNs: number) {
  const waiters = all.map(({ on }) => ({ readyNs: 0, moves: 0, cpu: on % cpus }))
  let longestNs = 0
  simulate({
    profile: 'xeon-e5-2650',
    cpus,
    seed: 1,
    memoryBytes: 1 << 20,
    untilNs,
    boot: (cpu) => {
      const scheduler = new Scheduler(cpu, { policy: policyOf(cpu), preemption: 'kernel' })
      all.forEach((rounds, i) => {
        if (waiters[i]!.cpu !== cpu.id) return
        scheduler.spawn((td) => live(td as Thread, rounds, waiters[i]!))
      })
      return scheduler
    },
  })
  for (const waiter of waiters) look(waiter, untilNs)
  return longestNs

  function look(waiter: Waiter, nowNs: number): void {
    longestNs = Math.max(longestNs, (nowNs - waiter.readyNs) / (1 + waiter.moves))
    waiter.moves = 0
  }

  function* live(td: Thread, { runNs, sleepPart }: Rounds, waiter: Waiter): Waiting {
    for (;;) {
      for (let left = runNs; left > 0; left -= GRAIN_NS) {
        if (td.cpu !== waiter.cpu) waiter.moves++
        waiter.cpu = td.cpu
        look(waiter, td.pcpu.now())
        td.pcpu.memory.charge(NANOSECOND, GRAIN_NS)
        waiter.readyNs = td.pcpu.now()
        while (!td.pcpu.memory.settled()) yield SETTLE
      }
      if (sleepPart === 0) continue
      waiter.readyNs = td.pcpu.now() + runNs * sleepPart
      yield* td.sleep(runNs * sleepPart)
    }
  }
}

const thread = fc.record({
  on: fc.nat(7),
  runNs: fc.integer({ min: 10e6, max: 100e6 }),
  sleepPart: fc.constantFrom(0, 0, 0.1, 0.5),
})
const loads = fc.array(thread, { minLength: 2, maxLength: 8 })
const cpus = fc.integer({ min: 1, max: 8 })

describe.each(Object.entries(policies))('under %s', (_name, { policy, bound, spoil }) => {
  it('no thread is kept waiting longer than the policy promises', () => {
    fc.assert(
      fc.property(loads, cpus, (threads, count) => {
        const boundNs = bound(threads.length)
        const waitedNs = longestWaitNs(policy(), count, threads, 1.5 * boundNs)
        expect(waitedNs).toBeLessThan(boundNs)
      }),
      { numRuns: 6, seed: 3 },
    )
  })

  it('is found to starve a thread if the thread that has run comes first again', () => {
    const mend = spoil()
    try {
      const hogs = [1, 2, 3].map(() => ({ on: 0, runNs: 1e9, sleepPart: 0 }))
      const boundNs = bound(hogs.length)
      expect(longestWaitNs(policy(), 1, hogs, 1.5 * boundNs)).toBeGreaterThan(boundNs)
    } finally {
      mend()
    }
  })
})
