import { type Address, type Memory, NIL } from '@smpnet/memory'
import { Lot, type LotHandle, SPIN, WAITER, type Waiter, type Waiting } from '@smpnet/park'
import type { PlacedLock, Sleeper } from './lock-kind.ts'
import { RECORD } from './names.ts'

/**
 * What those that a lock only counts have written down: for each waiter of the domain, how many
 * permits or read locks it holds. So the undertaker of a thread counts anew what the living hold,
 * and what the dead held is there again.
 *
 * | changes | held | means                                                                      |
 * |---------|------|----------------------------------------------------------------------------|
 * | 0       | n    | its waiter holds n, as the lock's own word says                            |
 * | 1       | n    | its waiter is about to change that, or has: the lock's word says which     |
 *
 * A waiter says that it changes before it touches the lock's word, and what came of it afterwards;
 * between the two it may wait for the lock's queue, but does not sleep. An undertaker holds that
 * queue, keeps everybody from changing the word without it, and lets the queue go again while
 * somebody that lives is in the midst of a change. What a waker has given to a sleeper, the sleeper
 * writes down when it runs: until then it is in what the sleeper wanted.
 *
 * It is what SEM_UNDO of System V keeps for each process. The words of a waiter are its `RECORD`.
 */
export class Ledger {
  /** Bytes of the ledger of a lock in a domain whose lot is `lot`; all zero at first. */
  static bytes({ waiters }: Pick<LotHandle, 'waiters'>): number {
    return waiters * RECORD.size
  }

  readonly #entries: Address

  /** The ledger at `at`. */
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    lot: LotHandle,
  ) {
    this.#entries = Lot.entriesOf(lot)
  }

  /** `td` is about to change what it holds. */
  begins(td: Waiter): void {
    this.memory.store(this.changesOf(td.at), 1)
  }

  /** It holds `more` than before; fewer if that is negative. */
  ends(td: Waiter, more: number): void {
    const { memory } = this
    const held = this.#heldWord(td.at)
    if (more !== 0) memory.write(held, memory.read(held) + more)
    memory.store(this.changesOf(td.at), 0)
  }

  /** `td` was given `count` while it slept, and notes that it knows: it wants nothing now. */
  receives(td: Waiter, count: number): void {
    this.begins(td)
    this.memory.store(td.at + WAITER.offset.want, 0)
    this.ends(td, count)
  }

  /** What `from` holds, and was given, is `to`'s from now on: another waiter of the same thread. */
  moves(from: Waiter, to: Waiter, count: number): void {
    this.begins(from)
    this.begins(to)
    this.ends(to, count)
    this.ends(from, -count)
  }

  /** How many the waiter at `entry` holds, while it changes nothing. */
  heldBy(entry: Address): number {
    return this.memory.load(this.#heldWord(entry))
  }

  isChanging(entry: Address): boolean {
    return this.memory.load(this.changesOf(entry)) !== 0
  }

  /** Waits for a waiter that lives and is in the midst of a change. Not under the lock's queue. */
  *untilStill(entry: Address): Waiting {
    while (this.isChanging(entry)) yield SPIN
  }

  /** Whether the waiter at `entry` has written anything that still stands. */
  names(entry: Address): boolean {
    return this.isChanging(entry) || this.heldBy(entry) !== 0
  }

  /** The waiter at `entry` is dead, and what it held was taken back. */
  clear(entry: Address): void {
    this.memory.store(this.#heldWord(entry), 0)
    this.memory.store(this.changesOf(entry), 0)
  }

  protected changesOf(entry: Address): Address {
    return this.#heldWord(entry) + RECORD.offset.changes
  }

  #heldWord(entry: Address): Address {
    return this.at + ((entry - this.#entries) / WAITER.size) * RECORD.size
  }
}

/** The ledger of a lock on bare memory, behind its other words, if it is to have one. */
export function ledgerAt(
  memory: Memory,
  at: Address,
  lot: LotHandle | undefined,
): Ledger | undefined {
  return lot === undefined ? undefined : new Ledger(memory, at, lot)
}

/** The ledger of an accountable lock, which is the last that it has. */
export function ledgerOf({ memory, handle }: Lot, { at, bytes }: PlacedLock): Ledger {
  return new Ledger(memory, at + bytes - Ledger.bytes(handle), handle)
}

/**
 * What an accountable lock gave to a waiter that has ended is owed to nobody: the living are
 * counted, and what was given to the dead is not theirs to write down.
 */
export function forgets({ lot, entry }: Sleeper): undefined {
  lot.memory.store(entry + WAITER.offset.want, 0)
}

/** What all that live hold, or which of them is just changing it; and the dead that held some. */
export interface Account {
  readonly held: number
  readonly changing: Address
  readonly isStill: boolean
  readonly dead: readonly Address[]
}

/**
 * Looks through a ledger, for the holder of the lock's queue. `given` says what a sleeper that was
 * served has not written down yet.
 */
export function accountOf(lot: Lot, ledger: Ledger, given: (entry: Address) => number): Account {
  const all = lot.given()
  const dead = all.filter((entry) => lot.isDead(entry) && ledger.names(entry))
  const living = all.filter((entry) => !lot.isDead(entry))
  const looks = (): number[] => living.map((entry) => ledger.heldBy(entry) + given(entry))
  const first = looks()
  const changing = living.find((entry) => ledger.isChanging(entry)) ?? NIL
  // Nobody moves what it holds from one of its waiters to another, and back, between two looks.
  const isStill = changing === NIL && looks().every((count, i) => count === first[i])
  return { held: first.reduce((sum, count) => sum + count, 0), changing, isStill, dead }
}

/** Before the next look, when the last one found no stillness. Not under the lock's queue. */
export function* untilStill(ledger: Ledger, { changing, isStill }: Account): Waiting {
  if (changing !== NIL) yield* ledger.untilStill(changing)
  else if (!isStill) yield SPIN
}
