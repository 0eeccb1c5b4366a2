import { type Address, came, layout, type Memory, word, WORD_BYTES, words } from '@smpnet/memory'
import {
  FOREVER,
  type Outcome,
  pollAll,
  type Until,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import { Mutex } from '../locks/mutex.ts'
import { clearLine, RM_LINE as LINE } from '../words/reader-lines.ts'

/**
 * The words of FreeBSD's rmlock(9), the read-mostly lock: a reader writes nothing that other CPUs
 * read often, and a writer pays for every CPU that has read since the last writer.
 *
 * Each CPU has a line of its own, in which it counts its readers, and may hold a token, a bit of
 * a word that all read and only writers and first readers write.
 *
 *   reader: pins itself, and counts itself on the line of its CPU (one fence). If its CPU holds a
 *           token, it is in. If not, it takes itself back, takes the mutex, then a token for the
 *           CPU that it is on by now, counts itself there, and exits the mutex.
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
 * A reader is pinned from its entry to its exit, for it is the line of its CPU that it counts
 * itself on. Inside it may be preempted, and another thread of its CPU may enter and exit, as a
 * line has a count and not a name. It should not sleep: a writer waits for it, and a reader
 * that comes on another CPU waits for the writer.
 *
 * A reader that has ended is cleared from its line by its undertaker. If a reader ends while it
 * takes a token, or a writer that is not inside yet, nothing is half changed, but tokens may be
 * gone whose readers are inside: the next owner of the mutex gives every CPU one.
 *
 * If a writer ends inside, it has taken all tokens with it, so that every later caller takes the
 * mutex and is told. Until a writer has mended what the dead left, readers that will read it all
 * the same count themselves without a token, and writers wait for the readers of every CPU.
 */
const SHARED = layout('rmlock', {
  /** (x) The words of the mutex of writers, and of readers without a token. */
  mutex: words(Mutex.bytes / WORD_BYTES, 'x', 'writers'),
  /**
   * (m) Under the mutex: WRITING while a writer is inside, which readers that take a token are not;
   * UNMENDED from when the next has found that it has ended inside until what it left is mended.
   */
  writing: word('m', 'writers'),
  /** (x) Bit n of word w: CPU 32 w + n holds a token. */
  tokens: words(16, 'x', 'tokens'),
})

const NOBODY = 0
const WRITING = 1
const UNMENDED = 2

/** As many as the words of tokens have bits. */
const MAX_CPUS = 16 * 32

/**
 * How a machine makes every CPU of `targets` take part in a rendezvous; a simulated one prices its
 * interrupts. It is what FreeBSD's writer does instead of a fence in every reader.
 */
export type Rendezvous = (targets: readonly number[]) => Waiting

/** What both sides of a read-mostly lock do with its words. */
export class RmWords {
  readonly mutex: Mutex

  /** The words at `at` for `cpus` CPUs, all zero at first. */
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly cpus: number,
    readonly rendezvous: Rendezvous | undefined,
  ) {
    if (cpus > MAX_CPUS)
      throw new RangeError(`cpus: expected 1 to ${MAX_CPUS}, came ${came(cpus)}`)
    this.mutex = new Mutex(memory, at + SHARED.offset.mutex)
  }

  /** Bytes of a lock for so many CPUs. */
  static bytes(cpus: number): number {
    return SHARED.size + cpus * LINE.size
  }

  static readonly align = SHARED.align

  name(): string {
    return `the rmlock at ${this.at}`
  }

  /** The word in which CPU `cpu` counts its readers. */
  lineOf(cpu: number): Address {
    return this.at + SHARED.size + cpu * LINE.size
  }

  tokensOf(cpu: number): Address {
    return this.at + SHARED.offset.tokens + (cpu >> 5) * WORD_BYTES
  }

  /**
   * CPU `cpu` has ended, and reads no more: writers do not wait for it. For its undertaker; `bury`
   * of a domain does it for the domain's threads.
   */
  bury(cpu: number): void {
    clearLine(this.memory, this.lineOf(cpu))
  }

  /** Whether what the lock protects is half changed if the owner of the mutex has ended. */
  isWritten(): boolean {
    return this.memory.read(this.at + SHARED.offset.writing) !== NOBODY
  }

  /** For the mutex's owner, which has waited for all readers and may find it half changed. */
  beginWriting(isUnmended: boolean): void {
    this.memory.write(this.at + SHARED.offset.writing, isUnmended ? UNMENDED : WRITING)
  }

  /** For the mutex's owner, which lets readers in again, unless what they read is half changed. */
  endWriting(): void {
    const at = this.at + SHARED.offset.writing
    if (this.memory.read(at) !== UNMENDED) this.memory.write(at, NOBODY)
  }

  /** Gives every CPU a token, so that the next writer waits for readers on any. Mutex's owner. */
  giveTokens(): void {
    for (let cpu = 0; cpu < this.cpus; cpu++) this.giveToken(cpu)
  }

  /** Gives CPU `cpu` a token. For the mutex's owner. */
  giveToken(cpu: number): void {
    this.memory.or(this.tokensOf(cpu), 1 << (cpu & 31))
  }

  /** Whether any CPU holds a token. */
  hasTokens(): boolean {
    for (let cpu = 0; cpu < this.cpus; cpu += 32) {
      if (this.memory.load(this.tokensOf(cpu)) !== 0) return true
    }
    return false
  }

  /** Whether a writer has ended inside, and what it left was not mended since. */
  isAbandoned(): boolean {
    return this.mutex.isAbandoned()
  }

  /** What the lock protects is whole again. Throws LockMisuse unless `td` writes. */
  recover(td: Waiter): void {
    this.mutex.recover(td)
    this.beginWriting(false)
  }

  /**
   * Waits, as `revoke`, for readers of whatever CPU, of which those have no token that came when a
   * writer had ended inside. For the mutex's owner.
   */
  *drain(td: Waiter, until: Until): Waiting<Outcome> {
    const hasLeft = (cpu: number): boolean => this.memory.load(this.lineOf(cpu)) === 0
    return yield* pollAll(td, this.cpus, hasLeft, until)
  }

  /**
   * Takes all tokens away and waits until no reader is left that had one. A writer that gives up
   * gives them back, for the next one has to wait for the same readers. For the mutex's owner.
   */
  *revoke(td: Waiter, until: Until = FOREVER): Waiting<Outcome> {
    const had = this.#takeTokens()
    if (had.length === 0) return WOKEN
    if (this.rendezvous !== undefined) yield* this.rendezvous(had)
    let drained = 0
    const hasLeft = (which: number): boolean => {
      if (this.memory.load(this.lineOf(had[which]!)) !== 0) return false
      drained = which + 1
      return true
    }
    const outcome = yield* pollAll(td, had.length, hasLeft, until)
    for (const cpu of had.slice(drained)) this.giveToken(cpu)
    return outcome
  }

  /** The CPUs that held a token. */
  #takeTokens(): number[] {
    const had: number[] = []
    for (let cpu = 0; cpu < this.cpus; cpu += 32) {
      const tokens = this.memory.exchange(this.tokensOf(cpu), 0)
      for (let bits = tokens; bits !== 0; bits &= bits - 1) had.push(cpu + bitOf(bits))
    }
    return had
  }
}

/** The number of the lowest bit that is set. */
function bitOf(bits: number): number {
  return 31 - Math.clz32(bits & -bits)
}
