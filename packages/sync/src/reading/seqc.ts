import { expectFunction, layout, NIL, word } from '@smpnet/memory'
import { LockAbandoned, LockMisuse } from '../errors.ts'
import type { LockHandle, LockKind } from '../words/lock-kind.ts'
import { inWords } from '../words/names.ts'
import {
  type AwaitOptions,
  type BeginWait,
  homeOf,
  type WaitOptions,
  waitSync,
} from '../offered/offered.ts'
import { waitAsTask } from '../offered/wait-as-task.ts'
import { Placed } from '../domain/placed.ts'
import {
  expectWaiter,
  ABORTED,
  DEAD,
  FOREVER,
  leftMs,
  looksOf,
  type Outcome,
  OWNER_DIED,
  poll,
  TIMED_OUT,
  type Until,
  WAITER,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import { expectDomain, handleOf, openLock, placeLock, type Placing } from '../domain/placing.ts'
import type { SyncDomain } from '../domain/sync-domain.ts'

/**
 * A sequence counter (FreeBSD's seqc(9), Linux's seqcount): readers write nothing at all, and read
 * again when a writer came between.
 *
 * | word | means           | a reader           | a writer                    |
 * |------|-----------------|--------------------|-----------------------------|
 * | even | nobody writes   | reads, looks again | adds 1, writes, adds 1      |
 * | odd  | somebody writes | waits              | is a mistake: one at a time |
 *
 * The counter names its writer. When that has ended while it wrote, and was buried, readers are
 * told, since what they read stays half written; so is the next writer, which writes all of it
 * anew.
 *
 * Writers exclude each other by other means, such as a mutex. What is read in between may be half
 * written: take it as numbers, and use it after `isSame` only. It is read by `load` and written by
 * `store`, since plain accesses may move past the counter's on some processors.
 */
export const SEQC = layout('seqc', {
  /** (x) As above; written by a writer of what it stands for. */
  word: word('x'),
  /** (x) The waiter that writes, as far as it is known, or NIL. Written by it. */
  writer: word('x'),
})

const KIND: LockKind = {
  name: 'seqc',
  code: 11,
  version: 2,
  names: inWords(SEQC.offset.writer),
}

/** What `tryRead` says while somebody writes. No sequence is negative and odd at once. */
export const WRITING = -1

export class Seqc extends Placed {
  /** Bytes of a sequence counter in memory, all zero at first. */
  static readonly bytes = SEQC.size

  /** Places a sequence counter. Throws OutOfMemory, and BadHandle for an address not free. */
  static create(domain: SyncDomain, options: Placing = {}): Seqc {
    expectDomain(domain, KIND, options)
    return new Seqc(domain.memory, placeLock(KIND, domain, Seqc.bytes, options), domain)
  }

  /** Opens, in any thread, the counter that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): Seqc {
    const { domain, at } = openLock(KIND, handle, Seqc.bytes)
    return new Seqc(domain.memory, at, domain)
  }

  /** Names this counter for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return handleOf(this, KIND)
  }

  /** The sequence to read under, or `WRITING`: then `yield* read(td)`. */
  tryRead(): number {
    const { memory } = this
    if (!memory.settled()) return WRITING
    const seen = memory.load(this.at)
    return seen & 1 ? WRITING : seen
  }

  /**
   * The sequence to read under, as soon as nobody writes; `WRITING` when the wait was given up, or
   * when `isAbandoned` says that it never comes.
   */
  read(td: Waiter, until: Until = FOREVER): Waiting<number> {
    expectWaiter(td, 'seqc.read', 'readSync, or awaits readAsync')
    return this.#read(td, until)
  }

  *#read(td: Waiter, until: Until): Waiting<number> {
    let sequence = WRITING
    const isOver = () => (sequence = this.tryRead()) !== WRITING || this.isAbandoned()
    yield* poll(td, isOver, until, looksOf(td, until))
    return sequence
  }

  /** Whether nobody has written since `sequence` was read: what was read then is whole. */
  isSame(sequence: number): boolean {
    return this.memory.load(this.at) === sequence
  }

  /**
   * Before writing, as `td`, which is this thread unless told. `WOKEN`; or `OWNER_DIED` when a
   * writer has ended that had not ended its writing: then all that it stands for is to be written,
   * and readers wait until that is done. Throws LockMisuse while another writes. In simulated time,
   * settle first.
   */
  beginWrite(td: Waiter | undefined = this.home?.here): Outcome {
    const { memory, at } = this
    const seen = memory.load(at)
    if (seen & 1 && !this.isAbandoned()) {
      throw new LockMisuse(`${this.name()} is written by one at a time: one does`)
    }
    memory.store(at + SEQC.offset.writer, td?.at ?? NIL)
    if (seen & 1) return OWNER_DIED
    memory.store(at, (seen + 1) | 0)
    return WOKEN
  }

  /** After writing. Throws LockMisuse when nobody writes. */
  endWrite(): void {
    const { memory, at } = this
    const seen = memory.load(at)
    if ((seen & 1) === 0) throw new LockMisuse(`${this.name()} is written by nobody`)
    memory.store(at, (seen + 1) | 0)
    memory.store(at + SEQC.offset.writer, NIL)
  }

  /** Whether a writer has ended, and was buried, that had not ended its writing. */
  isAbandoned(): boolean {
    const writer = this.memory.load(this.at + SEQC.offset.writer)
    const isDead = writer !== NIL && this.memory.load(writer + WAITER.offset.state) === DEAD
    return isDead && (this.memory.load(this.at) & 1) !== 0
  }

  /** What to throw because a writer has ended. */
  obituary(): LockAbandoned {
    const writer = this.memory.load(this.at + SEQC.offset.writer)
    const message = `the writer of ${this.name()} has ended while it wrote`
    return new LockAbandoned(message, this.at, writer)
  }

  /**
   * Runs `read` until nobody wrote meanwhile, and returns what it returned. Blocks this thread
   * while somebody writes. Throws LockTimeout when the time is over first, and LockAbandoned when a
   * writer has ended.
   */
  readSync<T>(read: () => T, options: WaitOptions = {}): T {
    expectFunction('what reads under a seqc', read)
    const sequence = this.tryRead()
    if (sequence !== WRITING) {
      const value = read()
      if (this.isSame(sequence)) return value
    }
    const { here } = homeOf(this)
    const reading = new Reading(this, read)
    const begin: BeginWait = (td, until) => reading.untilWhole(td, until)
    if (waitSync(this, here, begin, options) === OWNER_DIED) throw this.obituary()
    return reading.value!
  }

  /** The same in a task. Rejects with LockTimeout, LockAbandoned, or with the signal's reason. */
  async readAsync<T>(read: () => T, options: AwaitOptions = {}): Promise<T> {
    expectFunction('what reads under a seqc', read)
    const reading = new Reading(this, read)
    const begin: BeginWait = (td, until) => reading.untilWhole(td, until)
    if ((await waitAsTask(this, begin, options)) === OWNER_DIED) throw this.obituary()
    return reading.value!
  }

  name(): string {
    return `the seqc at ${this.at}`
  }
}

/** What is read under a sequence counter, until it was read whole. */
class Reading<T> {
  value: T | undefined

  constructor(
    readonly seqc: Seqc,
    readonly read: () => T,
  ) {}

  /** Its time is that of all its waits together, and of what was read in vain. */
  *untilWhole(td: Waiter, until: Until): Waiting<Outcome> {
    while (!this.#isWhole(yield* this.seqc.read(td, until))) {
      if (this.seqc.isAbandoned()) return OWNER_DIED
      if (until.signal?.aborted) return ABORTED
      if (leftMs(td, until) === 0) return TIMED_OUT
    }
    return WOKEN
  }

  #isWhole(sequence: number): boolean {
    if (sequence === WRITING) return false
    this.value = this.read()
    return this.seqc.isSame(sequence)
  }
}
