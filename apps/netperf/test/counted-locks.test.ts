import { simulate } from '@smpnet/machine/sim'
import { Scheduler, type Thread } from '@smpnet/scheduler'
import { LockMaker } from '@smpnet/stack'
import type { Waiting } from '@smpnet/park'
import { describe, expect, it } from 'vitest'
import { lockKinds } from '../src/locks/index.ts'
import { LATER, type ListLock } from '../src/locks/list-lock.ts'

/** How many counted sections a thread is in: as a reader, as a writer, and after both. */
function held(name: string, isCounted: boolean): number[] {
  const kind = lockKinds.get(name)!
  const counts: number[] = []
  simulate<number>({
    profile: 'xeon-e5-2650',
    cpus: 1,
    seed: 1,
    memoryBytes: 1 << 20,
    lot: { waiters: 4 },
    setup: ({ arena }) => arena.place(name, kind.bytes(1)),
    boot: (cpu, at) => {
      const locks = new LockMaker(isCounted, undefined, undefined)
      const lock = kind.open({ cpu, at, spares: [], locks, named: name })
      const scheduler = new Scheduler(cpu)
      scheduler.spawn((td) => uses(td as Thread, lock, counts), { pinned: true })
      return scheduler
    },
  })
  return counts
}

function* uses(td: Thread, lock: ListLock, counts: number[]): Waiting {
  if (!lock.tryRead(td)) yield* lock.read(td)
  counts.push(td.held)
  if (lock.tryEndRead(td) === LATER) yield* lock.endRead(td)
  yield* lock.write(td)
  counts.push(td.held)
  yield* lock.endWrite(td)
  counts.push(td.held)
}

const READERS_ARE_INSIDE = ['mutex', 'spin', 'ticket', 'mcs', 'rwlock', 'sx', 'rmlock']

describe('the locks of workloads', () => {
  it.each([...lockKinds.keys()])(
    '%s is counted for a policy that asks, and for no other',
    (name) => {
      const reader = Number(READERS_ARE_INSIDE.includes(name))
      expect(held(name, true)).toEqual([reader, 1, 0])
      expect(held(name, false)).toEqual([0, 0, 0])
    },
  )
})
