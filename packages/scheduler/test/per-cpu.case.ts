import type { Cpu } from '@smpnet/machine'
import { simulate } from '@smpnet/machine/sim'
import { type Address, CACHE_LINE_BYTES, type Memory } from '@smpnet/memory'
import type { Waiter } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { Scheduler, type Thread } from '../src/index.ts'
import {
  life,
  type PerCpuKind,
  perCpuKinds,
  type PerCpuWorld,
  place,
  randomOf,
} from './fixtures/per-cpu-kinds.mjs'
import type { PolicyMaker } from './shared-policy.case.ts'

const CPUS = 4
const THREADS = 12
const SEEDS = [1, 2, 3, 4]

/** Who a thread says it is to the structure: itself, or one with a planted fault. */
type ReaderOf = (td: Thread) => Waiter

const itself: ReaderOf = (td) => td
/** One that keeps the number of the CPU on which it began. */
const keepsItsCpu: ReaderOf = (td) => faulty(td, { cpu: td.cpu, lot: td.lot })
/** One that reads its CPU's number anew, but whose pins and critical sections nobody sees. */
const isNotKept: ReaderOf = (td) => faulty(td, {})

/** The thread as if it had `planted`, and pins, of its own. */
function faulty(td: Thread, planted: object): Waiter {
  const own: Record<PropertyKey, unknown> = {
    pins: 0,
    critical: 0,
    pin: () => (own['pins'] = 1),
    unpin: () => (own['pins'] = 0),
    ...planted,
  }
  return new Proxy(td, {
    get(_, key) {
      const found: unknown = key in own ? own[key] : Reflect.get(td, key, td)
      return typeof found === 'function' ? found.bind(td) : found
    },
    set: (_, key, value) => Reflect.set(key in own ? own : td, key, value),
  })
}

/** The CPU whose turn it is: a simulated machine runs one at a time. */
let running = 0

class NotedScheduler extends Scheduler {
  override run(): number {
    running = this.cpu.id
    return super.run()
  }
}

/** Memory that sees to it that a CPU's line is written by that CPU. */
function guarded(memory: Memory, lines: readonly Address[]): Memory {
  const check = (at: Address): void => {
    const owner = lines.indexOf(at - (at % CACHE_LINE_BYTES))
    if (owner < 0 || owner === running) return
    throw new Error(`the line of CPU ${owner} was written on CPU ${running}`)
  }
  return new Proxy(memory, {
    get(target, key) {
      const found: unknown = Reflect.get(target, key)
      if (typeof found !== 'function') return found
      if (key !== 'write' && key !== 'store') return found.bind(target)
      return (at: Address, value: number) => {
        check(at)
        target[key](at, value)
      }
    },
  })
}

/** Runs the lives of all threads on a simulated machine, under a policy that moves them. */
function runLives(kind: PerCpuKind, policy: PolicyMaker, readerOf: ReaderOf, seed: number) {
  const seen = { rounds: 0, moved: 0, switchedInside: 0 }
  let ended = 0
  let check = (): void => {}
  const policyOf = policy()
  const spawnOn = (cpu: Cpu, scheduler: Scheduler, world: PerCpuWorld): void => {
    const own = guarded(cpu.memory, kind.lines(cpu.memory, world.handle, CPUS))
    check = () => kind.check(kind.open(cpu.memory, world.handle, CPUS), world, cpu.memory)
    for (let n = cpu.id; n < THREADS; n += CPUS) {
      scheduler.spawn(
        function* (td) {
          const self = td as Thread
          const one = kind.open(own, world.handle, CPUS)
          const random = randomOf(seed * THREADS + n)
          yield* life(kind, self, readerOf(self), world, one, random, seen)
          expect([td.pins, td.critical]).toEqual([0, 0])
          ended++
        },
        { priority: n % 3 === 0 ? 80 : 120 },
      )
    }
  }
  simulate({
    profile: 'xeon-e5-2650',
    cpus: CPUS,
    seed,
    memoryBytes: 1 << 20,
    untilNs: 2e9,
    setup: ({ arena }) => place(kind, arena, CPUS),
    boot: (cpu, world: PerCpuWorld) => {
      const scheduler = new NotedScheduler(cpu, { policy: policyOf(cpu), preemption: 'full' })
      spawnOn(cpu, scheduler, world)
      return scheduler
    },
  })
  check()
  return { ...seen, ended }
}

/** What holds of every structure with a part for each CPU while a policy moves its users. */
export function perCpuCases(name: string, policy: PolicyMaker): void {
  describe.each(perCpuKinds.map((kind) => [kind.name, kind] as const))(
    `Under ${name}, the users of a %s`,
    (_name, kind) => {
      it('need not be bound to a CPU', () => {
        const runs = SEEDS.map((seed) => runLives(kind, policy, itself, seed))
        const sum = (of: (run: (typeof runs)[number]) => number): number =>
          runs.reduce((total, run) => total + of(run), 0)
        expect(runs.map(({ ended }) => ended)).toEqual(SEEDS.map(() => THREADS))
        expect(sum(({ moved }) => moved)).toBeGreaterThan(50)
        const switched = sum(({ switchedInside }) => switchedInside)
        expect(switched > 20).toBe(kind.isPreempted ?? false)
      })

      it('are found out when one keeps its CPU’s number', () => {
        expect(() => runLives(kind, policy, keepsItsCpu, 1)).toThrow(/CPU/)
      })

      it('are found out when one is not kept on its CPU inside', ({ skip }) => {
        skip(!kind.isPinned, 'what it does on its CPU ends where it began')
        expect(() => runLives(kind, policy, isNotKept, 1)).toThrow(/CPU/)
      })
    },
  )
}
