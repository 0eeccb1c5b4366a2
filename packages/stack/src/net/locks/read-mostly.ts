import type { Cpu } from '@smpnet/machine'
import type { Address, Memory } from '@smpnet/memory'
import type { Waiting } from '@smpnet/park'
import type { Countable, Thread } from '@smpnet/scheduler'
import { exitNow, type Rendezvous } from '@smpnet/sync'
import type { LockEntry } from '@smpnet/sync/kinds'
import type { LockMaker } from '../../locks/lock-maker.ts'

interface MadeSides {
  readonly read: Countable
  readonly write: Countable
}

/**
 * A lock of a table that is read with each packet and hardly ever changed, of the kind that the
 * configuration says. Where a kind has no side for readers, these exclude each other, too.
 *
 * An isolate has one object for it, and its holder may be preempted and go on on another CPU, as
 * in FreeBSD. Of a kind whose readers have a line for each CPU there is an object for each CPU
 * instead, since its writer calls the other CPUs in the name of its own; a thread is pinned while
 * it is inside, since it exits what it has entered.
 */
export class ReadMostly {
  readonly #sides: MadeSides[] = []
  readonly #isOfCpu: boolean

  constructor(
    readonly kind: LockEntry,
    readonly memory: Memory,
    readonly at: Address,
    /** How many may use it: CPUs, and threads outside. */
    readonly places: number,
    readonly name: string,
  ) {
    this.#isOfCpu = kind.hasReadersApart
  }

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
    if (this.#isOfCpu) td.pin()
    return true
  }

  *read(td: Thread): Waiting {
    if (this.#isOfCpu) td.pin()
    const { read } = this.#sides[td.cpu]!
    if (!read.tryEnter(td)) yield* read.enter(td)
  }

  *endRead(td: Thread): Waiting {
    const { read } = this.#sides[td.cpu]!
    if (!read.tryExit(td)) yield* read.exit(td)
    if (this.#isOfCpu) td.unpin()
  }

  /** The same in plain code; see `exitNow`. */
  endReadNow(td: Thread): void {
    exitNow(td, this.#sides[td.cpu]!.read)
    if (this.#isOfCpu) td.unpin()
  }

  *write(td: Thread): Waiting {
    if (this.#isOfCpu) td.pin()
    const { write } = this.#sides[td.cpu]!
    if (!write.tryEnter(td)) yield* write.enter(td)
  }

  *endWrite(td: Thread): Waiting {
    const { write } = this.#sides[td.cpu]!
    if (!write.tryExit(td)) yield* write.exit(td)
    if (this.#isOfCpu) td.unpin()
  }

  #open(place: number, locks: LockMaker, rendezvous: Rendezvous | undefined): void {
    const known = this.#isOfCpu ? undefined : this.#sides.find((sides) => sides !== undefined)
    this.#sides[place] = known ?? this.#make(locks, rendezvous)
  }

  #make(locks: LockMaker, rendezvous: Rendezvous | undefined): MadeSides {
    const { kind, memory, at, places, name } = this
    const { backoff } = locks
    const over = kind.over({ memory, at, cpus: places, rendezvous, backoff })
    const made = (side: 'read' | 'write', section = over[side] ?? over.write): Countable =>
      locks.make(section, { name, type: kind.name, place: side })
    return { read: made('read'), write: made('write') }
  }
}
