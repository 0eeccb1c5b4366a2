import { type Address, came, layout, type Memory, NIL, word } from '@smpnet/memory'
import {
  CHANGED,
  FOREVER,
  OF_AN_OWNER,
  type Outcome,
  OWNER_DIED,
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
import { LockAbandoned, LockMisuse } from '../errors.ts'
import type { Backoff } from '../words/backoff.ts'
import type { LockKind } from '../words/lock-kind.ts'
import { inWords } from '../words/names.ts'

/**
 * The words of a sleep mutex and its algorithm, in the shape of FreeBSD's kern_mutex.c over a
 * parking lot; `Mutex` offers it. It needs waiters and nothing else of this package.
 *
 * | word             | means                     | enter does              | exit does       |
 * |------------------|---------------------------|-------------------------|-----------------|
 * | UNOWNED          | free                      | CAS to owner, done      | is a mistake    |
 * | CONTESTED        | free, others sleep for it | CAS to owner, CONTESTED | is a mistake    |
 * | owner            | held, nobody sleeps       | spins while it runs,    | CAS to UNOWNED, |
 * |                  |                           | then marks CONTESTED    | done            |
 * | owner, CONTESTED | held, somebody may sleep  | parks                   | wakes the first |
 * | owner, RECURSED  | held more than once       | counts, if it is owner  | counts          |
 * | dead owner       | its holder has ended      | CAS to owner, ABANDONED | -               |
 * | any, ABANDONED   | what it protects may be   | as without, and says    | as without      |
 * |                  | half changed              | OWNER_DIED              |                 |
 *
 * An owner is its waiter's address, so that a held lock can name its holder. A lock that is exited
 * is free for the first waiter that comes, since handing it to a sleeper would leave it idle until
 * that sleeper runs. A sleeper that is woken tries again like the rest. Unfairness has a bound: a
 * waiter that has lost `PATIENCE` times asks to be handed the lock, and the owner that exits does
 * so. A waiter with a deadline asks for that at once, and sleeps once.
 */
export const MUTEX = layout('mutex', {
  /** (x) As above. */
  word: word('x'),
  /** (m) Under the mutex: how often its owner entered it again. */
  depth: word('m'),
  /** (m) Under the mutex: the waiter that held it last when it was abandoned. */
  deceased: word('m'),
})

export const MUTEX_KIND: LockKind = {
  name: 'mutex',
  code: 1,
  version: 2,
  names: inWords(MUTEX.offset.word, MUTEX.offset.deceased),
}

const UNOWNED = 0
const CONTESTED = 1
const RECURSED = 2
const ABANDONED = 4
const FLAGS = CONTESTED | RECURSED | ABANDONED

/** How often a waiter that was woken may find the lock taken before the lock is handed to it. */
const PATIENCE = 8

/** What a sleeper wants: to be woken and try again, or to be made the owner. */
const TRY = OF_AN_OWNER
const HANDOVER = OF_AN_OWNER | 1

export class MutexWord {
  /** `recursive`: whether its owner may enter it again. `name` is what messages call it. */
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly recursive: boolean,
    readonly name: () => string,
    /** How those that spin for its owner wait between two looks; they look at once without. */
    readonly backoff?: Backoff,
  ) {}

  tryEnter(td: Waiter): boolean {
    const { memory } = this
    return memory.owned(this.at) && memory.compareExchange(this.at, UNOWNED, td.at) === UNOWNED
  }

  tryExit(td: Waiter): boolean {
    const { memory } = this
    return memory.owned(this.at) && memory.compareExchange(this.at, td.at, UNOWNED) === td.at
  }

  /** Each failed swap says what is there, so that nothing is read twice. */
  *enter(td: Waiter, until: Until = FOREVER): Waiting<Outcome> {
    const { memory, at } = this
    while (!memory.claimed(at)) yield SETTLE
    let seen = memory.compareExchange(at, UNOWNED, td.at)
    if (seen === UNOWNED) return WOKEN
    while (!memory.settled()) yield SETTLE
    for (let spins = 0, lost = 0; ; ) {
      const owner = seen & ~FLAGS
      if (owner === UNOWNED) {
        while (!memory.claimed(at)) yield SETTLE
        const found = memory.compareExchange(at, seen, seen | td.at)
        if (found === seen) return this.#taken(td, seen)
        seen = found
        while (!memory.settled()) yield SETTLE
      } else if (owner === td.at) {
        return this.#recurse()
      } else if (td.lot.isDead(owner)) {
        if (yield* this.#inherit(td, seen)) return OWNER_DIED
        seen = yield* this.#look()
      } else if (spins < td.spins && this.#runs(owner)) {
        this.#backsOff(spins++)
        if (td.spins === Number.POSITIVE_INFINITY) this.#spinsFor(owner)
        yield SPIN
        seen = yield* this.#look()
      } else if ((seen & CONTESTED) === 0) {
        while (!memory.claimed(at)) yield SETTLE
        const found = memory.compareExchange(at, seen, seen | CONTESTED)
        seen = found === seen ? seen | CONTESTED : found
        while (!memory.settled()) yield SETTLE
      } else {
        const isPatient = lost < PATIENCE && until.deadlineMs === Number.POSITIVE_INFINITY
        const outcome = yield* parkForOwner(td, at, seen, isPatient ? TRY : HANDOVER, until)
        if (outcome !== WOKEN && outcome !== CHANGED) return outcome
        seen = yield* this.#look()
        if ((seen & ~FLAGS) === td.at) return seen & ABANDONED ? OWNER_DIED : WOKEN
        if (outcome === CHANGED) continue
        lost++
        spins = 0
      }
    }
  }

  *exit(td: Waiter): Waiting {
    const { memory, at } = this
    while (!memory.claimed(at)) yield SETTLE
    const seen = memory.compareExchange(at, td.at, UNOWNED)
    if (seen === td.at) return
    if ((seen & ~FLAGS) !== td.at) throw this.#notMine(td, seen)
    if (seen & RECURSED) return this.#uncount()
    const queue = yield* td.lot.lockQueue(at)
    const next = td.lot.take(queue, at, 1)
    const rest = td.lot.first(queue, at) === NIL ? 0 : CONTESTED
    const isHeir = next !== NIL && td.lot.wantOf(next) === HANDOVER
    td.passes(at, td.at, isHeir ? next : NIL)
    memory.store(at, (isHeir ? next : UNOWNED) | rest | (seen & ABANDONED))
    td.lot.unlockQueue(queue)
    yield* td.lot.wake(next)
  }

  /** The address of the waiter that holds the lock, or NIL. */
  owner(): Address {
    return this.memory.load(this.at) & ~FLAGS
  }

  /** Whether a holder has ended inside, and what it left was not mended since. */
  isAbandoned(): boolean {
    return (this.memory.load(this.at) & ABANDONED) !== 0
  }

  /** Whether a holder has ended inside, and nobody holds it now, as a thread with `lot` sees it. */
  isBereft(lot: Pick<Parking, 'isDead'> | undefined): boolean {
    const seen = this.memory.load(this.at)
    const owner = seen & ~FLAGS
    if (owner === UNOWNED) return (seen & ABANDONED) !== 0
    return lot?.isDead(owner) ?? false
  }

  /** The waiter that ended inside; for the holder of the mutex. */
  deceased(): Address {
    return this.memory.read(this.at + MUTEX.offset.deceased)
  }

  /** What the mutex protects is whole again. Throws LockMisuse unless `td` holds it. */
  recover(td: Waiter): void {
    const seen = this.memory.load(this.at)
    if ((seen & ~FLAGS) !== td.at) throw this.#notMine(td, seen)
    this.memory.write(this.at + MUTEX.offset.deceased, NIL)
    this.memory.and(this.at, ~ABANDONED)
  }

  /** Marks a held mutex as slept for; false when it is free. For the holder of its queue. */
  markContested(): boolean {
    for (;;) {
      const seen = this.memory.load(this.at)
      if ((seen & ~FLAGS) === UNOWNED) return false
      if (seen & CONTESTED || this.#replace(seen, seen | CONTESTED)) return true
    }
  }

  /** Throws LockMisuse unless `td` holds the mutex, and entered it once. */
  assertHeldOnce(td: Waiter): void {
    const seen = this.memory.load(this.at)
    if ((seen & ~(CONTESTED | ABANDONED)) !== td.at) throw this.#notMine(td, seen)
  }

  /**
   * What to tell a waiter that enters without being ready to mend anything; `thread` is that of the
   * waiter that ended inside. For the holder of the mutex.
   */
  obituary(thread: number | undefined): LockAbandoned {
    const waiter = this.deceased()
    return new LockAbandoned(
      `${this.name()} was held by waiter ${waiter} of thread ${thread}, which has ended: ` +
        'what it protects may be half changed',
      this.at,
      waiter,
    )
  }

  #replace(seen: number, value: number): boolean {
    return this.memory.compareExchange(this.at, seen, value) === seen
  }

  /** The mutex was free and is `td`'s now; `seen` is what its word was. */
  #taken(td: Waiter, seen: number): Outcome {
    if (seen & CONTESTED) td.passes(this.at, NIL, td.at)
    return seen & ABANDONED ? OWNER_DIED : WOKEN
  }

  #backsOff(spins: number): void {
    this.backoff?.wait(this.memory, spins)
  }

  #spinsFor(owner: Address): void {
    this.memory.spinsFor(this.at)
    this.memory.spinsFor(owner)
  }

  *#look(): Waiting<number> {
    while (!this.memory.settled()) yield SETTLE
    return this.memory.load(this.at)
  }

  /** Whether to spin for the owner pays: an owner that sleeps or waits for a CPU takes too long. */
  #runs(owner: Address): boolean {
    return this.memory.load(owner + WAITER.offset.state) === RUNNING
  }

  /**
   * Takes the place of a dead owner, and remembers which waiter that was. The entry of the dead is
   * another waiter's as soon as no lock names it: so it is looked at again under the queue, where
   * one waiter at a time can take the place.
   */
  *#inherit(td: Waiter, seen: number): Waiting<boolean> {
    const { memory, at } = this
    const queue = yield* td.lot.lockQueue(at)
    const isDead = memory.load(at) === seen && td.lot.isDead(seen & ~FLAGS)
    const isMine = isDead && this.#replace(seen, td.at | (seen & CONTESTED) | ABANDONED)
    if (isMine) {
      memory.write(at + MUTEX.offset.deceased, seen & ~FLAGS)
      memory.write(at + MUTEX.offset.depth, 0)
      td.passes(at, seen & ~FLAGS, td.at)
    }
    td.lot.unlockQueue(queue)
    return isMine
  }

  #recurse(): Outcome {
    const { memory, at } = this
    if (!this.recursive) {
      throw new LockMisuse(`${this.name()} is held by this waiter already, and is not recursive`)
    }
    memory.or(at, RECURSED)
    const depth = at + MUTEX.offset.depth
    memory.write(depth, memory.read(depth) + 1)
    return WOKEN
  }

  #uncount(): void {
    const { memory, at } = this
    const depth = memory.read(at + MUTEX.offset.depth) - 1
    memory.write(at + MUTEX.offset.depth, depth)
    if (depth === 0) memory.and(at, ~RECURSED)
  }

  #notMine(td: Waiter, seen: number): LockMisuse {
    const owner = seen & ~FLAGS
    const holder = owner === UNOWNED ? 'nobody holds it' : `waiter ${owner} holds it`
    return new LockMisuse(
      `${this.name()} is unlocked by its holder: ${holder}, ${came(td.at)} came`,
    )
  }
}
