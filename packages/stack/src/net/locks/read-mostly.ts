import type { Cpu } from '@smpnet/machine'
import { type Address, type Memory, WORD_BYTES } from '@smpnet/memory'
import {
  type Lot,
  type LotHandle,
  OWNER_DIED,
  ownerIn,
  type Waiter,
  type Waiting,
} from '@smpnet/park'
import type { Countable, Thread } from '@smpnet/scheduler'
import { exitNow, type Rendezvous } from '@smpnet/sync'
import type { Lock, LockEntry } from '@smpnet/sync/kinds'
import type { LockMaker } from '../../locks/lock-maker.ts'

interface MadeSides {
  readonly lock: Lock
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
 *
 * A thread outside may die inside. If it was writing, the next to come mends the table, as a
 * writer; if it was reading, its undertaker takes it back, for which readers write down that they
 * are inside where that lock would only count them.
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
    /** Makes what the lock protects whole again, for a writer. */
    readonly mend: (td: Waiter) => void = () => {},
    /** The lot in which the dead are known; none where no thread dies. */
    readonly lot?: LotHandle,
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
    for (;;) {
      const { read } = this.#sides[td.cpu]!
      if (read.tryEnter(td)) return
      if ((yield* read.enter(td)) !== OWNER_DIED) return
      if (!read.tryExit(td)) yield* read.exit(td)
      yield* this.write(td)
      yield* this.endWrite(td)
    }
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
    const { lock, write } = this.#sides[td.cpu]!
    if (write.tryEnter(td)) return
    if ((yield* write.enter(td)) !== OWNER_DIED) return
    this.mend(td)
    lock.recover?.(td)
  }

  *endWrite(td: Thread): Waiting {
    const { write } = this.#sides[td.cpu]!
    if (!write.tryExit(td)) yield* write.exit(td)
    if (this.#isOfCpu) td.unpin()
  }

  /**
   * What the thread of that number has left, which is dead in `lot`: its readers are none any more,
   * and what it was writing is whole. By `td`, of a place that was admitted.
   */
  *bury(td: Thread, lot: Lot, number: number): Waiting {
    const { lock } = this.#sides[td.cpu]!
    if (lock.buryReaders !== undefined) yield* lock.buryReaders(td, lot, number)
    if (lock.inherit?.(td) === true) this.mend(td)
    else yield* this.write(td)
    yield* this.endWrite(td)
  }

  /** Whether the lock names a waiter. */
  names(entry: Address): boolean {
    const [made] = this.#sides.filter((sides) => sides !== undefined)
    if (made?.lock.hasReader?.(entry) === true) return true
    return isNamedWithin(this.memory, this.at, this.kind.bytes(this.places), entry)
  }

  #open(place: number, locks: LockMaker, rendezvous: Rendezvous | undefined): void {
    const known = this.#isOfCpu ? undefined : this.#sides.find((sides) => sides !== undefined)
    this.#sides[place] = known ?? this.#make(locks, rendezvous)
  }

  #make(locks: LockMaker, rendezvous: Rendezvous | undefined): MadeSides {
    const { kind, memory, at, places, name } = this
    const { backoff } = locks
    const over = kind.over({ memory, at, cpus: places, rendezvous, backoff, lot: this.lot })
    const made = (side: 'read' | 'write', section = over[side] ?? over.write): Countable =>
      locks.make(section, { name, type: kind.name, place: side })
    return { lock: over.lock, read: made('read'), write: made('write') }
  }
}

/** Whether one of so many bytes of locks is a word that names the waiter at `entry`. */
export function isNamedWithin(
  memory: Memory,
  at: Address,
  bytes: number,
  entry: Address,
): boolean {
  for (let word = at; word < at + bytes; word += WORD_BYTES) {
    if (ownerIn(memory.load(word)) === entry) return true
  }
  return false
}
