import { allowBothMemories, work } from '@smpnet/memory'
import { PREEMPT, SETTLE, type Waiting } from '@smpnet/park'
import { Priority, type Thread } from '@smpnet/scheduler'
import { lockTable } from '@smpnet/sync/kinds'
import { describe, expect, it } from 'vitest'
import { bsd, defineStack, type Program, sim, type StackInput } from '../../src/index.ts'
import { ReadMostly } from '../../src/net/locks/read-mostly.ts'
import { simulateStack } from '../../src/sim/index.ts'

allowBothMemories()

const NANOSECOND = work('nanosecond')
const CPUS = 2
const LOCK_BYTES = 4096
/** How long the urgent thread keeps its CPU, and after what time that is seen. */
const HOG_NS = 2e6

/** Computes, in grains, wherever its thread is moved meanwhile. */
function* compute(td: Thread, ns: number): Waiting {
  const { memory } = td.pcpu
  for (let left = ns; left > 0; left -= 10_000) {
    memory.charge(NANOSECOND, Math.min(left, 10_000))
    while (!memory.settled()) yield SETTLE
    yield PREEMPT
  }
}

interface Where {
  readonly kind: string
  readonly side: 'read' | 'write'
}

/**
 * A thread enters a lock on CPU 0, where an urgent thread runs then for as long as it likes, since
 * CPU 1 is not idle just then; it is soon.
 */
const preempted: Program<Where, number> = {
  needs: () => ({ bytes: LOCK_BYTES, threads: 8 }),
  place: (_, { arena }) => arena.place('the lock', LOCK_BYTES),
  start({ kind, side }, at, { cpu, scheduler, locks }) {
    const entry = lockTable.find(({ name }) => name === kind)!
    const lock = (opened ??= new ReadMostly(entry, cpu.memory, at, CPUS, 'table'))
    lock.attach(cpu, locks)
    function* other(td: Thread): Waiting {
      yield* compute(td, 100_000)
    }
    if (cpu.id !== 0) {
      scheduler.spawn(other, { name: 'other' })
      return
    }
    function* urgent(td: Thread): Waiting {
      yield* compute(td, HOG_NS)
    }
    function* holder(td: Thread): Waiting {
      yield* compute(td, 20_000)
      yield* side === 'read' ? lock.read(td) : lock.write(td)
      scheduler.spawn(urgent, { name: 'urgent', priority: Priority.interrupt })
      yield* compute(td, 50_000)
      const leftOn = td.cpu
      yield* side === 'read' ? lock.endRead(td) : lock.endWrite(td)
      td.pcpu.report({ at: td.pcpu.now(), cpu: leftOn })
    }
    scheduler.spawn(holder, { name: 'holder' })
  },
}

let opened: ReadMostly | undefined

/** When the holder had left, and where it was then. */
function leaves(where: Where, own: Partial<StackInput> = {}) {
  opened = undefined
  const config = defineStack({
    machine: sim({ cpus: CPUS, seed: 1 }),
    scheduler: bsd({ preemption: 'kernel' }),
    ...own,
  })
  let came: { at: number; cpu: number } | undefined
  simulateStack(config, preempted, {
    settings: where,
    untilNs: 10 * HOG_NS,
    onReport: (report) => (came = report as typeof came),
  })
  return came!
}

describe('the holder of a lock of a table, preempted by what does not sleep', () => {
  /** Kinds that have a line for each CPU, on which their holder is noted. */
  const ofCpus = ['mcs', 'rmlock']
  const roaming = lockTable.map(({ name }) => name).filter((name) => !ofCpus.includes(name))
  const bySides = (kinds: readonly string[]) =>
    kinds.flatMap((kind) => (['read', 'write'] as const).map((side) => [kind, side] as const))

  it.each(bySides(roaming))(
    'goes on on an idle CPU with a %s, on the side that it would %s',
    (kind, side) => {
      const { at, cpu } = leaves({ kind, side })
      expect(cpu).toBe(1)
      expect(at).toBeLessThan(HOG_NS)
    },
  )

  it('does so with a lock that is watched and profiled, too', () => {
    const locks = { profile: true, watch: true } as const
    expect(leaves({ kind: 'mutex', side: 'write' }, { locks })).toMatchObject({ cpu: 1 })
  })

  it.each(bySides(ofCpus))(
    'waits for its CPU with a %s, which has lines for CPUs, on the side that it would %s',
    (kind, side) => {
      const { at, cpu } = leaves({ kind, side })
      expect(cpu).toBe(0)
      expect(at).toBeGreaterThan(HOG_NS)
    },
  )
})
