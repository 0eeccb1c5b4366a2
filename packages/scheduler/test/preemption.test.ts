import type { Cpu } from '@smpnet/machine'
import { simulate } from '@smpnet/machine/sim'
import {
  type Outcome,
  OWNER_DIED,
  SPIN,
  TIMED_OUT,
  type Waiting,
  WOKEN,
  YIELD,
} from '@smpnet/park'
import { Mutex } from '@smpnet/sync'
import { describe, expect, it } from 'vitest'
import {
  type Countable,
  CountedSection,
  Preemption,
  Priority,
  PriorityPolicy,
  Scheduler,
  type SchedulerOptions,
  type SchedulingPolicy,
  type Thread,
  Ule,
  wakeupPolicies,
} from '../src/index.ts'
import { HandCpu } from './hand-cpu.ts'
import { compute } from './simulated-load.ts'

/** Words of the test's own, past everything that is placed. */
const KEY = 900_000
const LOCK = 900_064

/** A thread that sleeps, and one that is spawned to wake it; what they say, in order. */
function race(
  options: SchedulerOptions,
  woken: number,
  waker: (td: Thread, wake: () => Waiting<number>, log: string[]) => Waiting,
) {
  const cpu = new HandCpu()
  const scheduler = new Scheduler(cpu, options)
  cpu.executive = scheduler
  const log: string[] = []
  scheduler.spawn(
    function* (td) {
      yield* td.lot.park(td, KEY, KEY, 0)
      log.push('woken')
    },
    { priority: woken },
  )
  cpu.runUntilIdle()
  scheduler.spawn((td) => waker(td as Thread, () => td.lot.unpark(KEY, 1), log))
  cpu.runUntilIdle()
  expect(cpu.failures).toEqual([])
  return { log: log.join(', '), reasons: scheduler.reasons }
}

function* wakes(_td: Thread, wake: () => Waiting<number>, log: string[]): Waiting {
  log.push('wakes')
  yield* wake()
  log.push('goes on')
  yield YIELD
}

/** Wakes while it holds a lock, and says when it has let go of it. */
function* wakesInside(td: Thread, wake: () => Waiting<number>, log: string[]): Waiting {
  const section = new CountedSection(new Mutex(td.pcpu.memory, LOCK))
  if (!section.tryEnter(td)) yield* section.enter(td)
  yield* wake()
  log.push('inside')
  if (!section.tryExit(td)) yield* section.exit(td)
  log.push('outside')
}

const wakeup = (name: string) => ({ wakeup: wakeupPolicies.get(name)! })

describe('who may preempt whom', () => {
  const { idle, kernel, user } = Priority

  it.each([
    ['none', kernel, user, false],
    ['none', user, idle, true],
    ['kernel', kernel, user, true],
    ['kernel', 100, user, false],
    ['full', 121, 122, true],
    ['full', user, user, false],
    [100, 100, user, true],
    [100, 101, user, false],
  ] as const)('with %s, a thread of %d against one of %d: %s', (mode, next, current, expected) => {
    expect(new Preemption(mode).applies(next, current, false)).toBe(expected)
  })

  it('lets an interactive thread that comes from afar preempt one that computes', () => {
    const preemption = new Preemption('kernel')
    expect(preemption.applies(130, 180, true)).toBe(true)
    expect(preemption.applies(130, 180, false)).toBe(false)
    expect(preemption.applies(155, 180, true)).toBe(false)
  })

  it('refuses modes that are none', () => {
    expect(() => new Preemption(256)).toThrow("'full' or a priority from 0 to 255: 256 came")
    expect(() => new Preemption('ful' as never)).toThrow('ful came')
  })
})

describe('a wakeup policy', () => {
  const { kernel, idle } = Priority

  it('preempt: runs the woken at once if it is more urgent', () => {
    expect(race(wakeup('preempt'), kernel, wakes).log).toBe('wakes, woken, goes on')
    expect(race(wakeup('preempt'), kernel, wakesInside).log).toBe('woken, inside, outside')
    expect(race(wakeup('preempt'), idle, wakes).log).toBe('wakes, goes on, woken')
  })

  it('no-preempt: lets the waker go on', () => {
    expect(race(wakeup('no-preempt'), kernel, wakes).log).toBe('wakes, goes on, woken')
  })

  it('deferred-to-unlock: switches where the waker releases its last lock', () => {
    const inside = race(wakeup('deferred-to-unlock'), kernel, wakesInside)
    expect(inside.log).toBe('inside, woken, outside')
    expect(inside.reasons.of('owepreempt')).toBe(1)
    expect(race(wakeup('deferred-to-unlock'), kernel, wakes).log).toBe('wakes, woken, goes on')
    expect(race(wakeup('deferred-to-unlock'), idle, wakesInside).log).toBe(
      'inside, outside, woken',
    )
  })

  it('handoff: gives the CPU to the woken, whoever is more urgent', () => {
    const handed = race(wakeup('handoff'), idle, wakes)
    expect(handed.log).toBe('wakes, woken, goes on')
    expect(handed.reasons.of('handoff')).toBe(1)
  })
})

describe('a critical section', () => {
  it('owes a preemption until its outermost end', () => {
    const { log, reasons } = race({}, Priority.kernel, function* (td, wake, said) {
      td.enterCritical()
      td.enterCritical()
      yield* wake()
      if (!td.tryExitCritical()) yield* td.exitCritical()
      said.push('inside')
      if (!td.tryExitCritical()) yield* td.exitCritical()
      said.push('outside')
    })
    expect(log).toBe('inside, woken, outside')
    expect(reasons.of('owepreempt')).toBe(1)
    expect(reasons.of('preempt')).toBe(0)
  })

  it('costs no yield when nothing is owed', () => {
    const { log } = race({}, Priority.kernel, function* (td, wake, said) {
      td.enterCritical()
      said.push(td.tryExitCritical() ? 'left' : 'owed')
      yield* wake()
    })
    expect(log).toBe('left, woken')
  })

  it('is not preempted where it spins nor by a tick, but at the next yield after its end', () => {
    const { log } = race({}, Priority.user, function* (td, wake, said) {
      td.critical++
      yield* wake()
      for (let spins = 0; spins < 3; spins++) {
        td.pcpu.memory.load(KEY)
        yield SPIN
      }
      ;(td.pcpu as HandCpu).executive!.tick()
      yield SPIN
      said.push('inside')
      td.critical--
      said.push('outside')
      yield SPIN
      said.push('later')
    })
    expect(log).toBe('inside, outside, woken, later')
  })

  it('is no place to wait nor to give a turn away, nor to leave twice', () => {
    const cpu = new HandCpu()
    const scheduler = new Scheduler(cpu)
    cpu.executive = scheduler
    scheduler.spawn(
      function* (td) {
        td.enterCritical()
        yield YIELD
      },
      { name: 'generous' },
    )
    scheduler.spawn(
      function* (td) {
        td.enterCritical()
        yield* td.sleep(1)
      },
      { name: 'careless' },
    )
    // biome-ignore lint/correctness/useYield: it throws at once.
    scheduler.spawn(function* (td): Waiting {
      td.tryExitCritical()
    })
    cpu.runUntilIdle()
    expect(cpu.failures.map(String)).toEqual([
      'Error: thread generous gives its turn away in a critical section',
      'Error: thread careless waits in a critical section',
      'Error: thread thread 0.2 is in no critical section',
    ])
  })
})

describe('a counted section', () => {
  const rival = (outcome: Outcome): Countable => ({
    tryEnter: () => false,
    *enter() {
      return outcome
    },
    tryExit: () => true,
    *exit() {},
  })

  it.each([
    ['entered', WOKEN, 1],
    ['entered after its owner died inside', OWNER_DIED, 1],
    ['given up because the time was over', TIMED_OUT, 0],
  ])('that was %s is counted or not, as it is held', (_how, outcome, held) => {
    const cpu = new HandCpu()
    const scheduler = new Scheduler(cpu)
    cpu.executive = scheduler
    const counts: number[] = []
    scheduler.spawn(function* (td) {
      const section = new CountedSection(rival(outcome))
      yield* section.enter(td as Thread)
      counts.push(td.held)
      if (held > 0 && !section.tryExit(td as Thread)) yield* section.exit(td as Thread)
      counts.push(td.held)
    })
    cpu.runUntilIdle()
    expect(counts).toEqual([held, 0])
  })
})

describe('a CPU that is preempted from afar', () => {
  const ROUNDS = 50

  /** A thread of CPU 0 wakes one of CPU 1, which computes for others meanwhile. */
  function remote(policyOf: (shared: Ule, cpu: Cpu) => SchedulingPolicy) {
    const shared = new Ule()
    const schedulers: Scheduler[] = []
    let answered = 0
    const result = simulate({
      profile: 'xeon-8176',
      cpus: 2,
      seed: 1,
      memoryBytes: 1 << 20,
      untilNs: 0.2e9,
      boot: (cpu) => {
        const scheduler = new Scheduler(cpu, { policy: policyOf(shared, cpu) })
        schedulers.push(scheduler)
        const priority = Priority.kernel
        if (cpu.id === 0) scheduler.spawn((td) => calls(td as Thread), { pinned: true, priority })
        else {
          scheduler.spawn((td) => compute(td as Thread, 1e9), { pinned: true })
          scheduler.spawn((td) => answers(td as Thread), { pinned: true, priority })
        }
        return scheduler
      },
    })
    function* calls(td: Thread): Waiting {
      for (let round = 0; round < ROUNDS; round++) {
        yield* td.sleep(1e6)
        yield* td.lot.unpark(KEY, 1)
      }
    }
    function* answers(td: Thread): Waiting {
      for (; answered < ROUNDS; answered++) yield* td.lot.park(td, KEY, KEY, 0)
    }
    return { result, answered, reasons: schedulers[1]!.reasons }
  }

  it('is interrupted for a more urgent thread', () => {
    const { result, answered, reasons } = remote((shared, cpu) => shared.on(cpu))
    expect(answered).toBe(ROUNDS)
    expect(reasons.of('remotepreempt')).toBe(ROUNDS)
    expect(result.statistics.ipis).toBe(ROUNDS)
  })

  it('is interrupted by the mailbox of the machine when its policy is of one CPU', () => {
    const { answered, reasons } = remote(() => new PriorityPolicy())
    expect(answered).toBe(ROUNDS)
    expect(reasons.of('preempt')).toBe(ROUNDS)
  })
})

describe('the reasons of switches', () => {
  it('add up to the switches', () => {
    const { reasons } = race({}, Priority.kernel, wakes)
    const counts = Object.values(reasons.byName())
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(2)
    expect(reasons.byName()).toMatchObject({ preempt: 1, idle: 2, turnstile: 0 })
  })
})
