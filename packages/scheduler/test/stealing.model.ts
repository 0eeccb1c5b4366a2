import '@smpnet/interleave/vitest'
import { explore } from '@smpnet/interleave'
import type { Cpu } from '@smpnet/machine'
import { Arena, LiveMemory } from '@smpnet/memory'
import { Lot, type Waiting, YIELD } from '@smpnet/park'
import { expectToHold, thorough, timely, whole } from '@smpnet/testing/models'
import { describe, expect, it } from 'vitest'
import { Bsd, Scheduler, type Thread, TRACE_EVENTS, Ule } from '../src/index.ts'
import { Balancing } from '../src/ule/balancing.ts'
import type { ThreadQueues } from '../src/ule/thread-queues.ts'
import type { SchedulingPolicy } from '../src/policy/policy.ts'

/**
 * CPUs that share run queues take threads from each other while each runs its own, in every order
 * of what a simulated machine does at one instant: a step of one CPU. The queues are in memory that
 * the checker does not see, so that a step is one step for it; what orders steps is a word of its
 * own that each of them counts up.
 */
type PolicyOf = (cpu: Cpu) => SchedulingPolicy

/** What a thread does in so many steps. */
type Life = (td: Thread, steps: number) => Waiting

function* busy(_td: Thread, steps: number): Waiting {
  for (let step = 1; step < steps; step++) yield YIELD
}

/** Runs as long, all but the first and the last step pinned, and looks where. */
function* pinned(td: Thread, steps: number): Waiting {
  yield YIELD
  const { cpu } = td
  td.pin()
  for (let step = 2; step < steps; step++) {
    yield YIELD
    if (td.cpu !== cpu) throw new Error(`pinned to CPU ${cpu}, and on CPU ${td.cpu}`)
  }
  td.unpin()
}

const SWITCH = TRACE_EVENTS.indexOf('switch')
const END = TRACE_EVENTS.indexOf('end')

/** A buffer that memory takes, and accesses of which are no steps: the CPUs' turns are. */
function unshared(bytes: number): SharedArrayBuffer {
  const buffer = new ArrayBuffer(bytes)
  Object.defineProperty(buffer, Symbol.toStringTag, { value: 'SharedArrayBuffer' })
  return buffer as unknown as SharedArrayBuffer
}

/** What the CPUs do together, and what is wrong with it. */
class Machine {
  readonly schedulers: Scheduler[] = []
  readonly ends = new Map<number, number>()
  /** The thread that each CPU runs. */
  readonly #running: number[] = []

  constructor(cpus: number, policyOf: PolicyOf) {
    const memory = new LiveMemory(unshared(1 << 16))
    const handle = Lot.place(Arena.create(memory), { buckets: 1, cpus, threads: 1, waiters: 8 })
    for (let id = 0; id < cpus; id++) {
      const distance = (other: number): number => (other === id ? 0 : 2)
      const lot = new Lot(memory, handle, { wake: () => false }, id)
      const cpu = {
        id,
        cpus,
        memory,
        lot,
        threadsMove: true,
        distance,
        onInterrupt() {},
        raise() {},
        interruptBelow() {},
        now: () => 0,
        alarm: never,
        fail,
      } as unknown as Cpu
      const trace = { event: (kind: number, one: number) => this.#event(id, kind, one) }
      this.schedulers.push(new Scheduler(cpu, { policy: policyOf(cpu), trace }))
    }
  }

  /** A thread on CPU `on` that ends with its step number `steps`. */
  spawn(on: number, steps: number, live: Life = busy): void {
    this.schedulers[on]!.spawn((td) => live(td as Thread, steps))
  }

  #event(cpu: number, kind: number, entry: number): void {
    if (kind === END) this.ends.set(entry, (this.ends.get(entry) ?? 0) + 1)
    if (kind !== SWITCH) return
    if (entry !== 0 && this.#running.some((other, at) => other === entry && at !== cpu)) {
      throw new Error(`thread ${entry} runs on two CPUs`)
    }
    this.#running[cpu] = entry
  }
}

function fail(error: unknown): void {
  throw error
}

const never = () => ({ cancel() {} })

const policies: Record<string, () => PolicyOf> = {
  '4BSD': () => {
    const shared = new Bsd()
    return (cpu) => shared.on(cpu)
  },
  ULE: () => {
    const shared = new Ule()
    return (cpu) => shared.on(cpu)
  },
}

/** `threads`: how many steps each takes. Each CPU makes `steps` steps, in every order. */
function model(
  name: string,
  policyOf: PolicyOf,
  cpus: number,
  steps: number,
  threads: number[],
  live: Life = busy,
  limits = whole,
) {
  let moved = 0
  const result = explore({ name, ...limits }, ({ thread, after }) => {
    const turn = new Int32Array(new SharedArrayBuffer(4))
    const machine = new Machine(cpus, policyOf)
    for (const length of threads) machine.spawn(0, length, live)
    const { schedulers } = machine
    schedulers.forEach((scheduler, cpu) => {
      thread(`cpu ${cpu}`, () => {
        for (let step = 0; step < steps; step++) {
          Atomics.add(turn, 0, 1)
          scheduler.run()
        }
      })
    })
    after(() => {
      for (let left = 50; left > 0; left--) for (const each of schedulers) each.run()
      const { policy } = schedulers[0]!
      moved += Number(policy.sysctl()['kern.sched.stats.stolen'] ?? 1)
      expect([...machine.ends.values()]).toEqual(threads.map(() => 1))
      expect(schedulers.map((each) => each.policy.queued)).toEqual(schedulers.map(() => 0))
    })
  })
  return { result, moved }
}

/** CPUs, steps of each, and steps of each thread. */
const TWO_CPUS: [number, number, number[]] = [2, 5, [4, 1, 4, 1]]
const THREE_CPUS: typeof TWO_CPUS = [3, 3, [4, 1, 1, 4, 1]]

describe.each(Object.entries(policies))('In every order of steps, %s', (name, policyOf) => {
  it.each(thorough([TWO_CPUS, THREE_CPUS], [TWO_CPUS]))(
    'runs each thread on one CPU at a time, to its end: %i CPUs',
    (cpus, steps, threads) => {
      const { result, moved } = model(
        `${name}, ${cpus} CPUs`,
        fresh(policyOf),
        cpus,
        steps,
        threads,
        busy,
        timely,
      )
      expectToHold(result)
      expect(moved).toBeGreaterThan(0)
    },
  )

  it('leaves a thread where it has pinned itself, and moves it before and after', () => {
    const { result, moved } = model(name, fresh(policyOf), 2, 5, [4, 4, 4], pinned, timely)
    expectToHold(result)
    expect(moved).toBeGreaterThan(0)
  })
})

/** Each execution has a policy of its own: made when its first CPU comes. */
function fresh(make: () => PolicyOf): PolicyOf {
  let policyOf: PolicyOf
  return (cpu) => {
    if (cpu.id === 0) policyOf = make()
    return policyOf(cpu)
  }
}

/** Takes what it steals without taking it out of the queue that it was in. */
class Copying extends Balancing {
  override steal(...given: Parameters<Balancing['steal']>) {
    const victim = this.cpus.find(
      (cpu) => cpu !== given[0] && cpu.queues.stealable() !== undefined,
    )
    return victim?.queues.stealable()
  }
}

it('is found out when a thief does not take out what it takes', () => {
  const careless = (): PolicyOf => {
    const shared = new Ule()
    return (cpu) => {
      const policy = shared.on(cpu)
      const { ule } = policy as unknown as { ule: { balancing: Balancing } }
      ule.balancing = new Copying(ule.balancing.cpus, ule.balancing.knobs)
      return policy
    }
  }
  expect(model('copying', fresh(careless), 2, 5, [4, 1, 4, 1]).result.verdict).toBe('fails')
})

/** A thread that says it is pinned, which its scheduler does not hear. */
function* pinnedInVain(td: Thread, steps: number): Waiting {
  const deaf = Object.create(td, { pin: { value() {} }, unpin: { value() {} } }) as Thread
  yield* pinned(deaf, steps)
}

it.each(Object.entries(policies))('is found out when %s does not obey pins', (name, policyOf) => {
  expect(model(name, fresh(policyOf), 2, 5, [4, 4, 4], pinnedInVain).result.verdict).toBe('fails')
})

it('is found out when a thief takes who is pinned', () => {
  const thief = (): PolicyOf => {
    const shared = new Ule()
    return (cpu) => {
      const policy = shared.on(cpu)
      const { queues } = policy as unknown as { queues: ThreadQueues }
      queues.stealable = queues.first
      return policy
    }
  }
  expect(model('thief', fresh(thief), 2, 5, [4, 4, 4], pinned).result.verdict).toBe('fails')
})
