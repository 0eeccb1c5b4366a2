import { Arena } from '@smpnet/memory'
import { YIELD } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { Heartbeat, placeHeartbeats, Scheduler, Watchdog } from '../src/index.ts'
import { HandCpu } from './hand-cpu.ts'

function make() {
  const cpu = new HandCpu()
  const handle = placeHeartbeats(Arena.open(cpu.memory), 2)
  const heartbeat = new Heartbeat(cpu.memory, handle, 1)
  const scheduler = new Scheduler(cpu, { heartbeat })
  cpu.executive = scheduler
  return { cpu, scheduler, watchdog: new Watchdog(cpu.memory, handle) }
}

describe('a watchdog', () => {
  it('names the thread that keeps its CPU, and for how many looks', () => {
    const { cpu, scheduler, watchdog } = make()
    const found: unknown[] = []
    scheduler.spawn(
      function* () {
        for (let look = 0; look < 3; look++) found.push(watchdog.look())
        yield YIELD
      },
      { name: 'greedy' },
    )
    cpu.runUntilIdle()
    expect(found).toEqual([
      [],
      [{ cpu: 1, thread: 'greedy', looks: 1 }],
      [{ cpu: 1, thread: 'greedy', looks: 2 }],
    ])
  })

  it('says nothing of threads that yield, even if no other runs', () => {
    const { scheduler, watchdog } = make()
    scheduler.spawn(function* () {
      for (;;) yield YIELD
    })
    for (let look = 0; look < 5; look++) {
      scheduler.run()
      expect(watchdog.look()).toEqual([])
    }
  })

  it('lets a CPU sleep that has nothing to do', () => {
    const { cpu, scheduler, watchdog } = make()
    scheduler.spawn(function* (td) {
      yield* td.sleep(1e9)
    })
    cpu.runUntilIdle()
    for (let look = 0; look < 5; look++) expect(watchdog.look()).toEqual([])
  })

  it('says nothing more of a CPU that has died in a thread, when it is told', () => {
    const { scheduler, watchdog } = make()
    const found: unknown[] = []
    scheduler.spawn(function* () {
      watchdog.look()
      found.push(watchdog.look().length)
      watchdog.bury(1)
      found.push(watchdog.look().length, watchdog.look().length)
      yield YIELD
    })
    scheduler.run()
    expect(found).toEqual([1, 0, 0])
    expect(() => watchdog.bury(2)).toThrow('a watchdog knows the CPUs 0 to 1: 2 came')
  })

  it('keeps as much of a name as there is room for', () => {
    const { scheduler, watchdog } = make()
    const name = 'n'.repeat(100)
    scheduler.spawn(
      function* () {
        watchdog.look()
        expect(watchdog.look()).toMatchObject([{ thread: 'n'.repeat(40) }])
        yield YIELD
      },
      { name },
    )
    scheduler.run()
  })
})
