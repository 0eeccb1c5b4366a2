import type { Address, Memory } from '@smpnet/memory'
import type { LockHandle } from '../words/lock-kind.ts'
import { ACCOUNTABLE_RW_KIND as ACCOUNTABLE, RW_KIND as KIND } from '../words/rw-kinds.ts'
import { type Accountable, forgetGiven, RW, rwBytes, RwWord } from '../words/rw-word.ts'
import type { Backoff } from '../words/backoff.ts'
import { ReadSide, WriteSide } from './rw-sides.ts'
import { expectDomain, handleOf, openLock, placeLock, type Placing } from '../domain/placing.ts'
import type { SyncDomain } from '../domain/sync-domain.ts'
import { Ledger } from '../words/ledger.ts'
import { expectWaiter, type Lot, type Waiter, type Waiting } from '@smpnet/park'

/**
 * A lock with many readers or one writer, of which neither starves. Every reader writes its word,
 * so that readers on many CPUs do not scale: that is what `RmLock` is for.
 */
export class RwLock {
  /** Bytes of a rwlock in memory, all zero at first. */
  static readonly bytes = RW.size
  readonly read: ReadSide
  readonly write: WriteSide
  readonly word: RwWord

  /** The lock whose word is at `at`. Every thread makes an object of its own for it. */
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly domain?: SyncDomain,
    backoff?: Backoff,
    ledger?: Ledger,
  ) {
    this.word = new RwWord(memory, at, () => this.name(), backoff, ledger)
    this.read = new ReadSide(this.word, domain)
    this.write = new WriteSide(this.word, domain)
  }

  /** Places a rwlock. Throws OutOfMemory, and BadHandle for an address that cannot be had. */
  static create(domain: SyncDomain, options: Accountable & Placing = {}): RwLock {
    expectDomain(domain, KIND, options)
    const { accountable = false } = options
    const kind = accountable ? ACCOUNTABLE : KIND
    const at = placeLock(kind, domain, rwBytes(accountable, domain.lot.handle), options)
    return RwLock.#of(domain, at, accountable)
  }

  /** Opens, in any thread, the lock that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): RwLock {
    const accountable = handle?.kind === ACCOUNTABLE.name
    const { domain, at } = accountable
      ? openLock(ACCOUNTABLE, handle, (_, lot) => rwBytes(true, lot))
      : openLock(KIND, handle, RwLock.bytes)
    return RwLock.#of(domain, at, accountable)
  }

  static #of(domain: SyncDomain, at: Address, accountable: boolean): RwLock {
    const { memory, lot } = domain
    const ledger = accountable ? new Ledger(memory, at + RW.size, lot.handle) : undefined
    return new RwLock(memory, at, domain, undefined, ledger)
  }

  /** Names this lock for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return handleOf(this, this.word.ledger === undefined ? KIND : ACCOUNTABLE)
  }

  name(): string {
    return `the rwlock at ${this.at}`
  }

  /** Whether a writer has ended inside, and what it left was not mended since. */
  isAbandoned(): boolean {
    return this.word.isAbandoned()
  }

  /**
   * Takes the readers back that have ended inside, of a lock with a ledger: after the burial of
   * their waiters in `lot`, by `td`. Never parks. Without a ledger nothing is known of them.
   */
  *buryReaders(td: Waiter, lot: Lot): Waiting {
    const { ledger } = this.word
    if (ledger === undefined) return
    forgetGiven(lot, this.at)
    yield* this.word.recount(td, lot, ledger)
  }

  /** Whether its ledger has the waiter at `entry` as one that reads, or is about to. */
  hasReader(entry: Address): boolean {
    return this.word.ledger?.names(entry) ?? false
  }

  /** What it protects is whole again. Throws LockMisuse unless `td` writes. */
  recover(td: Waiter): void {
    expectWaiter(td, 'lock.recover', 'it with `guard.td`')
    this.word.recover(td)
  }
}
