import { simulate } from '@smpnet/machine/sim'
import { PricedMemory, type Pricer } from '@smpnet/memory'
import type { Waiter } from '@smpnet/park'
import { Scheduler, type Thread } from '@smpnet/scheduler'
import { LockMaker } from '@smpnet/stack'
import { expect, it } from 'vitest'
import type { ListLock } from '../src/locks/list-lock.ts'
import { trackedRmKind } from '../src/locks/tracked-rm-lock.ts'
import { netperf, rowsOf } from './run-netperf.ts'

const locks = new LockMaker(false, undefined, undefined)

/** A pricer that only counts, and what it has counted since it was asked last. */
function countingPricer() {
  const counts = { reads: 0, writes: 0, updates: 0 }
  const nothing = (): void => {}
  const always = (): boolean => true
  const pricer: Pricer = {
    read: () => void counts.reads++,
    write: () => void counts.writes++,
    update: () => void counts.updates++,
    failed: nothing,
    copy: nothing,
    charge: nothing,
    pause: nothing,
    settled: always,
    claimed: always,
    owned: always,
  }
  const taken = () => {
    const now = { ...counts }
    Object.assign(counts, { reads: 0, writes: 0, updates: 0 })
    return now
  }
  return { pricer, taken }
}

function opened(cpu: object): ListLock {
  return trackedRmKind.open({ cpu, at: 1024, spares: [], locks, named: 'it' } as never)
}

it('a reader with trackers makes the loads and stores of _rm_rlock and _rm_runlock', () => {
  const { pricer, taken } = countingPricer()
  const memory = new PricedMemory(65_536, pricer)
  const lock = opened({ memory, cpus: 2 })
  const td = { at: 64, cpu: 1, pins: 0 } as Waiter as Thread
  expect(lock.tryRead(td)).toBe(false)
  giveTokens(memory)
  taken()
  expect(lock.tryRead(td)).toBe(true)
  expect(taken()).toEqual({ reads: 10, writes: 10, updates: 0 })
  expect(td.pins).toBe(1)
  lock.tryEndRead(td)
  expect(taken()).toEqual({ reads: 10, writes: 5, updates: 0 })
  expect(td.pins).toBe(0)
})

/** Every word that is 0 could be that of the tokens: the one that lets a reader in is. */
function giveTokens(memory: PricedMemory): void {
  const free = memory.unbilled()
  for (let at = 1024; at < 1024 + trackedRmKind.bytes(0); at += 4) free.store(at, -1)
}

it('a thread that reads again, and others between, leave in any order', () => {
  const seen: string[] = []
  simulate<number>({
    profile: 'xeon-e5-2650',
    cpus: 1,
    seed: 1,
    memoryBytes: 1 << 20,
    lot: { waiters: 4 },
    setup: ({ arena }) => arena.place('lock', trackedRmKind.bytes(1)),
    boot: (cpu, at) => {
      const lock = trackedRmKind.open({ cpu, at, spares: [], locks, named: 'it' })
      const scheduler = new Scheduler(cpu)
      scheduler.spawn(function* (td) {
        yield* lock.read(td as Thread)
        yield* lock.read(td as Thread)
        yield* td.sleep(1000)
        yield* lock.endRead(td as Thread)
        yield* lock.endRead(td as Thread)
        seen.push('one')
      })
      scheduler.spawn(function* (td) {
        yield* lock.read(td as Thread)
        yield* td.sleep(2000)
        yield* lock.endRead(td as Thread)
        seen.push('other')
      })
      scheduler.spawn(function* (td) {
        yield* td.sleep(500)
        yield* lock.write(td as Thread)
        seen.push('writer')
        yield* lock.endWrite(td as Thread)
      })
      return scheduler
    },
  })
  expect(seen).toEqual(['one', 'other', 'writer'])
})

it.each(['sim', 'live'])(
  'what is read under it is whole while others write (%s)',
  async (machine) => {
    const time = machine === 'sim' ? '200us' : '60ms'
    const args = `run list_walk --machine ${machine} --cpus 2 --lock rmlock-trackers --writes 30%`
    const ended = await netperf([...args.split(' '), '--duration', time, '--runs', '2', '--json'])
    expect(ended.stderr).not.toContain('netperf:')
    for (const row of rowsOf(ended)) expect(row.median).toBeGreaterThan(0)
  },
)
