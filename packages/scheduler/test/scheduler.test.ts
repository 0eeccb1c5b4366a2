import { CHANGED, PREEMPT, SPIN, TIMED_OUT, until, type Waiting, WOKEN, YIELD } from '@smpnet/park'
import { Mutex } from '@smpnet/sync'
import { describe, expect, it } from 'vitest'
import { Priority, Scheduler, type SchedulerOptions, type Thread } from '../src/index.ts'
import { HandCpu } from './hand-cpu.ts'

function make(options: SchedulerOptions = {}, waiters = 64) {
  const cpu = new HandCpu(waiters)
  const scheduler = new Scheduler(cpu, options)
  cpu.executive = scheduler
  const log: string[] = []
  /** A thread body that logs its name and yields, `turns` times. */
  const logs = (name: string, turns: number, why = YIELD) =>
    function* (): Waiting {
      for (let i = 0; i < turns; i++) {
        log.push(name)
        yield why
      }
    }
  return { cpu, scheduler, log, logs }
}

/** Words of the test's own, past everything that is placed. */
const KEY = 900_000
const OTHER = 900_064

describe('a scheduler', () => {
  it('lets equals take turns', () => {
    const { cpu, scheduler, log, logs } = make()
    scheduler.spawn(logs('a', 3))
    scheduler.spawn(logs('b', 3))
    cpu.runUntilIdle()
    expect(log.join('')).toBe('ababab')
    expect(scheduler.switches).toBe(8)
    expect(scheduler.threads).toBe(0)
  })

  it('runs the more urgent first, and lets it spin without giving way', () => {
    const { cpu, scheduler, log, logs } = make()
    scheduler.spawn(logs('user', 2), { priority: Priority.user })
    scheduler.spawn(logs('kernel', 2, SPIN), { priority: Priority.kernel })
    cpu.runUntilIdle()
    expect(log).toEqual(['kernel', 'kernel', 'user', 'user'])
  })

  it('gives the one that may hold what is spun for a turn', () => {
    const { cpu, scheduler, log, logs } = make()
    scheduler.spawn(logs('spins', 2, SPIN))
    scheduler.spawn(logs('holds', 2))
    cpu.runUntilIdle()
    expect(log).toEqual(['spins', 'holds', 'spins', 'holds'])
  })

  it('parks a thread until it is woken, and resumes it with how', () => {
    const { cpu, scheduler } = make()
    const outcomes: number[] = []
    scheduler.spawn(function* (td) {
      outcomes.push(yield* td.lot.park(td, KEY, KEY, 0))
      outcomes.push(yield* td.lot.park(td, KEY, KEY, 1))
    })
    cpu.runUntilIdle()
    expect(outcomes).toEqual([])
    expect(cpu.lot.tryUnpark(KEY, 1)).toBe(1)
    cpu.runUntilIdle()
    expect(outcomes).toEqual([WOKEN, CHANGED])
    expect(cpu.lot.tryUnpark(KEY, 1)).toBe(0)
  })

  it('ends a wait whose time is over', () => {
    const { cpu, scheduler } = make()
    const outcomes: number[] = []
    scheduler.spawn(function* (td) {
      outcomes.push(yield* td.lot.park(td, KEY, KEY, 0, until(td, { timeoutMs: 5 })))
    })
    cpu.runUntilIdle()
    cpu.pass(4e6)
    cpu.runUntilIdle()
    expect(outcomes).toEqual([])
    cpu.pass(2e6)
    cpu.runUntilIdle()
    expect(outcomes).toEqual([TIMED_OUT])
    expect(cpu.lot.tryUnpark(KEY, 1)).toBe(0)
  })

  it('keeps a wake that comes when the time is over but the thread has not run yet', () => {
    const { cpu, scheduler } = make()
    const outcomes: number[] = []
    scheduler.spawn(function* (td) {
      outcomes.push(yield* td.lot.park(td, KEY, KEY, 0, until(td, { timeoutMs: 5 })))
      outcomes.push(yield* td.lot.park(td, OTHER, OTHER, 0))
    })
    cpu.runUntilIdle()
    cpu.pass(6e6)
    expect(cpu.lot.tryUnpark(KEY, 1)).toBe(1)
    cpu.runUntilIdle()
    expect(outcomes).toEqual([WOKEN])
    expect(cpu.lot.tryUnpark(OTHER, 1)).toBe(1)
  })

  it('lets at least the time asked for pass in a sleep', () => {
    const { cpu, scheduler, log } = make()
    scheduler.spawn(function* (td) {
      yield* td.sleep(1_000)
      log.push('slept')
    })
    cpu.runUntilIdle()
    cpu.pass(999)
    cpu.runUntilIdle()
    expect(log).toEqual([])
    cpu.pass(1)
    cpu.runUntilIdle()
    expect(log).toEqual(['slept'])
  })

  it('refuses priorities that are none, and threads beyond the lot', () => {
    const { scheduler, logs } = make({}, 2)
    expect(() => scheduler.spawn(logs('x', 1), { priority: 256 })).toThrow('255: 256 came')
    expect(() => scheduler.spawn(logs('x', 1), { priority: -1 })).toThrow('-1 came')
    scheduler.spawn(logs('a', 1))
    scheduler.spawn(logs('b', 1))
    expect(() => scheduler.spawn(logs('c', 1))).toThrow('a lot for 2 waiters has 2 already')
  })

  it('uses entries of ended threads again', () => {
    const { cpu, scheduler, logs } = make({}, 2)
    for (let i = 0; i < 10; i++) {
      scheduler.spawn(logs('x', 1))
      cpu.runUntilIdle()
    }
    expect(scheduler.threads).toBe(0)
  })

  it('names who yields what nobody understands', () => {
    const { cpu, scheduler, logs } = make()
    scheduler.spawn(logs('x', 1, 99), { name: 'odd' })
    cpu.runUntilIdle()
    expect(String(cpu.failures[0])).toContain('YIELD: odd yielded 99')
  })
})

describe('preemption', () => {
  /** A waker that wakes somebody more urgent, and says when it went on. */
  function* waker(td: Thread, log: string[]): Waiting {
    log.push('wakes')
    yield* td.lot.unpark(KEY, 1)
    log.push('goes on')
  }

  function race(options: SchedulerOptions): string[] {
    const { cpu, scheduler, log } = make(options)
    scheduler.spawn(
      function* (td) {
        yield* td.lot.park(td, KEY, KEY, 0)
        log.push('urgent')
      },
      { priority: Priority.kernel },
    )
    cpu.runUntilIdle()
    scheduler.spawn((td) => waker(td as Thread, log))
    cpu.runUntilIdle()
    return log
  }

  it('runs the woken first when it is more urgent', () => {
    expect(race({})).toEqual(['wakes', 'urgent', 'goes on'])
  })

  it('lets the waker finish when it is off', () => {
    expect(race({ preemption: false })).toEqual(['wakes', 'goes on', 'urgent'])
  })

  it('ends a slice of time for the sake of equals, and not for others', () => {
    const { cpu, scheduler, log, logs } = make()
    scheduler.spawn(logs('a', 3, PREEMPT))
    scheduler.spawn(logs('b', 3, PREEMPT))
    scheduler.spawn(logs('c', 1, PREEMPT), { priority: Priority.idle })
    scheduler.run()
    scheduler.tick()
    cpu.runUntilIdle()
    expect(log.join('')).toBe('abbbaac')
  })
})

describe('joining', () => {
  it('returns what the thread returned, before and after its end', () => {
    const { cpu, scheduler } = make()
    const results: number[] = []
    const worker = scheduler.spawn(function* () {
      yield YIELD
      return 42
    })
    const joins = function* (td: Thread): Waiting {
      results.push(yield* worker.join(td))
    }
    scheduler.spawn((td) => joins(td as Thread))
    cpu.runUntilIdle()
    scheduler.spawn((td) => joins(td as Thread))
    cpu.runUntilIdle()
    expect(results).toEqual([42, 42])
  })

  it('throws what the thread threw, and then nobody else is told', () => {
    const { cpu, scheduler } = make()
    const caught: unknown[] = []
    const worker = scheduler.spawn(function* (): Waiting {
      yield YIELD
      throw new Error('no space')
    })
    scheduler.spawn(function* (td) {
      try {
        yield* worker.join(td as Thread)
      } catch (error) {
        caught.push(error)
      }
    })
    cpu.runUntilIdle()
    expect(caught).toEqual([new Error('no space')])
    expect(cpu.failures).toEqual([])
  })

  it('fails the machine with an error that nobody waits for', () => {
    const { cpu, scheduler } = make()
    // biome-ignore lint/correctness/useYield: it throws at once.
    scheduler.spawn(function* (): Waiting {
      throw new Error('no space')
    })
    cpu.runUntilIdle()
    expect(cpu.failures).toEqual([new Error('no space')])
  })

  it('refuses to wait for itself', () => {
    const { cpu, scheduler } = make()
    scheduler.spawn(
      function* (td): Waiting {
        yield* td.join(td as Thread)
      },
      { name: 'narcissus' },
    )
    cpu.runUntilIdle()
    expect(String(cpu.failures[0])).toContain('narcissus cannot wait for its own end')
  })
})

describe('a mutex between kernel threads', () => {
  it('is held by one at a time, and passed on without a deadlock', () => {
    const { cpu, scheduler } = make()
    const mutex = new Mutex(cpu.memory, KEY)
    let inside = 0
    let entered = 0
    for (let i = 0; i < 5; i++) {
      scheduler.spawn(function* (td) {
        for (let turn = 0; turn < 20; turn++) {
          if (!mutex.tryEnter(td)) yield* mutex.enter(td)
          expect(++inside).toBe(1)
          yield YIELD
          entered++
          inside--
          if (!mutex.tryExit(td)) yield* mutex.exit(td)
        }
      })
    }
    cpu.runUntilIdle()
    expect([entered, mutex.owner(), cpu.failures]).toEqual([100, 0, []])
  })
})
