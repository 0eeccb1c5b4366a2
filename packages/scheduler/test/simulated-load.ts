import type { Cpu } from '@smpnet/machine'
import { type SimResult, simulate } from '@smpnet/machine/sim'
import { allowBothMemories, work } from '@smpnet/memory'
import { SETTLE, type Waiting } from '@smpnet/park'
import {
  Scheduler,
  type SchedulerOptions,
  type SchedulingPolicy,
  type Thread,
  type ThreadOptions,
} from '../src/index.ts'

// Tests of this package are of both kinds of memory, and measure nothing by the host's time.
allowBothMemories()

const NANOSECOND = work('nanosecond')
/** How long a thread computes before it can be interrupted. */
const GRAIN_NS = 10_000

/** A thread of a load: what it does and how it is spawned, on which CPU. */
export interface LoadThread extends ThreadOptions {
  readonly on?: number
  /** Computes for so long, then sleeps, again and again; a hog never sleeps. */
  readonly runNs: number
  readonly sleepNs?: number
}

export interface Load {
  readonly cpus: number
  readonly untilNs: number
  readonly threads: readonly LoadThread[]
  /** Makes, once, what gives each CPU its policy. */
  readonly policy: () => (cpu: Cpu) => SchedulingPolicy
  readonly options?: SchedulerOptions
  readonly seed?: number
  readonly settlesAlways?: boolean
}

/** What a thread got. */
export interface Got {
  readonly name: string
  /** CPU time that it computed. */
  ranNs: number
  rounds: number
  /** CPUs that it was on when it looked, one after another. */
  moves: number
}

export interface Outcome {
  readonly result: SimResult
  readonly got: readonly Got[]
  readonly schedulers: readonly Scheduler[]
  readonly policies: readonly SchedulingPolicy[]
}

/** Computes for a time, in grains, wherever it is moved meanwhile. */
export function* compute(td: Thread, ns: number): Waiting {
  const { memory } = td.pcpu
  for (let left = ns; left > 0; left -= GRAIN_NS) {
    memory.charge(NANOSECOND, Math.min(left, GRAIN_NS))
    while (!memory.settled()) yield SETTLE
  }
}

function* live(td: Thread, of: LoadThread, got: Got): Waiting {
  let at = td.cpu
  for (;;) {
    for (let left = of.runNs; left > 0; left -= GRAIN_NS) {
      const ns = Math.min(left, GRAIN_NS)
      yield* compute(td, ns)
      got.ranNs += ns
      if (td.cpu !== at) got.moves++
      at = td.cpu
    }
    got.rounds++
    if (of.sleepNs !== undefined) yield* td.sleep(of.sleepNs)
  }
}

/** Simulates a load on a Xeon 8176, or a larger machine of its kind. */
export function runLoad(load: Load): Outcome {
  const schedulers: Scheduler[] = []
  const policies: SchedulingPolicy[] = []
  const got = load.threads.map(({ name }, i) => ({
    name: name ?? `thread ${i}`,
    ranNs: 0,
    rounds: 0,
    moves: 0,
  }))
  const policyOf = load.policy()
  const result = simulate({
    profile: 'xeon-8176',
    cpus: load.cpus,
    seed: load.seed ?? 1,
    memoryBytes: 1 << 20,
    untilNs: load.untilNs,
    lot: { waiters: load.threads.length + 1 },
    settlesAlways: load.settlesAlways ?? false,
    boot: (cpu) => {
      const policy = policyOf(cpu)
      policies.push(policy)
      const scheduler = new Scheduler(cpu, { ...load.options, policy })
      schedulers.push(scheduler)
      load.threads.forEach((of, i) => {
        if ((of.on ?? 0) !== cpu.id) return
        scheduler.spawn((td) => live(td as Thread, of, got[i]!), { name: got[i]!.name, ...of })
      })
      return scheduler
    },
  })
  return { result, got, schedulers, policies }
}

/** The least and the most that the threads of a name got, in ns. */
export function spread(got: readonly Got[], name: string): { least: number; most: number } {
  const ran = got.filter((one) => one.name === name).map(({ ranNs }) => ranNs)
  return { least: Math.min(...ran), most: Math.max(...ran) }
}
