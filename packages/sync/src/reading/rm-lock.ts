import { type Address, layout, type Memory, word, WORD_BYTES, words } from '@smpnet/memory'
import type { LockHandle } from '../domain/lock-kind.ts'
import { Mutex } from '../locks/mutex.ts'
import {
  FOREVER,
  type Outcome,
  pollAll,
  type Until,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import { clearLine, RM_KIND as KIND, RM_LINE as LINE } from './reader-lines.ts'
import { RmReadSide, RmWriteSide } from './rm-sides.ts'
import { type Placing, SyncDomain } from '../domain/sync-domain.ts'

/**
 * FreeBSD's rmlock(9), the read-mostly lock: a reader writes nothing that other CPUs read often,
 * and a writer pays for every CPU that has read since the last one wrote.
 *
 * Each CPU has a line of its own, in which it counts its readers, and may hold a token, a bit of
 * a word that all read and only writers and first readers write.
 *
 *   reader: readers + 1 on its own line (one fence); if its CPU holds a token, it is in.
 *           If not: readers - 1, takes the mutex, takes a token, counts itself, exits the mutex.
 *   writer: takes the mutex, takes all tokens away, and waits for each CPU that had one until no
 *           reader is left there. While it writes, no CPU has a token.
 *
 * Store and then look, on both sides, sequentially consistent (Dekker): a reader that saw its token
 * is seen by the writer that takes it. A reader exits by a plain store, without a fence: a writer
 * that waits sees it a little later, and cannot be told, for the look whether one waits could come
 * before the store is seen. So a writer spins for a while and then naps. A reader that is inside,
 * or on whose CPU another is, enters without a token: the writer waits for that CPU anyway. What is
 * read inside is read by `load`, as on some processors plain reads may move past the plain store.
 *
 * A reader that has ended is cleared from its line by who buries it. If one ends while it takes a
 * token, or a writer that is not inside yet, nothing is half changed, but tokens may be gone whose
 * readers are inside: the next who gets the mutex gives every CPU one.
 */
const SHARED = layout('rmlock', {
  /** (x) The words of the mutex of writers, and of readers without a token. */
  mutex: words(Mutex.bytes / WORD_BYTES, 'x', 'writers'),
  /** (m) Under the mutex: 1 while a writer is inside, which readers who take a token are not. */
  writing: word('m', 'writers'),
  /** (x) Bit n of word w: CPU 32 w + n holds a token. */
  tokens: words(16, 'x', 'tokens'),
})

/** As many as the words of tokens have bits. */
const MAX_CPUS = 16 * 32

/**
 * How a machine makes every CPU of `targets` take part in a rendezvous; a simulated one prices its
 * interrupts. It is what FreeBSD's writer does instead of a fence in every reader.
 */
export type Rendezvous = (targets: readonly number[]) => Waiting

export class RmLock {
  readonly read: RmReadSide
  readonly write: RmWriteSide
  readonly mutex: Mutex

  /** The lock at `at` for `cpus` CPUs, all zero at first. A reader stays on its CPU inside. */
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly cpus: number,
    readonly rendezvous?: Rendezvous,
    readonly domain?: SyncDomain,
  ) {
    if (cpus > MAX_CPUS) throw new RangeError(`cpus: expected 1 to ${MAX_CPUS}, came ${cpus}`)
    this.mutex = new Mutex(memory, at + SHARED.offset.mutex)
    this.read = new RmReadSide(this)
    this.write = new RmWriteSide(this)
  }

  /** Bytes of a lock for so many CPUs. */
  static bytes(cpus: number): number {
    return SHARED.size + cpus * LINE.size
  }

  /** Places a rmlock with a line for every thread of the domain. Throws OutOfMemory. */
  static create(domain: SyncDomain, options: Placing = {}): RmLock {
    const { cpus } = domain
    const at = domain.place(KIND, RmLock.bytes(cpus), options, SHARED.align)
    return new RmLock(domain.memory, at, cpus, undefined, domain)
  }

  /** Opens, in any thread, the rmlock that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): RmLock {
    const domain = SyncDomain.open(handle.domain)
    const at = domain.find(KIND, RmLock.bytes(domain.cpus), handle)
    return new RmLock(domain.memory, at, domain.cpus, undefined, domain)
  }

  /** Names this lock for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return SyncDomain.handleOf(this, KIND)
  }

  name(): string {
    return `the rmlock at ${this.at}`
  }

  /** The word in which CPU `cpu` counts its readers. */
  lineOf(cpu: number): Address {
    return this.at + SHARED.size + cpu * LINE.size
  }

  tokensOf(cpu: number): Address {
    return this.at + SHARED.offset.tokens + (cpu >> 5) * 4
  }

  /**
   * CPU `cpu` has ended, and reads no more: writers do not wait for it. For who buries a CPU;
   * `bury` of a domain does it for its threads.
   */
  bury(cpu: number): void {
    clearLine(this.memory, this.lineOf(cpu))
  }

  /** Whether what the lock protects is half changed if who holds the mutex has ended. */
  isWritten(): boolean {
    return this.memory.read(this.at + SHARED.offset.writing) === 1
  }

  /** For the mutex's owner, who has waited for all readers, or will let them in again. */
  setWritten(isWritten: boolean): void {
    this.memory.write(this.at + SHARED.offset.writing, isWritten ? 1 : 0)
  }

  /** Gives every CPU a token, so that the next writer waits for readers on any. Mutex's owner. */
  giveTokens(): void {
    for (let cpu = 0; cpu < this.cpus; cpu++) {
      this.memory.or(this.tokensOf(cpu), 1 << (cpu & 31))
    }
  }

  /** Whether any CPU holds a token. */
  hasTokens(): boolean {
    for (let cpu = 0; cpu < this.cpus; cpu += 32) {
      if (this.memory.load(this.tokensOf(cpu)) !== 0) return true
    }
    return false
  }

  /**
   * Takes all tokens away and waits until no reader is left that had one. Who gives up gives them
   * back, for the next writer has to wait for the same readers. For the mutex's owner.
   */
  *revoke(td: Waiter, until: Until = FOREVER): Waiting<Outcome> {
    const had: number[] = []
    for (let cpu = 0; cpu < this.cpus; cpu += 32) {
      const tokens = this.memory.exchange(this.tokensOf(cpu), 0)
      for (let bits = tokens; bits !== 0; bits &= bits - 1) had.push(cpu + bitOf(bits))
    }
    if (had.length === 0) return WOKEN
    if (this.rendezvous !== undefined) yield* this.rendezvous(had)
    let drained = 0
    const hasLeft = (which: number): boolean => {
      if (this.memory.load(this.lineOf(had[which]!)) !== 0) return false
      drained = which + 1
      return true
    }
    const outcome = yield* pollAll(td, had.length, hasLeft, until)
    for (const cpu of had.slice(drained)) this.memory.or(this.tokensOf(cpu), 1 << (cpu & 31))
    return outcome
  }
}

/** The number of the lowest bit that is set. */
function bitOf(bits: number): number {
  return 31 - Math.clz32(bits & -bits)
}
