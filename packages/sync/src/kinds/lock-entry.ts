import type { Address, Memory } from '@smpnet/memory'
import type { Backoff } from '../words/backoff.ts'
import type { LockHandle } from '../words/lock-kind.ts'
import type { Rendezvous } from '../reading/rm-words.ts'
import type { Section } from '../offered/section.ts'
import type { Placing } from '../domain/placing.ts'
import type { SyncDomain } from '../domain/sync-domain.ts'
import type { Lot, LotHandle, Waiter, Waiting } from '@smpnet/park'

/**
 * A kind of lock as an entry of a table: enough to make one and to use it without knowing which it
 * is. What runs over `lockTable`, tests, models, benches and comparisons, asks for nothing else.
 */
export interface LockEntry {
  /** As a command line or the row of a table names it: one word. */
  readonly name: string
  /** One sentence about it. */
  readonly summary: string
  /** What it does not promise, each with the reason. All that is not named here, it does. */
  readonly notPromised: Exceptions
  /** Whether a reader writes no line that other CPUs write, so that readers do not slow another. */
  readonly hasReadersApart: boolean
  /**
   * Bytes of one on a machine of so many CPUs, all zero at first; with what its readers write down
   * for undertakers where the waiters of `lot` are to, as `LockSite` says.
   */
  bytes(cpus: number, lot?: LotHandle): number
  /** One on bare memory, without a domain: for kernel threads and models. */
  over(site: LockSite): LockBySides
  /** A new one in a domain. Throws OutOfMemory, and BadHandle for an address that is not free. */
  create(domain: SyncDomain, options?: Placing): LockBySides
  /** The one that a handle names. Throws BadHandle when it is none of this kind. */
  open(handle: LockHandle): LockBySides
}

/** What a kind may leave out. The sentences are the names of the cases that test it. */
export type Promised =
  | 'no reader passes a writer that waits'
  | 'who waits for long sleeps'
  | 'who waits for long lends its priority'
  | 'who waits for one that has ended inside is told'
  | 'who comes after one that has ended inside is told'
  | 'what one that has ended inside left can be mended'
  | 'a reader that has ended inside keeps nobody out'
  | 'one that has ended waiting keeps nobody out'

export type Exceptions = { readonly [promised in Promised]?: string }

/** Where a lock is on bare memory. Every CPU makes an object of its own for it. */
export interface LockSite {
  readonly memory: Memory
  readonly at: Address
  readonly cpus: number
  /** How the machine makes CPUs take notice, if it has a way. */
  readonly rendezvous?: Rendezvous | undefined
  /** How those that spin for it wait between two looks, if its kind has a choice. */
  readonly backoff?: Backoff | undefined
  /**
   * Has readers that are only counted write down that they are inside, for each waiter of a lot, so
   * that `recount` takes those back that have ended; kinds that know their readers do not look.
   */
  readonly lot?: LotHandle | undefined
}

/** The sides on which a lock is entered. */
export interface Sides {
  /** The side that excludes all others. */
  readonly write: Section
  /** The side that several waiters may be on, if the lock has such a side. */
  readonly read?: Section
}

/** A lock, and its sides. */
export interface LockBySides extends Sides {
  readonly lock: Lock
}

/** What every lock is, and what some can do besides. */
export interface Lock {
  readonly at: Address
  /** What another thread opens it by. Throws LockMisuse for one on bare memory. */
  readonly handle: LockHandle
  name(): string
  /** Whether a holder has ended inside, and what it left was not mended since. */
  isAbandoned?(): boolean
  /** What the lock protects is whole again. For its holder. */
  recover?(td: Waiter): void
  /** From reading to writing without letting go, if no other is inside. */
  tryUpgrade?(td: Waiter): boolean
  /** From writing to reading without letting go. */
  downgrade?(td: Waiter): Waiting
  /**
   * The readers of CPU or thread `number`, which has ended, are inside no more. For an undertaker
   * of a lock on bare memory, by `td`, whose lot has buried their waiters. Never parks.
   */
  buryReaders?(td: Waiter, lot: Lot, number: number): Waiting
  /** Whether a waiter that has ended is written down by it as one that reads. */
  hasReader?(entry: Address): boolean
  /**
   * Of a lock whose waiters are not told that its holder has ended: `td` has it in the place of a
   * holder that is dead, if one was, and mends what it protects.
   */
  inherit?(td: Waiter): boolean
}

/** The statics of a lock's class. */
export interface LockClass<L extends Lock> {
  readonly bytes: number | ((cpus: number) => number)
  create(domain: SyncDomain, options?: Placing): L
  open(handle: LockHandle): L
}

/** The class of a lock that is the same for any number of CPUs. */
export interface PlainLockClass<L extends Lock> extends LockClass<L> {
  new (memory: Memory, at: Address): L
}

/** What most entries need not say. */
export interface Particulars<L extends Lock> {
  readonly notPromised?: Exceptions
  readonly hasReadersApart?: boolean
  /** Makes one on bare memory, when it takes more than where its words are. */
  readonly over?: (site: LockSite) => L
  /** Bytes that it takes more where its readers write down that they are inside. */
  readonly ledgerBytes?: (lot: LotHandle) => number
}

/** The entry of a class: its name, how its sides are had, and a sentence about it. */
export function entry<L extends Lock>(
  name: string,
  Class: PlainLockClass<L>,
  sides: (lock: L) => Sides,
  summary: string,
  particulars?: Particulars<L>,
): LockEntry
export function entry<L extends Lock>(
  name: string,
  Class: LockClass<L>,
  sides: (lock: L) => Sides,
  summary: string,
  particulars: Particulars<L> & Required<Pick<Particulars<L>, 'over'>>,
): LockEntry
export function entry<L extends Lock>(
  name: string,
  Class: LockClass<L>,
  sides: (lock: L) => Sides,
  summary: string,
  particulars: Particulars<L> = {},
): LockEntry {
  const { bytes } = Class
  const make =
    particulars.over ?? (({ memory, at }) => new (Class as PlainLockClass<L>)(memory, at))
  const bySides = (lock: L): LockBySides => ({ lock, ...sides(lock) })
  return {
    name,
    summary,
    notPromised: particulars.notPromised ?? {},
    hasReadersApart: particulars.hasReadersApart ?? false,
    bytes: (cpus, lot) => {
      const own = typeof bytes === 'number' ? bytes : bytes(cpus)
      return lot === undefined ? own : own + (particulars.ledgerBytes?.(lot) ?? 0)
    },
    over: (site) => bySides(make(site)),
    create: (domain, options) => bySides(Class.create(domain, options)),
    open: (handle) => bySides(Class.open(handle)),
  }
}

/** The sides of a lock that is itself what is entered, by all alike. */
export function alone(section: Section): Sides {
  return { write: section }
}

/** The sides of a lock with readers and writers. */
export function both({ read, write }: Required<Sides>): Sides {
  return { read, write }
}
