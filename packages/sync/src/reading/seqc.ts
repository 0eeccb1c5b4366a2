import { expectFunction, layout, word } from '@smpnet/memory'
import { LockMisuse } from '../errors.ts'
import type { LockHandle, LockKind } from '../words/lock-kind.ts'
import {
  type AwaitOptions,
  homeOf,
  waitAsTask,
  type WaitOptions,
  waitSync,
} from '../offered/offered.ts'
import { Placed } from '../domain/placed.ts'
import {
  expectWaiter,
  ABORTED,
  FOREVER,
  leftMs,
  looksOf,
  type Outcome,
  poll,
  TIMED_OUT,
  type Until,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import { expectDomain } from '../domain/expect-domain.ts'
import { type Placing, SyncDomain } from '../domain/sync-domain.ts'

/**
 * A sequence counter (FreeBSD's seqc(9), Linux's seqcount): readers write nothing at all, and read
 * again when a writer came between.
 *
 * | word | means           | a reader           | a writer                    |
 * |------|-----------------|--------------------|-----------------------------|
 * | even | nobody writes   | reads, looks again | adds 1, writes, adds 1      |
 * | odd  | somebody writes | waits              | is a mistake: one at a time |
 *
 * Writers exclude each other by other means, such as a mutex. What is read in between may be half
 * written: take it as numbers, and use it after `isSame` only. It is read by `load` and written by
 * `store`, since plain accesses may move past the counter's on some processors.
 */
export const SEQC = layout('seqc', {
  /** (x) As above; written by a writer of what it stands for. */
  word: word('x'),
})

const KIND: LockKind = { name: 'seqc', code: 11, version: 1 }

/** What `tryRead` says while somebody writes. No sequence is negative and odd at once. */
export const WRITING = -1

export class Seqc extends Placed {
  /** Bytes of a sequence counter in memory, all zero at first. */
  static readonly bytes = SEQC.size

  /** Places a sequence counter. Throws OutOfMemory, and BadHandle for an address not free. */
  static create(domain: SyncDomain, options: Placing = {}): Seqc {
    expectDomain(domain, KIND, options)
    return new Seqc(domain.memory, domain.place(KIND, Seqc.bytes, options), domain)
  }

  /** Opens, in any thread, the counter that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): Seqc {
    const { domain, at } = SyncDomain.openLock(KIND, handle, Seqc.bytes)
    return new Seqc(domain.memory, at, domain)
  }

  /** Names this counter for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return SyncDomain.handleOf(this, KIND)
  }

  /** The sequence to read under, or `WRITING`: then `yield* read(td)`. */
  tryRead(): number {
    const { memory } = this
    if (!memory.settled()) return WRITING
    const seen = memory.load(this.at)
    return seen & 1 ? WRITING : seen
  }

  /** The sequence to read under, as soon as nobody writes; `WRITING` when the wait was given up. */
  read(td: Waiter, until: Until = FOREVER): Waiting<number> {
    expectWaiter(td, 'seqc.read', 'readSync, or awaits readAsync')
    return this.#read(td, until)
  }

  *#read(td: Waiter, until: Until): Waiting<number> {
    let sequence = WRITING
    const isOver = () => (sequence = this.tryRead()) !== WRITING
    yield* poll(td, isOver, until, looksOf(td, until))
    return sequence
  }

  /** Whether nobody has written since `sequence` was read: what was read then is whole. */
  isSame(sequence: number): boolean {
    return this.memory.load(this.at) === sequence
  }

  /** Before writing. In simulated time, settle first. */
  beginWrite(): void {
    const seen = this.memory.load(this.at)
    if (seen & 1) throw new LockMisuse(`${this.name()} is written by one at a time: one does`)
    this.memory.store(this.at, (seen + 1) | 0)
  }

  /** After writing. Throws LockMisuse when nobody writes. */
  endWrite(): void {
    const seen = this.memory.load(this.at)
    if ((seen & 1) === 0) throw new LockMisuse(`${this.name()} is written by nobody`)
    this.memory.store(this.at, (seen + 1) | 0)
  }

  /**
   * Runs `read` until nobody wrote meanwhile, and returns what it returned. Blocks this thread
   * while somebody writes. Throws LockTimeout when the time is over first.
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
    waitSync(this, here, (td, until) => reading.untilWhole(td, until), options)
    return reading.value!
  }

  /** The same in a task. Rejects with LockTimeout, or with the signal's reason. */
  async readAsync<T>(read: () => T, options: AwaitOptions = {}): Promise<T> {
    expectFunction('what reads under a seqc', read)
    const reading = new Reading(this, read)
    await waitAsTask(this, (td, until) => reading.untilWhole(td, until), options)
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
