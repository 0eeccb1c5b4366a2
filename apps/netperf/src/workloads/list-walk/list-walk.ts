import { parseCount, parseProbability } from '../../options/quantities.ts'
import { lookUp } from '../../options/usage-error.ts'
import type { Needs, Site } from '@smpnet/stack'
import type { KernelHost, KernelProgram } from '../../model/kernel-program.ts'
import { lockKinds, namedLockKinds } from '../../locks/index.ts'
import type { ListLockKind } from '../../locks/list-lock.ts'
import { randomOf } from '../../locks/random-of.ts'
import { listFrom } from '../../options/words.ts'
import type { Configured, Place, Workload } from '../../model/workload.ts'
import { AddressList, type AddressListHandle } from './address-list.ts'
import { ListWalker, type WalkerSettings } from './list-walker.ts'

/** What a walk of a list can be told. */
export interface ListWalkOptions {
  /** Kinds of locks to compare; all unless told. */
  readonly lock?: readonly string[]
  /** Probability of a write. */
  readonly writes?: number
  /** Entries of the list. */
  readonly length?: number
}

interface Shared {
  readonly list: AddressListHandle
  readonly lock: number
}

/** Entries that each CPU can retire before it has to wait for readers. */
const SPARES = 16
/** A live clock read takes as long as a walk; a simulated one is free here, and sees each walk. */
const LIVE_BATCH = 16

class ListWalkProgram implements KernelProgram<WalkerSettings, Shared> {
  needs({ lock, length }: WalkerSettings, cpus: number): Needs {
    const bytes = kindOf(lock).bytes(cpus) + AddressList.bytes(length, cpus, SPARES)
    return { bytes, threads: cpus }
  }

  place({ lock, length }: WalkerSettings, { arena, cpus }: Site): Shared {
    const list = AddressList.place(arena, length, cpus, SPARES)
    return { list, lock: arena.place(`the list's ${lock}`, kindOf(lock).bytes(cpus)) }
  }

  clients(_settings: WalkerSettings, cpus: number): number {
    return cpus
  }

  start(
    settings: WalkerSettings,
    { list, lock }: Shared,
    { cpu, seed, client, locks }: KernelHost,
  ): void {
    const spares = [...(list.spares[cpu.id] ?? [])]
    const walker = new ListWalker(
      new AddressList(cpu.memory, list.at),
      kindOf(settings.lock).open({ cpu, at: lock, spares, locks, named: 'address list' }),
      settings,
      randomOf(seed, cpu.id),
    )
    client(`walker ${cpu.id}`, (td, slice) => walker.run(td, slice), { pinned: true })
  }

  prices(): Record<string, number> {
    return { 'clock-read': 0 }
  }
}

/** Threads on all CPUs walk one list of addresses, and change it rarely, under a lock. */
export const listWalk: Workload<ListWalkOptions, WalkerSettings> = {
  name: 'list_walk',
  machines: ['live', 'sim'],
  summary: 'one thread per CPU walks an address list under a lock, and changes it rarely',
  options: {
    lock: {
      flags: '--lock <a,b>',
      description: `of ${[...namedLockKinds.keys()].join(', ')} (default: all but the last)`,
      parse: listFrom,
    },
    writes: {
      flags: '--writes <p>',
      description: 'probability of a write: 0.01 or 1% (default: 1%)',
      parse: (typed) => parseProbability(typed, '--writes'),
    },
    length: {
      flags: '--length <n>',
      description: 'entries of the list (default: 8)',
      parse: (typed) => parseCount(typed, { name: '--length', least: 1, most: 4096 }),
    },
  },
  configure,
  metrics: [
    { name: 'read', unit: 'ns', from: 'latency' },
    { name: 'write', unit: 'ns', from: 'latency' },
    { name: 'throughput', unit: '1/s', from: 'count' },
  ],
  kernel: new ListWalkProgram(),
}

function configure(
  { lock: locks = [...lockKinds.keys()], writes = 0.01, length = 8 }: ListWalkOptions,
  { machine }: Place,
): Configured<WalkerSettings> {
  for (const lock of locks) lookUp('lock', namedLockKinds, lock)
  const batch = machine === 'sim' ? 1 : LIVE_BATCH
  const configurations = [...new Set(locks)].map((lock) => {
    const settings: WalkerSettings = { lock, writes, length, batch }
    return { name: lock, settings, labels: { writes } }
  })
  return { detail: `writes ${writes * 100} %`, configurations }
}

function kindOf(lock: string): ListLockKind {
  return lookUp('lock', namedLockKinds, lock)
}
