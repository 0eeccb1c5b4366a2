import { until, type Waiting, YIELD } from '@smpnet/park'
import { Mutex, RwLock } from '@smpnet/sync'
import { lockTable } from '@smpnet/sync/kinds'
import { describe, expect, it } from 'vitest'
import {
  Bsd,
  type Countable,
  Priority,
  PriorityPolicy,
  Scheduler,
  type Thread,
  Ule,
} from '../src/index.ts'
import { HandCpu } from './hand-cpu.ts'

/** Words of the test's own, past everything that is placed. */
const LOCK = 900_000
const OTHER = 900_064

/** How the policies of one CPU are made. */
const policies = {
  priority: () => new PriorityPolicy(),
  '4BSD': (cpu: HandCpu) => new Bsd().on(cpu),
  ULE: (cpu: HandCpu) => new Ule().on(cpu),
}

function make(policyOf: (cpu: HandCpu) => PriorityPolicy | ReturnType<Ule['on']>) {
  const cpu = new HandCpu()
  const scheduler = new Scheduler(cpu, { policy: policyOf(cpu) })
  cpu.executive = scheduler
  const log: string[] = []
  const gate = { isOpen: false }
  /** Holds `mutex`, and `inner` in it, until `open`, and says then how urgent it is. */
  const holds = (mutex: Countable, inner?: Countable) =>
    function* (td: Thread): Waiting {
      if (!mutex.tryEnter(td)) yield* mutex.enter(td)
      log.push(`${td.name} enters`)
      if (inner !== undefined && !inner.tryEnter(td)) yield* inner.enter(td)
      while (!gate.isOpen) yield YIELD
      log.push(`${td.name} at ${td.priority}`)
      if (inner !== undefined && !inner.tryExit(td)) yield* inner.exit(td)
      if (!mutex.tryExit(td)) yield* mutex.exit(td)
      log.push(`${td.name} left at ${td.priority}`)
    }
  /** Spawns a thread and lets it, and whom it lends to, run for a while. */
  const spawn = (name: string, priority: number, body: (td: Thread) => Waiting): Thread => {
    const td = scheduler.spawn((self) => body(self as Thread), { name, priority })
    for (let turn = 0; turn < 10; turn++) scheduler.run()
    return td as Thread
  }
  const open = (): void => {
    gate.isOpen = true
    cpu.runUntilIdle()
  }
  const mutexes = [new Mutex(cpu.memory, LOCK), new Mutex(cpu.memory, OTHER)] as const
  return { cpu, scheduler, log, holds, spawn, open, mutexes }
}

const rw = ({ memory }: HandCpu): RwLock => new RwLock(memory, LOCK)

/** Every lock that lends, with each way to wait for who is alone inside. */
const lenders = lockTable
  .filter(({ notPromised }) => !('who waits for long lends its priority' in notPromised))
  .flatMap(({ name, over }) => {
    const lockOn = ({ memory }: HandCpu) => over({ memory, at: LOCK, cpus: 1 })
    const hasReaders = lockOn(new HandCpu()).read !== undefined
    const sides = hasReaders ? (['write', 'read'] as const) : (['write'] as const)
    return sides.map((side) => [side, name, lockOn] as const)
  })

describe.each(Object.entries(policies))('lending under %s', (_name, policyOf) => {
  it('runs the holder of what an urgent thread needs before those between them', () => {
    const { log, holds, spawn, open, mutexes } = make(policyOf)
    spawn('low', 230, holds(mutexes[0]))
    spawn('high', Priority.interrupt, holds(mutexes[0]))
    spawn('middle', Priority.kernel, function* () {
      log.push('middle')
      yield YIELD
    })
    open()
    expect(log).toEqual([
      'low enters',
      `low at ${Priority.interrupt}`,
      'high enters',
      `high at ${Priority.interrupt}`,
      `high left at ${Priority.interrupt}`,
      'middle',
      'low left at 230',
    ])
  })

  it('lends along a chain of holders, and takes all of it back', () => {
    const { scheduler, log, holds, spawn, open, mutexes } = make(policyOf)
    const last = spawn('last', 240, holds(mutexes[1]))
    const middle = spawn('middle', 230, holds(mutexes[0], mutexes[1]))
    expect([last.priority, middle.priority]).toEqual([230, 230])
    spawn('first', 20, holds(mutexes[0]))
    expect([last.priority, middle.priority]).toEqual([20, 20])
    open()
    expect(log).toContain('last at 20')
    expect(log).toContain('middle at 20')
    expect(log).toContain('last left at 240')
    expect(log).toContain('middle left at 230')
    expect(scheduler.lending.isAtRest([last.at, middle.at])).toBe(true)
  })

  it('lets whoever gets the lock borrow from those who still wait', () => {
    const { log, holds, spawn, open, mutexes } = make(policyOf)
    spawn('owner', 240, holds(mutexes[0]))
    spawn('second', 236, holds(mutexes[0]))
    spawn('third', 20, holds(mutexes[0]))
    open()
    expect(log.filter((line) => line.startsWith('second'))).toEqual([
      'second enters',
      'second at 20',
      'second left at 236',
    ])
  })

  it.each(lenders)('lends to who is alone inside, from who waits to %s: %s', (...given) => {
    const [side, , lockOn] = given
    const { cpu, log, holds, spawn, open } = make(policyOf)
    const { write, [side]: wanted } = lockOn(cpu)
    const owner = spawn('owner', 240, holds(write))
    spawn('waiter', 20, holds(wanted!))
    expect(owner.priority).toBe(20)
    open()
    expect(log).toContain('owner left at 240')
    expect(log).toContain('waiter left at 20')
  })

  it('lends nothing to readers, of whom nobody knows who they are', () => {
    const { cpu, holds, spawn } = make(policyOf)
    const reader = spawn('reader', 240, holds(rw(cpu).read))
    spawn('writer', 20, holds(rw(cpu).write))
    expect(reader.priority).toBe(240)
  })

  it('stops lending when the wait is given up', () => {
    const { cpu, scheduler, log, spawn, mutexes, holds } = make(policyOf)
    const owner = spawn('owner', 240, holds(mutexes[0]))
    spawn('hasty', 20, function* (td) {
      const limit = until(td, { timeoutMs: 1 })
      log.push(`ended with ${yield* mutexes[0].enter(td, limit)}`)
    })
    expect(owner.priority).toBe(20)
    cpu.pass(2e6)
    for (let turn = 0; turn < 10; turn++) scheduler.run()
    expect([owner.priority, log.at(-1)]).toEqual([240, 'ended with 1'])
  })
})
