import { type Address, came, layout, type Memory, NIL, word } from '@smpnet/memory'
import { LockAbandoned, LockMisuse } from '../errors.ts'
import type { Backoff } from './backoff.ts'
import { accountOf, Ledger, untilStill } from './ledger.ts'
import {
  CHANGED,
  COUNTED_IN,
  FOREVER,
  NO_OWNER,
  type Lot,
  type LotHandle,
  OF_AN_OWNER,
  type Outcome,
  OWNER_BITS,
  OWNER_DIED,
  ownerIn,
  parkForOwner,
  type Parking,
  RUNNING,
  SETTLE,
  SPIN,
  type Until,
  WAITER,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'

/**
 * The word of a lock with readers and writers, and its algorithm; `RwLock` and `Sx` offer it. The
 * layout is FreeBSD's (sys/rwlock.h), the queue is the parking lot's.
 *
 * | word               | means                    | a reader             | a writer        |
 * |--------------------|--------------------------|----------------------|-----------------|
 * | UNLOCKED           | free                     | CAS to one reader    | CAS to owner    |
 * | WAITERS            | free, some were woken    | CAS, keeping WAITERS | CAS, keeping it |
 * | n × READER, SHARED | n readers                | CAS to n + 1         | marks WAITERS   |
 * | the same, WAITERS  | n readers, some sleep    | parks                | parks           |
 * | owner              | a writer, none sleeps    | spins, marks WAITERS | spins, marks it |
 * | owner, WAITERS     | a writer, some sleep     | parks                | parks           |
 * | dead owner         | a writer has ended       | CAS to owner, then as| CAS to owner,   |
 * |                    |                          | after a downgrade    | ABANDONED       |
 * | any, ABANDONED     | what it protects may be  | as without, and says | as without, and |
 * |                    | half changed             | OWNER_DIED           | says OWNER_DIED |
 *
 * No waiter starves: readers stop coming in once a writer sleeps, and the last reader wakes the
 * first writer; a writer lets in all readers that sleep before it lets in the next writer (the
 * phase-fair order of Brandenburg and Anderson, ECRTS 2009). The waker of a reader counts it in,
 * and says so in what the reader wanted, so that it sleeps once. A writer tries again when it is
 * woken, for the reason given in `MutexWord`, and is handed the lock when it has lost often or has
 * a deadline. Readers are only counted: a reader that ends inside keeps writers out for ever,
 * unless the lock has a ledger, by which its undertaker counts them anew.
 */
export const RW = layout('rw', {
  /** (x) As above. */
  word: word('x'),
  /** (m) Under the lock, written: the waiter that wrote last when it was abandoned. */
  deceased: word('m'),
})

export interface Accountable {
  /**
   * Whether readers write down that they are inside, so that the lock is theirs no more when they
   * have ended and are buried. It costs two words for each waiter of the domain, and two stores for
   * each time that a reader enters or exits. False unless told.
   */
  readonly accountable?: boolean
}

/** Bytes of a lock of such a word in a domain whose lot is `lot`. */
export function rwBytes(accountable: boolean, lot: LotHandle): number {
  return RW.size + (accountable ? Ledger.bytes(lot) : 0)
}

const UNLOCKED = 0
const WAITERS = 1
const ABANDONED = 2
const SHARED = NO_OWNER
const READER = 64
/** What stays as it is when the lock changes hands. */
const KEPT = WAITERS | ABANDONED

/** How often a writer that was woken may find the lock taken before it is handed over. */
const PATIENCE = 8

/** What a sleeper wants, and what a reader has that was let in. */
const READ = OF_AN_OWNER
const WRITE = OF_AN_OWNER | 1
const WRITE_HANDOVER = OF_AN_OWNER | 2
/** A reader wants this from when its waker has counted it in until it has seen so. */
export const LET_IN = READ | COUNTED_IN

const EVERYBODY = 0x7fffffff
/** Looks at readers that may be leaving, of whom none can be asked whether it runs. */
const READER_LOOKS = 16

export class RwWord {
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly name: () => string,
    /** How those that spin for it wait between two looks; they look at once without. */
    readonly backoff?: Backoff,
    /** What its readers write down, if they are to be taken back when they have ended inside. */
    readonly ledger?: Ledger,
  ) {}

  tryRead(td: Waiter): boolean {
    const { memory, at } = this
    if (!memory.owned(at)) return false
    const seen = memory.load(at)
    if (seen !== UNLOCKED && (seen & (SHARED | KEPT)) !== SHARED) return false
    const value = (seen | SHARED) + READER
    if (this.ledger !== undefined) return this.#counted(td, seen, value, 1) === seen
    return memory.compareExchange(at, seen, value) === seen
  }

  tryUnread(td: Waiter): boolean {
    const { memory, at } = this
    if (!memory.owned(at)) return false
    const seen = memory.load(at)
    if ((seen & SHARED) === 0 || isLastOfMany(seen)) return false
    if (this.ledger !== undefined) return this.#counted(td, seen, withoutReader(seen), -1) === seen
    return memory.compareExchange(at, seen, withoutReader(seen)) === seen
  }

  tryWrite(td: Waiter): boolean {
    const { memory } = this
    return memory.owned(this.at) && memory.compareExchange(this.at, UNLOCKED, td.at) === UNLOCKED
  }

  tryUnwrite(td: Waiter): boolean {
    const { memory } = this
    return memory.owned(this.at) && memory.compareExchange(this.at, td.at, UNLOCKED) === td.at
  }

  *read(td: Waiter, until: Until = FOREVER): Waiting<Outcome> {
    let seen = yield* this.#look()
    for (let spins = 0; ; ) {
      if (admitsReader(seen)) {
        while (!this.memory.claimed(this.at)) yield SETTLE
        const found = this.#counted(td, seen, (seen | SHARED) + READER, 1)
        if (found === seen) return outcomeOf(seen)
        seen = found
      } else if (this.#isBereft(td, seen)) {
        if (!(yield* this.#inherit(td, seen))) seen = yield* this.#look()
        else {
          yield* this.downgrade(td)
          return OWNER_DIED
        }
      } else if (spins < looksAt(seen, td) && this.#mayEndSoon(seen)) {
        this.#backsOff(spins++)
        if (looksAt(seen, td) === Number.POSITIVE_INFINITY) this.#spinsFor(ownerIn(seen))
        yield SPIN
        seen = yield* this.#look()
        continue
      } else if ((seen & WAITERS) === 0) {
        while (!this.memory.claimed(this.at)) yield SETTLE
        seen = this.#marked(seen)
      } else {
        const outcome = yield* parkForOwner(td, this.at, seen, READ, until)
        if (outcome !== WOKEN && outcome !== CHANGED) return outcome
        const isIn = td.lot.wantOf(td.at) === LET_IN
        if (isIn && this.ledger !== undefined) this.ledger.receives(td, 1)
        else if (isIn) this.memory.write(td.at + WAITER.offset.want, READ)
        seen = yield* this.#look()
        if (isIn) return outcomeOf(seen)
      }
      while (!this.memory.settled()) yield SETTLE
    }
  }

  *write(td: Waiter, until: Until = FOREVER): Waiting<Outcome> {
    while (!this.memory.claimed(this.at)) yield SETTLE
    let seen = this.#replace(UNLOCKED, td.at)
    if (seen === UNLOCKED) return WOKEN
    while (!this.memory.settled()) yield SETTLE
    for (let spins = 0, lost = 0; ; ) {
      if ((seen & ~KEPT) === UNLOCKED) {
        while (!this.memory.claimed(this.at)) yield SETTLE
        const found = this.#replace(seen, seen | td.at)
        if (found === seen) return this.#taken(td, seen)
        seen = found
      } else if (this.#isBereft(td, seen)) {
        if (yield* this.#inherit(td, seen)) return OWNER_DIED
        seen = yield* this.#look()
      } else if (spins < looksAt(seen, td) && this.#mayEndSoon(seen)) {
        this.#backsOff(spins++)
        if (looksAt(seen, td) === Number.POSITIVE_INFINITY) this.#spinsFor(ownerIn(seen))
        yield SPIN
        seen = yield* this.#look()
        continue
      } else if ((seen & WAITERS) === 0) {
        while (!this.memory.claimed(this.at)) yield SETTLE
        seen = this.#marked(seen)
      } else {
        const isPatient = lost < PATIENCE && until.deadlineMs === Number.POSITIVE_INFINITY
        const want = isPatient ? WRITE : WRITE_HANDOVER
        const outcome = yield* parkForOwner(td, this.at, seen, want, until)
        if (outcome !== WOKEN && outcome !== CHANGED) return outcome
        seen = yield* this.#look()
        if (ownerIn(seen) === td.at) return outcomeOf(seen)
        if (outcome === CHANGED) continue
        lost++
        spins = 0
      }
      while (!this.memory.settled()) yield SETTLE
    }
  }

  *unread(td: Waiter): Waiting {
    let seen = yield* this.#look()
    for (;;) {
      if ((seen & SHARED) === 0) throw this.#misuse('read', seen, td)
      if (isLastOfMany(seen)) break
      while (!this.memory.claimed(this.at)) yield SETTLE
      const found = this.#counted(td, seen, withoutReader(seen), -1)
      if (found === seen) return
      seen = found
    }
    const queue = yield* td.lot.lockQueue(this.at)
    const chain = this.#passOn(td, queue, false, seen & ABANDONED)
    this.ledger?.ends(td, -1)
    td.lot.unlockQueue(queue)
    yield* td.lot.wake(chain)
  }

  *unwrite(td: Waiter): Waiting {
    while (!this.memory.claimed(this.at)) yield SETTLE
    const seen = this.#replace(td.at, UNLOCKED)
    if (seen === td.at) return
    if (ownerIn(seen) !== td.at) throw this.#misuse('written', seen, td)
    const queue = yield* td.lot.lockQueue(this.at)
    const chain = this.#passOn(td, queue, true, seen & ABANDONED)
    td.lot.unlockQueue(queue)
    yield* td.lot.wake(chain)
  }

  /** From the only reader to the writer, at once or not at all. */
  tryUpgrade(td: Waiter): boolean {
    const { memory } = this
    if (!memory.settled()) return false
    const seen = memory.load(this.at)
    if ((seen & ~KEPT) !== (READER | SHARED)) return false
    if (this.#counted(td, seen, (seen & KEPT) | td.at, -1) !== seen) return false
    if (seen & WAITERS) td.passes(this.at, NIL, td.at)
    return true
  }

  /** From the writer to a reader, together with all readers that sleep. */
  *downgrade(td: Waiter): Waiting {
    const { memory, at } = this
    while (!memory.claimed(at)) yield SETTLE
    const seen = this.#counted(td, td.at, READER | SHARED, 1)
    if (seen === td.at) return
    if (ownerIn(seen) !== td.at) throw this.#misuse('downgraded', seen, td)
    const queue = yield* td.lot.lockQueue(at)
    this.ledger?.ends(td, 1)
    const readers = td.lot.takeOnly(queue, at, EVERYBODY, READ)
    td.passes(at, td.at, NIL)
    const rest = td.lot.first(queue, at) === NIL ? 0 : WAITERS
    const count = this.#letIn(td, readers) + 1
    memory.store(at, (count * READER) | SHARED | rest | (seen & ABANDONED))
    td.lot.unlockQueue(queue)
    yield* td.lot.wake(readers)
  }

  /** Whether a writer has ended inside, and what it left was not mended since. */
  isAbandoned(): boolean {
    return (this.memory.load(this.at) & ABANDONED) !== 0
  }

  /** Whether a writer has ended inside, and nobody is now, as a thread with `lot` sees it. */
  isBereft(lot: Pick<Parking, 'isDead'> | undefined): boolean {
    const seen = this.memory.load(this.at)
    if ((seen & ~KEPT) === UNLOCKED) return (seen & ABANDONED) !== 0
    const owner = ownerIn(seen)
    return owner !== NIL && (lot?.isDead(owner) ?? false)
  }

  /** The waiter that ended inside; for a thread that is inside. */
  deceased(): Address {
    return this.memory.read(this.at + RW.offset.deceased)
  }

  /** What the lock protects is whole again. Throws LockMisuse unless `td` writes. */
  recover(td: Waiter): void {
    const seen = this.memory.load(this.at)
    if (ownerIn(seen) !== td.at) throw this.#misuse('recovered', seen, td)
    this.memory.write(this.at + RW.offset.deceased, NIL)
    this.memory.and(this.at, ~ABANDONED)
  }

  /** What to tell a waiter that enters without being ready to mend anything. */
  obituary(thread: number | undefined): LockAbandoned {
    const waiter = this.deceased()
    return new LockAbandoned(
      `${this.name()} was written by waiter ${waiter} of thread ${thread}, which has ended: ` +
        'what it protects may be half changed',
      this.at,
      waiter,
    )
  }

  /** The waiter that writes, or NIL. */
  writer(): Address {
    return ownerIn(this.memory.load(this.at))
  }

  /** How many read. */
  readers(): number {
    const seen = this.memory.load(this.at)
    return seen & SHARED ? seen >>> 6 : 0
  }

  /**
   * Counts those that live and read, and gives the lock on if none does: for the undertaker `td` of
   * readers that may have ended inside, of a lock with a ledger.
   */
  *recount(td: Waiter, lot: Lot, ledger: Ledger): Waiting {
    for (;;) {
      const queue = yield* lot.lockQueue(this.at)
      const { chain, isDone, account } = this.#recounted(td, lot, ledger, queue)
      lot.unlockQueue(queue)
      yield* lot.wake(chain)
      if (isDone) return
      yield* untilStill(ledger, account)
    }
  }

  /** Under the queue: no reader comes in meanwhile, as it is told that others sleep. */
  #recounted(td: Waiter, lot: Lot, ledger: Ledger, queue: Address) {
    const { memory, at } = this
    const seen = memory.or(at, WAITERS) | WAITERS
    const letIn = (entry: Address): number => {
      const isHere = memory.load(entry + WAITER.offset.key) === at
      return isHere && memory.load(entry + WAITER.offset.want) === LET_IN ? 1 : 0
    }
    const account = accountOf(lot, ledger, letIn)
    const { held, isStill, dead } = account
    const rest = lot.first(queue, at) === NIL ? 0 : WAITERS
    const isRead = (seen & SHARED) !== 0
    const value = isRead && held > 0 ? (held * READER) | (seen & ~OWNER_BITS) : seen
    let isDone = isStill && this.#replace(seen, value) === seen
    let chain: Address = NIL
    if (isDone && isRead && held === 0) chain = this.#passOn(td, queue, false, seen & ABANDONED)
    else if (rest === 0) isDone = this.#replace(value, value & ~WAITERS) === value && isDone
    if (isDone) for (const entry of dead) ledger.clear(entry)
    return { chain, isDone, account }
  }

  /**
   * The last holder gives the lock on: to the first writer that sleeps, or to all readers that
   * sleep if no writer does, or if the holder wrote. Returns the chain to wake.
   */
  #passOn(td: Waiter, queue: Address, toReaders: boolean, abandoned: number): Address {
    const { memory, at } = this
    const { lot } = td
    let chain = toReaders ? lot.takeOnly(queue, at, EVERYBODY, READ) : NIL
    if (chain === NIL) chain = lot.takeExcept(queue, at, 1, READ)
    if (chain === NIL) chain = lot.takeOnly(queue, at, EVERYBODY, READ)
    const rest = chain === NIL || lot.first(queue, at) === NIL ? 0 : WAITERS
    const want = chain === NIL ? WRITE : lot.wantOf(chain)
    const heir = want === WRITE_HANDOVER ? chain : NIL
    td.passes(at, toReaders ? td.at : NIL, heir)
    const readers = want === READ ? (this.#letIn(td, chain) * READER) | SHARED : UNLOCKED
    memory.store(at, (heir === NIL ? readers : heir) | rest | abandoned)
    return chain
  }

  /** Tells the readers of a chain that they are in, and says how many they are. */
  #letIn(td: Waiter, chain: Address): number {
    let count = 0
    for (let entry = chain; entry !== NIL; entry = td.lot.after(entry)) {
      this.memory.write(entry + WAITER.offset.want, LET_IN)
      count++
    }
    return count
  }

  *#look(): Waiting<number> {
    while (!this.memory.settled()) yield SETTLE
    return this.memory.load(this.at)
  }

  /** Swaps; what was found is `seen` if that was done. */
  #replace(seen: number, value: number): number {
    return this.memory.compareExchange(this.at, seen, value)
  }

  /** The same by a waiter that is counted afterwards, or is not any more, and writes that down. */
  #counted(td: Waiter, seen: number, value: number, more: number): number {
    const { ledger } = this
    if (ledger === undefined) return this.#replace(seen, value)
    ledger.begins(td)
    const found = this.#replace(seen, value)
    ledger.ends(td, found === seen ? more : 0)
    return found
  }

  /** What the word is after a try to mark that a waiter sleeps. */
  #marked(seen: number): number {
    const found = this.#replace(seen, seen | WAITERS)
    return found === seen ? seen | WAITERS : found
  }

  /** The lock was free and `td` writes now; `seen` is what its word was. */
  #taken(td: Waiter, seen: number): Outcome {
    if (seen & WAITERS) td.passes(this.at, NIL, td.at)
    return outcomeOf(seen)
  }

  /** Whether a writer holds it that has ended. Throws LockMisuse when that is `td` itself. */
  #isBereft(td: Waiter, seen: number): boolean {
    const owner = ownerIn(seen)
    if (owner === td.at) throw this.#misuse('entered again', seen, td)
    return owner !== NIL && td.lot.isDead(owner)
  }

  /**
   * Takes the place of a dead writer, and remembers which waiter that was: under the queue, for the
   * reason given in `MutexWord`.
   */
  *#inherit(td: Waiter, seen: number): Waiting<boolean> {
    const { memory, at } = this
    const queue = yield* td.lot.lockQueue(at)
    const isDead = memory.load(at) === seen && td.lot.isDead(ownerIn(seen))
    const isMine = isDead && this.#replace(seen, td.at | (seen & WAITERS) | ABANDONED) === seen
    if (isMine) {
      memory.write(at + RW.offset.deceased, ownerIn(seen))
      td.passes(at, ownerIn(seen), td.at)
    }
    td.lot.unlockQueue(queue)
    return isMine
  }

  /**
   * Whether a short spin may pay: the writer runs, or readers, which may be leaving, are inside.
   */
  #mayEndSoon(seen: number): boolean {
    if (seen & SHARED) return true
    return this.memory.load(ownerIn(seen) + WAITER.offset.state) === RUNNING
  }

  #backsOff(spins: number): void {
    this.backoff?.wait(this.memory, spins)
  }

  #spinsFor(writer: Address): void {
    this.memory.spinsFor(this.at)
    this.memory.spinsFor(writer)
  }

  #misuse(what: string, seen: number, td: Waiter): LockMisuse {
    const owner = ownerIn(seen)
    const holder =
      owner !== NIL
        ? `waiter ${owner} holds it`
        : seen & SHARED
          ? `${seen >>> 6} readers hold it`
          : 'nobody holds it'
    return new LockMisuse(
      `${this.name()} is ${what} by its holder: ${holder}, ${came(td.at)} came`,
    )
  }
}

/** What the dead of a lot were let into in their sleep, of the lock at `at`, is not theirs. */
export function forgetGiven(lot: Lot, at: Address): void {
  const { memory } = lot
  for (const entry of lot.given()) {
    if (!lot.isDead(entry) || memory.load(entry + WAITER.offset.key) !== at) continue
    memory.store(entry + WAITER.offset.want, 0)
  }
}

function admitsReader(seen: number): boolean {
  return (seen & ~KEPT) === UNLOCKED || (seen & (SHARED | WAITERS)) === SHARED
}

/** Whether the reader that leaves is the last, and others sleep. */
function isLastOfMany(seen: number): boolean {
  return (seen & ~ABANDONED) === (READER | SHARED | WAITERS)
}

function withoutReader(seen: number): number {
  return (seen & ~KEPT) === (READER | SHARED) ? seen & KEPT : seen - READER
}

/** How often a waiter looks again before it sleeps: at a writer as long as that runs. */
function looksAt(seen: number, td: Waiter): number {
  return seen & SHARED ? Math.min(READER_LOOKS, td.spins) : td.spins
}

function outcomeOf(seen: number): Outcome {
  return seen & ABANDONED ? OWNER_DIED : WOKEN
}
