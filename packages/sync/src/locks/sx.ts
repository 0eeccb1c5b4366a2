import type { Address, Memory } from '@smpnet/memory'
import { expectWaiter, finish, type Lot, type Waiter, type Waiting } from '@smpnet/park'
import type { Guard } from '../offered/guard.ts'
import type { LockHandle } from '../words/lock-kind.ts'
import { ACCOUNTABLE_SX_KIND as ACCOUNTABLE, SX_KIND as KIND } from '../words/rw-kinds.ts'
import { type Accountable, forgetGiven, RW, rwBytes, RwWord } from '../words/rw-word.ts'
import type { Backoff } from '../words/backoff.ts'
import { ReadSide, WriteSide } from './rw-sides.ts'
import { expectDomain, handleOf, openLock, placeLock, type Placing } from '../domain/placing.ts'
import type { SyncDomain } from '../domain/sync-domain.ts'
import { Ledger } from '../words/ledger.ts'

/**
 * FreeBSD's sx(9): a shared and exclusive lock whose holder may sleep inside, and may go from one
 * side to the other. The word is a rwlock's, with the same promises.
 */
export class Sx {
  /** Bytes of an sx lock in memory, all zero at first. */
  static readonly bytes = RW.size
  readonly shared: ReadSide
  readonly exclusive: WriteSide
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
    this.shared = new ReadSide(this.word, domain, true)
    this.exclusive = new WriteSide(this.word, domain, true)
  }

  /** Places an sx lock. Throws OutOfMemory, and BadHandle for an address that cannot be had. */
  static create(domain: SyncDomain, options: Accountable & Placing = {}): Sx {
    expectDomain(domain, KIND, options)
    const { accountable = false } = options
    const kind = accountable ? ACCOUNTABLE : KIND
    const at = placeLock(kind, domain, rwBytes(accountable, domain.lot.handle), options)
    return Sx.#of(domain, at, accountable)
  }

  /** Opens, in any thread, the lock that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): Sx {
    const accountable = handle?.kind === ACCOUNTABLE.name
    const { domain, at } = accountable
      ? openLock(ACCOUNTABLE, handle, (_, lot) => rwBytes(true, lot))
      : openLock(KIND, handle, Sx.bytes)
    return Sx.#of(domain, at, accountable)
  }

  static #of(domain: SyncDomain, at: Address, accountable: boolean): Sx {
    const { memory, lot } = domain
    const ledger = accountable ? new Ledger(memory, at + RW.size, lot.handle) : undefined
    return new Sx(memory, at, domain, undefined, ledger)
  }

  /** Names this lock for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return handleOf(this, this.word.ledger === undefined ? KIND : ACCOUNTABLE)
  }

  name(): string {
    return `the sx lock at ${this.at}`
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

  /** What it protects is whole again. Throws LockMisuse unless `td` holds it exclusively. */
  recover(td: Waiter): void {
    expectWaiter(td, 'sx.recover', 'it with `guard.td`')
    this.word.recover(td)
  }

  /**
   * From shared to exclusive without letting go, if the caller is the only one inside; false and
   * nothing done if not. There is no upgrade that waits: two callers would wait for each other.
   */
  tryUpgrade(td: Waiter): boolean {
    return this.word.tryUpgrade(td)
  }

  /** From exclusive to shared, together with all that sleep for that. Never parks. */
  downgrade(td: Waiter): Waiting {
    expectWaiter(td, 'sx.downgrade', 'downgradeSync')
    return this.word.downgrade(td)
  }

  /** The same for a plain thread or a task with a guard of `shared`: its new guard, or nothing. */
  upgradeSync(guard: Guard): Guard | undefined {
    expectWaiter(guard?.td, 'sx.tryUpgrade', 'upgradeSync with a guard of `shared`')
    return this.tryUpgrade(guard.td) ? this.shared.handOn(guard, this.exclusive) : undefined
  }

  /** From the guard of `exclusive` to a guard of `shared`, for a plain thread or a task. */
  downgradeSync(guard: Guard): Guard {
    expectWaiter(guard?.td, 'sx.downgrade', 'downgradeSync with a guard of `exclusive`')
    finish(guard.td, this.downgrade(guard.td))
    return this.exclusive.handOn(guard, this.shared)
  }
}
