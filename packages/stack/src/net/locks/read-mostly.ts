import type { Cpu } from '@smpnet/machine'
import type { Address, Memory } from '@smpnet/memory'
import type { Waiting } from '@smpnet/park'
import type { Countable, Thread } from '@smpnet/scheduler'
import { exitNow, type Rendezvous } from '@smpnet/sync'
import type { LockEntry } from '@smpnet/sync/kinds'
import type { LockMaker } from '../../locks/lock-maker.ts'

interface CpuSides {
  readonly read: Countable
  readonly write: Countable
}

/**
 * A lock of a table that is read with each packet and hardly ever changed, of the kind that the
 * configuration says. Where a kind has no side for readers, these exclude each other, too.
 *
 * Each CPU has an object of its own for it, since an rmlock's writer calls the other CPUs in the
 * name of its own. So a thread is pinned while it is inside: it exits what it has entered.
 */
export class ReadMostly {
  readonly #sides: CpuSides[] = []

  constructor(
    readonly kind: LockEntry,
    readonly memory: Memory,
    readonly at: Address,
    /** How many may use it: CPUs, and threads outside. */
    readonly places: number,
    readonly name: string,
  ) {}

  /** Opens the lock for the threads of a CPU, when that boots. */
  attach(cpu: Cpu, locks: LockMaker): void {
    // A live writer looks at each line: a rendezvous would be with CPUs, and there may be others.
    const isSimulated = this.memory.isSimulated
    this.#open(cpu.id, locks, isSimulated ? (targets) => cpu.rendezvous(targets) : undefined)
  }

  /** Opens it for a thread outside. */
  admit(place: number, locks: LockMaker): void {
    this.#open(place, locks, undefined)
  }

  tryRead(td: Thread): boolean {
    if (!this.#sides[td.cpu]!.read.tryEnter(td)) return false
    td.pin()
    return true
  }

  *read(td: Thread): Waiting {
    td.pin()
    const { read } = this.#sides[td.cpu]!
    if (!read.tryEnter(td)) yield* read.enter(td)
  }

  *endRead(td: Thread): Waiting {
    const { read } = this.#sides[td.cpu]!
    if (!read.tryExit(td)) yield* read.exit(td)
    td.unpin()
  }

  /** The same in plain code; see `exitNow`. */
  endReadNow(td: Thread): void {
    exitNow(td, this.#sides[td.cpu]!.read)
    td.unpin()
  }

  *write(td: Thread): Waiting {
    td.pin()
    const { write } = this.#sides[td.cpu]!
    if (!write.tryEnter(td)) yield* write.enter(td)
  }

  *endWrite(td: Thread): Waiting {
    const { write } = this.#sides[td.cpu]!
    if (!write.tryExit(td)) yield* write.exit(td)
    td.unpin()
  }

  #open(place: number, locks: LockMaker, rendezvous: Rendezvous | undefined): void {
    const { kind, memory, at, places, name } = this
    const { backoff } = locks
    const over = kind.over({ memory, at, cpus: places, rendezvous, backoff })
    const made = (side: 'read' | 'write', section = over[side] ?? over.write): Countable =>
      locks.make(section, { name, type: kind.name, place: side })
    this.#sides[place] = { read: made('read'), write: made('write') }
  }
}
