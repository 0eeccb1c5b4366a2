import { type Address, layout, type Memory, NIL, word } from '@smpnet/memory'
import { LockMisuse } from './errors.ts'
import { CHANGED, type Outcome, SETTLE, SPIN, type Waiting, WOKEN } from './wait.ts'
import { RUNNING, WAITER, type Waiter } from './waiter.ts'

/**
 * The word of a lock with readers and writers, and its algorithm; `RwLock` and `Sx` offer it. The
 * layout is FreeBSD's (sys/rwlock.h), the queue is the parking lot's.
 *
 * | word               | means                    | a reader             | a writer        |
 * |--------------------|--------------------------|----------------------|-----------------|
 * | UNLOCKED           | free                     | CAS to one reader    | CAS to owner    |
 * | WAITERS            | free, somebody was woken | CAS, keeping WAITERS | CAS, keeping it |
 * | n × READER, SHARED | n readers                | CAS to n + 1         | marks WAITERS   |
 * | the same, WAITERS  | n readers, some sleep    | parks                | parks           |
 * | owner              | a writer, nobody sleeps  | spins, marks WAITERS | spins, marks it |
 * | owner, WAITERS     | a writer, some sleep     | parks                | parks           |
 *
 * Nobody starves: readers stop coming in once a writer sleeps, and the last of them wakes the
 * first writer; a writer lets in all readers that sleep before it lets in the next writer (the
 * phase-fair order of Brandenburg and Anderson, ECRTS 2009). Readers are let in by whoever wakes
 * them, so that they sleep once. A writer tries again when it is woken, for the reason given in
 * `Mutex`, and is handed the lock when it has lost often or may wait only so long.
 */
export const RW = layout('rw', {
  /** (x) As above. */
  word: word('x'),
})

const UNLOCKED = 0
const WAITERS = 1
const SHARED = 2
const READER = 64
const OWNER = ~63

/** How often a writer that was woken may find the lock taken before it is handed over. */
const PATIENCE = 8

/** What a sleeper wants. */
const READ = 0
const WRITE = 1
const WRITE_HANDOVER = 2

const EVERYBODY = 0x7fffffff

export class RwWord {
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly name: () => string,
  ) {}

  tryRead(): boolean {
    const { memory, at } = this
    if (!memory.settled()) return false
    const seen = memory.load(at)
    if (seen !== UNLOCKED && (seen & (SHARED | WAITERS)) !== SHARED) return false
    return memory.compareExchange(at, seen, (seen | SHARED) + READER) === seen
  }

  tryUnread(): boolean {
    const { memory, at } = this
    if (!memory.settled()) return false
    const seen = memory.load(at)
    if ((seen & SHARED) === 0 || seen === (READER | SHARED | WAITERS)) return false
    const left = seen === (READER | SHARED) ? UNLOCKED : seen - READER
    return memory.compareExchange(at, seen, left) === seen
  }

  tryWrite(td: Waiter): boolean {
    const { memory } = this
    return memory.settled() && memory.compareExchange(this.at, UNLOCKED, td.at) === UNLOCKED
  }

  tryUnwrite(td: Waiter): boolean {
    const { memory } = this
    return memory.settled() && memory.compareExchange(this.at, td.at, UNLOCKED) === td.at
  }

  *read(td: Waiter): Waiting<Outcome> {
    const { memory } = this
    for (let spins = 0; ; ) {
      while (!memory.settled()) yield SETTLE
      const seen = memory.load(this.at)
      if (this.#admitsReader(seen)) {
        if (this.#replace(seen, (seen | SHARED) + READER)) return WOKEN
      } else if (spins < td.spins && this.#mayEndSoon(td, seen)) {
        spins++
        yield SPIN
      } else if (seen & WAITERS || this.#replace(seen, seen | WAITERS)) {
        const outcome = yield* this.#park(td, seen | WAITERS, READ)
        if (outcome !== CHANGED) return outcome
      }
    }
  }

  *write(td: Waiter): Waiting<Outcome> {
    const { memory } = this
    for (let spins = 0, lost = 0; ; ) {
      while (!memory.settled()) yield SETTLE
      const seen = memory.load(this.at)
      if ((seen & ~WAITERS) === UNLOCKED) {
        if (this.#replace(seen, seen | td.at)) {
          if (seen & WAITERS) td.passes(this.at, NIL, td.at)
          return WOKEN
        }
      } else if (spins < td.spins && this.#mayEndSoon(td, seen)) {
        spins++
        yield SPIN
      } else if (seen & WAITERS || this.#replace(seen, seen | WAITERS)) {
        const isPatient = lost < PATIENCE && td.timeoutMs === Number.POSITIVE_INFINITY
        const want = isPatient ? WRITE : WRITE_HANDOVER
        const outcome = yield* this.#park(td, seen | WAITERS, want)
        if (outcome === WOKEN) {
          if (this.writer() === td.at) return WOKEN
          lost++
          spins = 0
        } else if (outcome !== CHANGED) return outcome
      }
    }
  }

  *unread(td: Waiter): Waiting {
    const { memory, at } = this
    for (;;) {
      while (!memory.settled()) yield SETTLE
      const seen = memory.load(at)
      if ((seen & SHARED) === 0) throw this.#misuse('read', seen, td)
      if (seen === (READER | SHARED | WAITERS)) break
      while (!memory.settled()) yield SETTLE
      if (this.tryUnread()) return
    }
    const queue = yield* td.lot.lockQueue(at)
    const chain = this.#passOn(td, queue, false)
    td.lot.unlockQueue(queue)
    yield* td.lot.wake(chain)
  }

  *unwrite(td: Waiter): Waiting {
    const { memory, at } = this
    while (!memory.settled()) yield SETTLE
    const seen = memory.load(at)
    if ((seen & OWNER) !== td.at || seen & SHARED) throw this.#misuse('written', seen, td)
    if (this.#replace(td.at, UNLOCKED)) return
    const queue = yield* td.lot.lockQueue(at)
    const chain = this.#passOn(td, queue, true)
    td.lot.unlockQueue(queue)
    yield* td.lot.wake(chain)
  }

  /** From the only reader to the writer, at once or not at all. */
  tryUpgrade(td: Waiter): boolean {
    const { memory } = this
    if (!memory.settled()) return false
    const seen = memory.load(this.at)
    if ((seen & ~WAITERS) !== (READER | SHARED)) return false
    if (!this.#replace(seen, (seen & WAITERS) | td.at)) return false
    if (seen & WAITERS) td.passes(this.at, NIL, td.at)
    return true
  }

  /** From the writer to a reader, together with all readers that sleep. */
  *downgrade(td: Waiter): Waiting {
    const { memory, at } = this
    while (!memory.settled()) yield SETTLE
    const seen = memory.load(at)
    if ((seen & OWNER) !== td.at || seen & SHARED) throw this.#misuse('downgraded', seen, td)
    if (this.#replace(td.at, READER | SHARED)) return
    const queue = yield* td.lot.lockQueue(at)
    const readers = td.lot.takeOnly(queue, at, EVERYBODY, READ)
    td.passes(at, td.at, NIL)
    const rest = td.lot.first(queue, at) === NIL ? 0 : WAITERS
    memory.store(at, ((this.#count(td, readers) + 1) * READER) | SHARED | rest)
    td.lot.unlockQueue(queue)
    yield* td.lot.wake(readers)
  }

  /** The waiter that writes, or NIL. */
  writer(): Address {
    const seen = this.memory.load(this.at)
    return seen & SHARED ? NIL : seen & OWNER
  }

  /** How many read. */
  readers(): number {
    const seen = this.memory.load(this.at)
    return seen & SHARED ? seen >>> 6 : 0
  }

  /**
   * Gives the lock to who sleeps for it, as its last holder: to the first writer, or to all readers
   * if there is no writer, or if it was a writer who held it. Returns whom to wake.
   */
  #passOn(td: Waiter, queue: Address, toReaders: boolean): Address {
    const { memory, at } = this
    const { lot } = td
    let chain = toReaders ? lot.takeOnly(queue, at, EVERYBODY, READ) : NIL
    if (chain === NIL) chain = lot.takeExcept(queue, at, 1, READ)
    if (chain === NIL) chain = lot.takeOnly(queue, at, EVERYBODY, READ)
    const rest = chain === NIL || lot.first(queue, at) === NIL ? 0 : WAITERS
    const want = chain === NIL ? WRITE : lot.wantOf(chain)
    const heir = want === WRITE_HANDOVER ? chain : NIL
    td.passes(at, toReaders ? td.at : NIL, heir)
    if (want === READ) memory.store(at, (this.#count(td, chain) * READER) | SHARED | rest)
    else memory.store(at, (heir === NIL ? UNLOCKED : heir) | rest)
    return chain
  }

  /** Sleeps while the word is `expected`, and lends to who writes: readers are unknown. */
  #park(td: Waiter, expected: number, want: number): Waiting<Outcome> {
    const writer = expected & SHARED ? NIL : expected & OWNER
    return td.lot.park(td, this.at, this.at, expected, want, writer)
  }

  #count(td: Waiter, chain: Address): number {
    let count = 0
    for (let entry = chain; entry !== NIL; entry = td.lot.after(entry)) count++
    return count
  }

  #admitsReader(seen: number): boolean {
    return (seen & ~WAITERS) === UNLOCKED || (seen & (SHARED | WAITERS)) === SHARED
  }

  #replace(seen: number, value: number): boolean {
    return this.memory.compareExchange(this.at, seen, value) === seen
  }

  /** Whether a short spin may pay: the writer runs, or readers, who may be leaving, are inside. */
  #mayEndSoon(td: Waiter, seen: number): boolean {
    if (seen & SHARED) return true
    const owner = seen & OWNER
    if (owner === td.at) throw this.#misuse('entered again', seen, td)
    return this.memory.load(owner + WAITER.offset.state) === RUNNING
  }

  #misuse(what: string, seen: number, td: Waiter): LockMisuse {
    const owner = seen & OWNER
    const holder =
      (seen & ~WAITERS) === UNLOCKED
        ? 'nobody holds it'
        : seen & SHARED
          ? `${seen >>> 6} readers hold it`
          : `waiter ${owner} holds it`
    return new LockMisuse(`${this.name()} is ${what} by its holder: ${holder}, ${td.at} came`)
  }
}
