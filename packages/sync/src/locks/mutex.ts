import { type Address, layout, type Memory, NIL, word } from '@smpnet/memory'
import { LockAbandoned, LockMisuse } from '../errors.ts'
import type { LockHandle, LockKind } from '../domain/lock-kind.ts'
import {
  CHANGED,
  FOREVER,
  OF_AN_OWNER,
  type Outcome,
  OWNER_DIED,
  parkForOwner,
  RUNNING,
  SETTLE,
  SPIN,
  type Until,
  WAITER,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import { Section } from '../offered/section.ts'
import { type Placing, SyncDomain } from '../domain/sync-domain.ts'

/**
 * The sleep mutex, in the shape of FreeBSD's kern_mutex.c over a parking lot.
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
 * is free for whoever comes first, since handing it to a sleeper would leave it idle until that
 * one runs. The one that is woken tries again like the rest. Unfairness has a bound: who has lost
 * `PATIENCE` times, or may wait only so long, asks to be handed the lock, and is. A wait with a
 * timeout therefore sleeps once, and needs no clock to know how much of its time is left.
 */
export const MUTEX = layout('mutex', {
  /** (x) As above. */
  word: word('x'),
  /** (m) Under the mutex: how often its owner entered it again. */
  depth: word('m'),
  /** (m) Under the mutex: the waiter that held it last when it was abandoned. */
  deceased: word('m'),
})

const KIND: LockKind = { name: 'mutex', code: 1, version: 2 }

const UNOWNED = 0
const CONTESTED = 1
const RECURSED = 2
const ABANDONED = 4
const FLAGS = CONTESTED | RECURSED | ABANDONED

/** How often one who was woken may find the lock taken before it is handed over. */
const PATIENCE = 8

/** What a sleeper wants: to be woken and try again, or to be made the owner. */
const TRY = OF_AN_OWNER
const HANDOVER = OF_AN_OWNER | 1

export interface MutexOptions {
  /** Whether its owner may enter it again; it must exit as often. False unless told. */
  readonly recursive?: boolean
}

export class Mutex extends Section {
  /** Bytes of a mutex in memory, all zero at first. */
  static readonly bytes = MUTEX.size
  readonly #recursive: boolean

  /** The mutex whose words are at `at`. Every thread makes an object of its own for it. */
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    options: MutexOptions = {},
    readonly domain?: SyncDomain,
  ) {
    super(domain)
    this.#recursive = options.recursive ?? false
  }

  /** Places a mutex. Throws OutOfMemory, and BadHandle for an address that cannot be had. */
  static create(domain: SyncDomain, options: MutexOptions & Placing = {}): Mutex {
    return new Mutex(domain.memory, domain.place(KIND, Mutex.bytes, options), options, domain)
  }

  /** Opens, in any thread, the mutex that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): Mutex {
    const domain = SyncDomain.open(handle.domain)
    const at = domain.find(KIND, Mutex.bytes, handle)
    return new Mutex(domain.memory, at, { recursive: handle.shape['recursive'] === 1 }, domain)
  }

  /** Names this mutex for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return SyncDomain.handleOf(this, KIND, { recursive: this.#recursive ? 1 : 0 })
  }

  tryEnter(td: Waiter): boolean {
    const { memory } = this
    return memory.settled() && memory.compareExchange(this.at, UNOWNED, td.at) === UNOWNED
  }

  tryExit(td: Waiter): boolean {
    const { memory } = this
    return memory.settled() && memory.compareExchange(this.at, td.at, UNOWNED) === td.at
  }

  /** Each failed swap says what is there, so that nothing is read twice. */
  *enter(td: Waiter, until: Until = FOREVER): Waiting<Outcome> {
    const { memory, at } = this
    while (!memory.settled()) yield SETTLE
    let seen = memory.compareExchange(at, UNOWNED, td.at)
    if (seen === UNOWNED) return WOKEN
    for (let spins = 0, lost = 0; ; ) {
      while (!memory.settled()) yield SETTLE
      const owner = seen & ~FLAGS
      if (owner === UNOWNED) {
        const found = memory.compareExchange(at, seen, seen | td.at)
        if (found === seen) return this.#taken(td, seen)
        seen = found
      } else if (owner === td.at) {
        return this.#recurse()
      } else if (td.lot.isDead(owner)) {
        if (this.#inherit(td, seen)) return OWNER_DIED
        seen = yield* this.#look()
      } else if (spins < td.spins && this.#runs(owner)) {
        spins++
        yield SPIN
        seen = yield* this.#look()
      } else if ((seen & CONTESTED) === 0) {
        const found = memory.compareExchange(at, seen, seen | CONTESTED)
        seen = found === seen ? seen | CONTESTED : found
      } else {
        const isPatient = lost < PATIENCE && until.deadlineMs === Number.POSITIVE_INFINITY
        const outcome = yield* parkForOwner(td, at, seen, isPatient ? TRY : HANDOVER, until)
        if (outcome !== WOKEN && outcome !== CHANGED) return outcome
        seen = yield* this.#look()
        if (outcome === CHANGED) continue
        if ((seen & ~FLAGS) === td.at) return seen & ABANDONED ? OWNER_DIED : WOKEN
        lost++
        spins = 0
      }
    }
  }

  *exit(td: Waiter): Waiting {
    const { memory, at } = this
    while (!memory.settled()) yield SETTLE
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

  /** Whether a holder has ended inside, and nobody has mended what it left since. */
  isAbandoned(): boolean {
    return (this.memory.load(this.at) & ABANDONED) !== 0
  }

  /** The waiter that ended inside; for who holds the mutex. */
  deceased(): Address {
    return this.memory.read(this.at + MUTEX.offset.deceased)
  }

  /** What the mutex protects is whole again. Throws LockMisuse unless `td` holds it. */
  recover(td: Waiter): void {
    const seen = this.memory.load(this.at)
    if ((seen & ~FLAGS) !== td.at) throw this.#notMine(td, seen)
    this.memory.and(this.at, ~ABANDONED)
  }

  /** Marks a held mutex as slept for; false when it is free. For who holds its queue. */
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

  name(): string {
    return `the mutex at ${this.at}`
  }

  #replace(seen: number, value: number): boolean {
    return this.memory.compareExchange(this.at, seen, value) === seen
  }

  /** It was free and is `td`'s now; `seen` is what it was. */
  #taken(td: Waiter, seen: number): Outcome {
    if (seen & CONTESTED) td.passes(this.at, NIL, td.at)
    return seen & ABANDONED ? OWNER_DIED : WOKEN
  }

  *#look(): Waiting<number> {
    while (!this.memory.settled()) yield SETTLE
    return this.memory.load(this.at)
  }

  /** Whether to spin for the owner pays: one that sleeps, or waits for a CPU, takes too long. */
  #runs(owner: Address): boolean {
    return this.memory.load(owner + WAITER.offset.state) === RUNNING
  }

  /** What to tell who enters without being ready to mend anything. For who holds the mutex. */
  override obituary(thread = this.home?.here.lot.threadOf(this.deceased())): LockAbandoned {
    const waiter = this.deceased()
    return new LockAbandoned(
      `${this.name()} was held by waiter ${waiter} of thread ${thread}, which has ended: ` +
        'what it protects may be half changed',
      this.at,
      waiter,
    )
  }

  /** Takes the place of a dead owner, and remembers who it was. */
  #inherit(td: Waiter, seen: number): boolean {
    const { memory, at } = this
    if (!this.#replace(seen, td.at | (seen & CONTESTED) | ABANDONED)) return false
    memory.write(at + MUTEX.offset.deceased, seen & ~FLAGS)
    memory.write(at + MUTEX.offset.depth, 0)
    td.passes(at, seen & ~FLAGS, td.at)
    return true
  }

  #recurse(): Outcome {
    const { memory, at } = this
    if (!this.#recursive) {
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
    return new LockMisuse(`${this.name()} is unlocked by its holder: ${holder}, ${td.at} came`)
  }
}
