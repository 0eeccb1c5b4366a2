import type { Cpu } from '@smpnet/machine'
import { type SimCpu, simulate } from '@smpnet/machine/sim'
import { SETTLE, work } from '@smpnet/memory'
import { type Waiting } from '@smpnet/park'
import { Mutex } from '@smpnet/sync'
import { describe, expect, it } from 'vitest'
import {
  Bsd,
  MAX_PRIORITY,
  Preemption,
  type PreemptionMode,
  Priority,
  PriorityPolicy,
  Scheduler,
  type SchedulingPolicy,
  type Thread,
  Ule,
} from '../src/index.ts'

const NANOSECOND = work('nanosecond')

const timeOf = (cpu: Cpu): number => (cpu as SimCpu).turns.pricer.clock[cpu.id]!

function* busyFor(cpu: Cpu, ns: number): Waiting {
  for (let left = ns; left > 0; left -= 100) {
    cpu.memory.charge(NANOSECOND, 100)
    while (!cpu.memory.settled()) yield SETTLE
  }
}

const policies: Record<string, () => (cpu: Cpu) => SchedulingPolicy> = {
  priority: () => () => new PriorityPolicy(),
  '4BSD': () => {
    const shared = new Bsd()
    return (cpu) => shared.on(cpu)
  },
  ULE: () => {
    const shared = new Ule()
    return (cpu) => shared.on(cpu)
  },
}

/** CPU 0 wakes a pinned thread of CPU 1, which is idle; when, in cycles on the clock of each. */
function wake(policyOf: (cpu: Cpu) => SchedulingPolicy) {
  let [wakesAt, runsAt] = [0, 0]
  const result = simulate<number>({
    profile: 'xeon-e5-2650',
    cpus: 2,
    seed: 1,
    memoryBytes: 1 << 18,
    setup: ({ arena }) => arena.place('word', 4),
    boot: (cpu, at) => {
      const scheduler = new Scheduler(cpu, { policy: policyOf(cpu) })
      const sleeper = function* (td: Thread): Waiting {
        yield* td.lot.park(td, at, at, 0)
        runsAt = timeOf(cpu)
      }
      const waker = function* (td: Thread): Waiting {
        yield* busyFor(cpu, 200_000)
        wakesAt = timeOf(cpu)
        yield* td.lot.unpark(at, 1)
      }
      const body = cpu.id === 1 ? sleeper : waker
      scheduler.spawn((td) => body(td as Thread), { pinned: true })
      return scheduler
    },
  })
  return { wakesAt, runsAt, use: result.cpus[1]! }
}

describe.each(Object.entries(policies))('under %s', (_name, make) => {
  it('a CPU whose thread another CPU wakes is idle until then, and leaves its sleep', () => {
    const { wakesAt, runsAt, use } = wake(make())
    expect(wakesAt).toBeGreaterThan(200_000 * 2.6)
    expect(runsAt).toBeGreaterThan(wakesAt)
    expect(use.idleCycles).toBeGreaterThan(0.95 * wakesAt)
    expect(use.workCycles['idle-exit']).toBe(5200)
  })
})

interface Sleeper {
  readonly priority: number
  readonly afterNs: number
}

/**
 * CPU 1 computes for 5 ms in a thread of priority `current`, while CPU 0 wakes threads there, each
 * when it says. How long each waited, in ns, and what the machine counted.
 */
function disturb(
  current: number,
  sleepers: readonly Sleeper[],
  preemption: PreemptionMode = 'full',
) {
  const waitedNs: number[] = []
  const wokenAt: number[] = []
  const result = simulate<number>({
    profile: 'xeon-e5-2650',
    cpus: 2,
    seed: 1,
    memoryBytes: 1 << 18,
    setup: ({ arena }) => arena.place('words', 64 * sleepers.length),
    boot: (cpu, at) => {
      const scheduler = new Scheduler(cpu, { preemption })
      sleepers.forEach(({ priority }, i) => {
        if (cpu.id === 0) return
        const sleep = function* (td: Thread): Waiting {
          yield* td.lot.park(td, at + 64 * i, at + 64 * i, 0)
          waitedNs[i] = (timeOf(cpu) - wokenAt[i]!) / 2.6
        }
        scheduler.spawn((td) => sleep(td as Thread), { priority })
      })
      const wake = function* (td: Thread): Waiting {
        let nowNs = 0
        for (const [i, { afterNs }] of sleepers.entries()) {
          yield* busyFor(cpu, afterNs - nowNs)
          nowNs = afterNs
          wokenAt[i] = timeOf(cpu)
          yield* td.lot.unpark(at + 64 * i, 1)
        }
      }
      const busy = function* (td: Thread): Waiting {
        yield* td.sleep(20_000)
        yield* busyFor(cpu, 5e6)
      }
      if (cpu.id === 0) scheduler.spawn((td) => wake(td as Thread))
      else scheduler.spawn((td) => busy(td as Thread), { priority: current, name: 'busy' })
      return scheduler
    },
  })
  return { waitedNs, statistics: result.statistics }
}

const { kernel, user, interrupt } = Priority

describe('a wake of a thread on a busy CPU', () => {
  it('interrupts it for one that is more urgent than what runs there', () => {
    const { waitedNs, statistics } = disturb(user, [{ priority: kernel, afterNs: 100_000 }])
    expect(statistics).toMatchObject({ ipis: 1, ipisHandled: 1, remoteWakes: 1, heldBack: 0 })
    expect(waitedNs[0]).toBeLessThan(3_000)
  })

  it('sends nothing for one as urgent, which gets its turn at the tick', () => {
    const { waitedNs, statistics } = disturb(user, [{ priority: user, afterNs: 100_000 }])
    expect(statistics).toMatchObject({ ipis: 0, remoteWakes: 1, heldBack: 1 })
    expect(waitedNs[0]).toBeGreaterThan(3_000)
    expect(waitedNs[0]).toBeLessThan(1.1e6)
  })

  it('sends nothing for one that is less urgent, which runs when the other has ended', () => {
    const { waitedNs, statistics } = disturb(kernel, [{ priority: user, afterNs: 100_000 }])
    expect(statistics).toMatchObject({ ipis: 0, heldBack: 1 })
    expect(waitedNs[0]).toBeGreaterThan(4.5e6)
    expect(waitedNs[0]).toBeLessThan(5.2e6)
  })

  it('interrupts it for the urgent one of two, though the other is in the mailbox', () => {
    const { waitedNs, statistics } = disturb(user, [
      { priority: user, afterNs: 100_000 },
      { priority: interrupt, afterNs: 110_000 },
    ])
    expect(statistics).toMatchObject({ ipis: 1, heldBack: 1 })
    expect(waitedNs[1]).toBeLessThan(3_000)
  })

  it.each<[PreemptionMode, number, number]>([
    ['none', interrupt, 0],
    ['kernel', kernel, 1],
    ['kernel', kernel + 1, 0],
    [100, 100, 1],
    [100, 101, 0],
  ])('interrupts only if it may preempt: %s, priority %i', (mode, priority, ipis) => {
    const { statistics } = disturb(user, [{ priority, afterNs: 100_000 }], mode)
    expect(statistics).toMatchObject({ ipis, heldBack: 1 - ipis })
  })

  it('interrupts it for one that is lent to, as it would for the lender', () => {
    // The sleeper of priority `user` holds a mutex for which one of priority `interrupt` sleeps.
    const boosted = lentTo(true)
    expect(boosted.ipis).toBe(lentTo(false).ipis + 1)
  })
})

/** A thread holds a mutex and parks; an urgent one may come for the mutex; then it is woken. */
function lentTo(isLent: boolean) {
  const { statistics } = simulate<number>({
    profile: 'xeon-e5-2650',
    cpus: 2,
    seed: 1,
    memoryBytes: 1 << 18,
    setup: ({ arena }) => arena.place('words', 128),
    boot: (cpu, at) => {
      const scheduler = new Scheduler(cpu)
      const mutex = new Mutex(cpu.memory, at + 64)
      const spawn = (priority: number, body: (td: Thread) => Waiting): void => {
        scheduler.spawn((td) => body(td as Thread), { priority })
      }
      if (cpu.id === 0) {
        spawn(user, function* (td) {
          yield* busyFor(cpu, 100_000)
          yield* td.lot.unpark(at, 1)
        })
        return scheduler
      }
      spawn(user - 2, function* (td) {
        if (!mutex.tryEnter(td)) yield* mutex.enter(td)
        yield* td.lot.park(td, at, at, 0)
        if (!mutex.tryExit(td)) yield* mutex.exit(td)
      })
      if (isLent) {
        spawn(interrupt, function* (td) {
          yield* td.sleep(20_000)
          if (!mutex.tryEnter(td)) yield* mutex.enter(td)
          if (!mutex.tryExit(td)) yield* mutex.exit(td)
        })
      }
      spawn(kernel, function* (td) {
        yield* td.sleep(50_000)
        yield* busyFor(cpu, 100_000)
      })
      return scheduler
    },
  })
  return statistics
}

describe('the limit of a preemption mode', () => {
  const modes: PreemptionMode[] = ['none', 'kernel', 'full', 0, 16, 100, 151, 152, 200, 255]

  it.each(modes)('%s is where its rule begins not to apply', (mode) => {
    const preemption = new Preemption(mode)
    const all = Array.from({ length: MAX_PRIORITY + 1 }, (_, priority) => priority)
    for (const isRemote of [false, true]) {
      const wrong = all.filter((current) => {
        const limit = preemption.limit(current, isRemote)
        return all.some((one) => one < limit !== preemption.applies(one, current, isRemote))
      })
      expect(wrong).toEqual([])
    }
  })
})
