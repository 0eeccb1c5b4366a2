import type { Cpu } from '@smpnet/machine'
import { type SimResult, simulate } from '@smpnet/machine/sim'
import { allowBothMemories } from '@smpnet/memory'
import type { Waiting } from '@smpnet/park'
import { Mutex } from '@smpnet/sync'
import { describe, expect, it } from 'vitest'
import {
  CountedSection,
  Scheduler,
  type SchedulerOptions,
  type SchedulingPolicy,
  Schedstats,
  type Thread,
  wakeupPolicies,
  type WakeupFigures,
} from '../src/index.ts'
import { everyPolicy } from './every-policy.ts'
import { compute } from './simulated-load.ts'

// Tests of this package are of both kinds of memory, and measure nothing by the host's time.
allowBothMemories()

/** What the threads of a case share: sections, each with a mutex, and a word to park on. */
interface Room {
  readonly cpu: Cpu
  readonly section: (number: number) => CountedSection
  readonly key: number
  readonly spawn: Scheduler['spawn']
}

interface Case {
  readonly policyOf: (cpu: Cpu) => SchedulingPolicy
  readonly wakeup?: string
  readonly cpus?: number
  readonly isCounted?: boolean
}

interface Came {
  readonly result: SimResult
  readonly all: readonly (WakeupFigures | undefined)[]
}

/** Simulates threads that `start` spawns on each CPU. */
function run({ policyOf, wakeup, cpus, isCounted }: Case, start: (room: Room) => void): Came {
  const schedulers: Scheduler[] = []
  const schedstats = new Schedstats()
  const result = simulate<number>({
    profile: 'xeon-e5-2650',
    cpus: cpus ?? 1,
    seed: 1,
    memoryBytes: 1 << 20,
    untilNs: 2e6,
    setup: ({ arena }) => arena.place('room', 256),
    boot: (cpu, at) => {
      const options: SchedulerOptions = {
        policy: policyOf(cpu),
        wakeup: wakeupPolicies.get(wakeup ?? 'preempt')!,
        ...(isCounted !== false && { schedstats }),
      }
      const scheduler = new Scheduler(cpu, options)
      schedulers.push(scheduler)
      const section = (number: number) =>
        new CountedSection(new Mutex(cpu.memory, at + 64 * (number + 1)))
      start({ cpu, section, key: at, spawn: (body, given) => scheduler.spawn(body, given) })
      return scheduler
    },
  })
  return { result, all: schedulers.map((scheduler) => scheduler.statistics().wakeups) }
}

function* inside(td: Thread, section: CountedSection, body: () => Waiting): Waiting {
  if (!section.tryEnter(td)) yield* section.enter(td)
  yield* body()
  if (!section.tryExit(td)) yield* section.exit(td)
}

function* nothing(): Waiting {}

const LOW = { name: 'low', priority: 200, pinned: true }
const HIGH = { name: 'high', priority: 20, pinned: true }

/** Waits to be woken, works for `ns`, and takes a section. */
function sleeper({ key }: Room, section: CountedSection, ns = 0) {
  return function* (td: Thread): Waiting {
    yield* td.lot.park(td, key, key, 0)
    yield* compute(td, ns)
    yield* inside(td, section, nothing)
  }
}

/** Takes a section, wakes the sleeper inside, and stays there for a while. */
function waker({ key }: Room, section: CountedSection, holdNs = 20_000) {
  return function* (td: Thread): Waiting {
    yield* td.sleep(100_000)
    yield* inside(td, section, function* () {
      yield* td.lot.unpark(key, 1)
      yield* compute(td, holdNs)
    })
  }
}

/** The sleeper wants the waker's lock, or another one. */
function wakes(of: Case, wanted = 0): Came {
  return run(of, (room) => {
    room.spawn(sleeper(room, room.section(wanted)) as never, HIGH)
    room.spawn(waker(room, room.section(0)) as never, LOW)
  })
}

describe.each(everyPolicy)('under %s, a thread woken under the lock it wants', (name, make) => {
  it.each([
    ['preempt', 1],
    ['handoff', 1],
    ['deferred-to-unlock', 0],
    ['no-preempt', 0],
  ] as const)('%s: runs into it %d times', (wakeup, switches) => {
    const { all } = wakes({ policyOf: make(), wakeup })
    expect(all[0]).toMatchObject({
      heldLockSwitches: switches,
      lockBlocks: switches,
      loans: switches,
      // The other wake is that of the sleeper when its lock is let go.
      wakes: { starts: 2, byThread: 1 + switches, byTimer: 1, fromOutside: 0, posted: 0 },
    })
  })

  it('is not counted where it wants another lock', () => {
    const { all } = wakes({ policyOf: make() }, 1)
    expect(all[0]).toMatchObject({ heldLockSwitches: 0, lockBlocks: 0, loans: 0 })
  })

  it('is counted where another CPU has woken it', () => {
    const { all } = run({ policyOf: make(), cpus: 2 }, (room) => {
      const { cpu, key, section } = room
      if (cpu.id === 0) {
        room.spawn(sleeper(room, section(0)) as never, HIGH)
        room.spawn(
          (td) =>
            inside(td as Thread, section(0), function* () {
              yield* compute(td as Thread, 300_000)
            }),
          LOW,
        )
      } else {
        room.spawn(function* (td) {
          yield* compute(td as Thread, 100_000)
          yield* td.lot.unpark(key, 1)
        }, LOW)
      }
    })
    expect(all.map((one) => one!.heldLockSwitches)).toEqual([1, 0])
    // Where a policy queues threads anywhere, the waker's CPU does; else they come by mail.
    const mail = Number(name === 'priority')
    expect(all[1]!.wakes).toMatchObject({ byThread: 1 - mail, toOtherCpu: 1 - mail, posted: mail })
    expect(all[0]!.wakes.fromOutside).toBe(mail)
    expect(all.reduce((sum, one) => sum + one!.lockBlocks, 0)).toBe(1)
  })

  it('is not counted where a third thread, that was preempted before, has the lock', () => {
    const { all } = run({ policyOf: make() }, (room) => {
      const { section } = room
      room.spawn(sleeper(room, section(0)) as never, HIGH)
      // Preempts the holder, and is preempted by the sleeper that it wakes.
      room.spawn(
        function* (td) {
          yield* td.sleep(200_000)
          yield* td.lot.unpark(room.key, 1)
          yield* compute(td as Thread, 10_000)
        },
        { name: 'middle', priority: 80, pinned: true },
      )
      room.spawn(
        (td) =>
          inside(td as Thread, section(0), function* () {
            yield* compute(td as Thread, 400_000)
          }),
        LOW,
      )
    })
    expect(all[0]).toMatchObject({ heldLockSwitches: 0, lockBlocks: 1, loans: 1 })
  })

  it('is not counted where the owner gave its CPU up to wait itself', () => {
    const { all } = run({ policyOf: make(), wakeup: 'no-preempt' }, (room) => {
      room.spawn(sleeper(room, room.section(0)) as never, HIGH)
      room.spawn(function* (td) {
        yield* td.sleep(100_000)
        yield* inside(td as Thread, room.section(0), function* () {
          yield* td.lot.unpark(room.key, 1)
          yield* td.sleep(50_000)
        })
      }, LOW)
    })
    expect(all[0]).toMatchObject({ heldLockSwitches: 0, lockBlocks: 1, loans: 1 })
  })

  it('gives the same run whether that is counted or not', () => {
    const results = [true, false].map((isCounted) => {
      const { result, all } = wakes({ policyOf: make(), isCounted })
      expect(all[0] !== undefined).toBe(isCounted)
      return JSON.stringify(result)
    })
    expect(results[0]).toBe(results[1])
  })
})

describe.each(everyPolicy.filter(([name]) => name !== 'priority'))('under %s', (_, make) => {
  it('an owner that goes on elsewhere before its lock is wanted does not count', () => {
    const wasOn: number[] = []
    const { all } = run({ policyOf: make(), cpus: 2 }, (room) => {
      const { cpu, key, section } = room
      if (cpu.id === 1) {
        room.spawn((td) => compute(td as Thread, 150_000), HIGH)
        return
      }
      room.spawn(sleeper(room, section(0), 200_000) as never, HIGH)
      room.spawn(
        function* (td) {
          yield* td.sleep(100_000)
          yield* inside(td as Thread, section(0), function* () {
            wasOn.push(td.cpu)
            yield* td.lot.unpark(key, 1)
            yield* compute(td as Thread, 800_000)
            wasOn.push(td.cpu)
          })
        },
        { ...LOW, pinned: false },
      )
    })
    expect(wasOn).toEqual([0, 1])
    // The thread that wants the lock does not sleep either: it spins while the owner runs there.
    expect(all[0]).toMatchObject({ heldLockSwitches: 0, lockBlocks: 0 })
  })
})
