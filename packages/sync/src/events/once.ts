import { expectFunction, layout, NIL, word } from '@smpnet/memory'
import { LockMisuse } from '../errors.ts'
import {
  CHANGED,
  expectWaiter,
  finish,
  FOREVER,
  isLoopDue,
  loopTurn,
  OF_AN_OWNER,
  type Outcome,
  ownerIn,
  SETTLE,
  type Until,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import type { LockHandle, LockKind } from '../words/lock-kind.ts'
import { inWords } from '../words/names.ts'
import {
  type AwaitOptions,
  checkTimeout,
  homeOf,
  waitAsync,
  type WaitOptions,
  waitSync,
} from '../offered/offered.ts'
import { Placed } from '../domain/placed.ts'
import { expectDomain, handleOf, openLock, placeLock, type Placing } from '../domain/placing.ts'
import type { SyncDomain } from '../domain/sync-domain.ts'

/**
 * Something that is done once, by whichever thread comes first; the others wait until it is done.
 *
 * | word          | means                  | begin                  | done, failed             |
 * |---------------|------------------------|------------------------|--------------------------|
 * | NEW           | not begun              | CAS to the doer: do it | is a mistake             |
 * | doer          | begun, none sleeps     | marks WAITERS          | CAS to DONE or NEW       |
 * | doer, WAITERS | begun, some sleep      | parks                  | the same, and wakes them |
 * | DONE          | done for good          | returns                | is a mistake             |
 *
 * When the doer fails, all that sleep are woken, and the first of them to come is the next doer. So
 * it is when the doer's thread has ended and was buried: the first that finds it dead takes its
 * place. What is done must therefore be such that it can be begun again after any part of it.
 */
export const ONCE = layout('once', {
  /** (x) As above. */
  word: word('x'),
})

const KIND: LockKind = {
  name: 'once',
  code: 6,
  version: 2,
  names: inWords(ONCE.offset.word),
}

const NEW = 0
const WAITERS = 1
const DONE = 2
const EVERYBODY = 0x7fffffff

export class Once extends Placed {
  /** Bytes of a once in memory, all zero at first. */
  static readonly bytes = ONCE.size

  /** Places a once. Throws OutOfMemory, and BadHandle for an address that is not free. */
  static create(domain: SyncDomain, options: Placing = {}): Once {
    expectDomain(domain, KIND, options)
    return new Once(domain.memory, placeLock(KIND, domain, Once.bytes, options), domain)
  }

  /** Opens, in any thread, the once that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): Once {
    const { domain, at } = openLock(KIND, handle, Once.bytes)
    return new Once(domain.memory, at, domain)
  }

  /** Names this once for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return handleOf(this, KIND)
  }

  /** Whether it is done; then all that the doer did is seen. */
  isDone(): boolean {
    return this.memory.load(this.at) === DONE
  }

  /** Whether `td` is the doer, which then must call `done` or `failed`. */
  isDoer(td: Waiter): boolean {
    expectWaiter(td, 'once.isDoer', 'isDone')
    return (this.memory.load(this.at) & ~WAITERS) === td.at
  }

  /**
   * Becomes the doer, or waits until it is done: `WOKEN` for both, and `isDoer` says which, or why
   * it was given up. Throws LockMisuse for the doer itself.
   */
  begin(td: Waiter, until: Until = FOREVER): Waiting<Outcome> {
    expectWaiter(td, 'once.begin', 'runSync, or awaits run')
    return this.#begin(td, until)
  }

  *#begin(td: Waiter, until: Until): Waiting<Outcome> {
    const { memory, at } = this
    for (;;) {
      while (!memory.settled()) yield SETTLE
      const seen = memory.load(at)
      if (seen === DONE) return WOKEN
      if ((seen & ~WAITERS) === td.at) throw new LockMisuse(`${this.name()} waits for itself`)
      if (seen === NEW || td.lot.isDead(seen & ~WAITERS)) {
        if (this.#replace(seen, td.at | (seen & WAITERS))) return WOKEN
      } else if (seen & WAITERS || this.#replace(seen, seen | WAITERS)) {
        td.maySleepFor(this)
        const outcome = yield* this.#sleep(td, seen | WAITERS, until)
        if (outcome !== WOKEN && outcome !== CHANGED) return outcome
      }
    }
  }

  /** It is done. Throws LockMisuse unless `td` is the doer. */
  done(td: Waiter): Waiting {
    expectWaiter(td, 'once.done', 'runSync, or awaits run')
    return this.#end(td, DONE)
  }

  /** It was not done, and another has to do it. Throws LockMisuse unless `td` is the doer. */
  failed(td: Waiter): Waiting {
    expectWaiter(td, 'once.failed', 'runSync, or awaits run')
    return this.#end(td, NEW)
  }

  /** Runs `work` unless it was done, or blocks this thread until it is. */
  runSync(work: () => void, options: WaitOptions = {}): void {
    checkTimeout(options)
    if (this.isDone()) return
    expectFunction('the work of a once', work)
    const { here } = homeOf(this)
    if (options.timeoutMs === undefined) this.#expectNotOurs(here)
    waitSync(this, here, (td, until) => this.begin(td, until), options)
    if (!this.isDoer(here)) return
    let isDone = false
    try {
      work()
      isDone = true
    } finally {
      finish(here, this.#end(here, isDone ? DONE : NEW))
    }
  }

  /** Runs `work`, which may await, unless it was done, or waits until it is. */
  async run(work: () => Promise<void> | void, options: AwaitOptions = {}): Promise<void> {
    checkTimeout(options)
    if (isLoopDue()) await loopTurn()
    if (this.isDone()) return
    expectFunction('the work of a once', work)
    options.signal?.throwIfAborted()
    const home = homeOf(this)
    const td = home.borrow()
    let isDone = false
    try {
      await waitAsync(this, td, (td, until) => this.begin(td, until), options)
      if (!this.isDoer(td)) return
      await work()
      isDone = true
    } finally {
      if (this.isDoer(td)) finish(td, this.#end(td, isDone ? DONE : NEW))
      home.giveBack(td)
    }
  }

  name(): string {
    return `the once at ${this.at}`
  }

  /** Throws LockMisuse when a task of this thread is the doer: it could not go on meanwhile. */
  #expectNotOurs({ lot, at }: Waiter): void {
    const doer = ownerIn(this.memory.load(this.at))
    if (doer === NIL || doer === at || lot.threadOf(doer) !== lot.cpu || lot.isDead(doer)) return
    throw new LockMisuse(
      `${this.name()} is done by a task of this thread, which cannot go on while this thread ` +
        'blocks for it: `await run()` instead',
    )
  }

  *#end(td: Waiter, word: number): Waiting {
    const { memory, at } = this
    while (!memory.settled()) yield SETTLE
    if (!this.isDoer(td)) throw new LockMisuse(`${this.name()} is ended by its doer only`)
    if (this.#replace(td.at, word)) return
    const queue = yield* td.lot.lockQueue(at)
    const chain = td.lot.take(queue, at, EVERYBODY)
    memory.store(at, word)
    td.lot.unlockQueue(queue)
    yield* td.lot.wake(chain)
  }

  /**
   * Parks while the word is `expected` and its doer lives. A waiter queues itself and then looks
   * whether the doer is dead; an undertaker marks the doer and then looks through the queues.
   */
  *#sleep(td: Waiter, expected: number, until: Until): Waiting<Outcome> {
    const { lot } = td
    const locked = yield* lot.lockUntil(td, this.at, until)
    if (locked !== WOKEN) return locked
    const queue = lot.queueOf(this.at)
    const isBegun = lot.memory.load(this.at) === expected
    if (isBegun) lot.append(queue, td, this.at, OF_AN_OWNER)
    const isBereft = isBegun && lot.isDead(expected & ~WAITERS)
    if (isBereft) lot.remove(queue, td)
    lot.unlockQueue(queue)
    return isBegun && !isBereft ? yield* lot.sleep(td, until) : CHANGED
  }

  #replace(seen: number, value: number): boolean {
    return this.memory.compareExchange(this.at, seen, value) === seen
  }
}
