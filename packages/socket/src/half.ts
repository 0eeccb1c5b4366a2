import { type Address, type Memory, NIL } from '@smpnet/memory'
import {
  type Outcome,
  SETTLE,
  SPIN,
  type Until,
  type Wait,
  type Waiter,
  type Waiting,
} from '@smpnet/park'
import type { Buffers } from './buffers.ts'
import type { SocketMisuse } from './errors.ts'
import type { Life } from './life.ts'
import { BUSY, DIRECTION, SEEN } from './pair-layout.ts'
import { Ring } from './ring.ts'
import { HELD, type Want } from './want.ts'

/** How `commit` ended. */
export const DONE = 0
/** Done, and a more urgent thread of this CPU was woken. */
export const PREEMPTS = 1
/** Nothing is done: another holds the queue of a waiter that is to be told, or time must settle. */
export const REFUSED = 2

/** What a try that gave up has found out; see `paid`. */
export const NOTHING = 0
export const LOOKED = 1
export const COPIED = 2
/** Looked, and then spun in vain. */
export const SPUN = 3

/**
 * What the two halves of a direction have in common; they are mirror images. A half has a position,
 * which only it moves, and sees that of the other half. What lies between the two is its room:
 * bytes for the receiver, space for the sender, and together they are the ring.
 *
 * To move bytes is to look, to copy, and to commit. Looking and copying are seen by nobody.
 * `commit` is a section: it publishes the new position and tells a waiter of the other half, all or
 * nothing.
 * So a `try…` call that gives up before has done nothing. Its positions are in Memory, so that any
 * thread may make the next call; two that move bytes at once are found out where the second
 * publishes, since its position is not what it was.
 *
 * An atomic access costs ten times a plain one, so that a step has few. Words of its own line are
 * read plainly, since threads that take turns are ordered by what they take turns by, and so are
 * two words as hints, in `Life.glance` and `Want.tryHold`. A life that looks whole may have ended
 * just now, which no look could rule out; a wish that is overlooked is seen after publishing.
 *
 * In simulated time each step has its price, and a CPU that has run ahead has to settle before it
 * commits. What a try has paid for, `paid`, the call that goes on from there does not pay again: it
 * is a hint, and what it says is checked by what follows.
 */
export abstract class Half {
  /** What the last try that gave up has paid for, of the words below. */
  protected paid = NOTHING
  /** Of the step under way: the life of the pair, the position, the room, and the bytes moved. */
  protected word = 0
  protected position = 0
  protected room = 0
  protected moved = 0
  /** What was copied, as it was then, if the step was given up after it. */
  protected copied: Uint8Array | undefined
  #ring: Ring | undefined
  /** Bytes of the ring. */
  readonly bytes: number

  constructor(
    readonly memory: Memory,
    /** The direction. */
    readonly at: Address,
    readonly life: Life,
    /** Where the ring comes from. */
    readonly buffers: Buffers,
    /** This half's line, and the other's. */
    protected readonly mine: Address,
    protected readonly theirs: Address,
    /** Its room while both positions are the same. */
    protected readonly base: number,
    /** How this half waits for room. */
    readonly want: Want,
    /** How the other half waits for its own. */
    readonly otherWant: Want,
  ) {
    this.bytes = buffers.bytes
  }

  /** Whether a call is in the midst of it: waits, or lets others run. */
  isInUse(): boolean {
    return this.memory.load(this.mine + BUSY) !== 0
  }

  /** Whether ends of sockets have gone through it. */
  hasCarried(): boolean {
    return this.memory.load(this.at + DIRECTION.offset.carries) !== 0
  }

  /** Bytes that can be moved at once, for a caller that only looks. */
  roomNow(): number {
    const { memory } = this
    return (this.base + memory.load(this.theirs) - memory.load(this.mine)) | 0
  }

  /** The ring, if this half has opened it already, or finds it now. */
  protected ring(): Ring | undefined {
    if (this.#ring !== undefined) return this.#ring
    const key = this.memory.load(this.at + DIRECTION.offset.ring)
    return key === NIL ? undefined : this.openRing(key)
  }

  /** The ring that this half has opened already. */
  protected get opened(): Ring | undefined {
    return this.#ring
  }

  protected openRing(key: number): Ring {
    return (this.#ring = new Ring(this.memory, this.buffers.bufferOf(key), this.bytes))
  }

  /** The room there is, exact when less than `enough`. Throws SocketMisuse while another moves. */
  protected look(td: Waiter, enough: number): number {
    const { memory, mine } = this
    if (memory.read(mine + BUSY) !== 0) this.#checkTurn(td)
    const position = (this.position = memory.read(mine))
    const room = (this.room = (this.base + memory.read(mine + SEEN) - position) | 0)
    return room < enough ? this.#lookAcross() : room
  }

  #checkTurn(td: Waiter): void {
    const busy = this.memory.load(this.mine + BUSY)
    if (busy !== 0 && busy !== td.at) throw this.twoAtOnce()
  }

  #lookAcross(): number {
    const theirs = this.memory.load(this.theirs)
    this.memory.write(this.mine + SEEN, theirs)
    return (this.room = (this.base + theirs - this.position) | 0)
  }

  /**
   * Publishes what was copied, and tells a waiter of the other half: DONE, PREEMPTS, or REFUSED.
   * For a caller that has settled. Throws SocketMisuse when another has moved the position.
   */
  protected commit(td: Waiter): number {
    const { position, moved, otherWant } = this
    const room = this.bytes - this.room + moved
    const held = otherWant.tryHold(td, room)
    if (held === HELD) return REFUSED
    const next = (position + moved) | 0
    const before = this.memory.compareExchange(this.mine, position, next)
    if (before === position && held === 0 && !otherWant.isDue(room)) return DONE
    return this.#tell(td, held, before === position)
  }

  /** The same for a caller that may not have settled, and then is REFUSED. */
  protected tryCommit(td: Waiter): number {
    return this.memory.settled() ? this.commit(td) : REFUSED
  }

  /** The rest of a commit: tells a waiter, unless another has moved the position. */
  #tell(td: Waiter, held: Address, isPublished: boolean): number {
    if (isPublished) return this.otherWant.tellNow(td, held) ? PREEMPTS : DONE
    this.otherWant.letGo(td, held)
    throw this.twoAtOnce()
  }

  /** Gives a try up after copying: the call that goes on does not pay for it again. */
  protected giveUpCopied(bytes: Uint8Array, start: number): void {
    this.paid = COPIED
    this.copied = bytes.slice(start, start + this.moved)
  }

  /** What a try has paid for, of a call that goes on from it with these bytes. */
  protected takePaid(bytes: Uint8Array, start: number, length: number): number {
    const { paid, copied, moved } = this
    this.paid = NOTHING
    this.copied = undefined
    if (copied === undefined) return paid
    const isSame = moved <= length && copied.every((byte, i) => bytes[start + i] === byte)
    return isSame ? COPIED : NOTHING
  }

  /** From now on, and until `leave`, no other thread than the caller's moves bytes. */
  protected occupy(td: Waiter): void {
    const before = this.memory.compareExchange(this.mine + BUSY, 0, td.at)
    if (before !== 0 && before !== td.at) throw this.twoAtOnce()
  }

  protected leave(): void {
    this.memory.store(this.mine + BUSY, 0)
  }

  /** What to yield before a refused commit is tried again. */
  protected again(): Wait {
    return this.memory.settled() ? SPIN : SETTLE
  }

  /** Before parking, after a look that found too little: whether the room or a life has changed. */
  spin(td: Waiter, until?: Until): boolean {
    return td.spinWhile(this.theirs, this.#seen, until, this.life.at, this.word)
  }

  /** The same for threads of a simulated machine, where they watch at all. */
  protected watches(td: Waiter, until: Until): Waiting<boolean> {
    return td.watch(this.theirs, this.#seen, until, this.life.at, this.word)
  }

  /** Parks for so many bytes of room. */
  protected wait(td: Waiter, bytes: number, until: Until): Waiting<Outcome> {
    return this.want.wait(td, bytes, this.theirs, this.#seen, this.life.at, this.word, until)
  }

  /** The other half's position, as the last look found it. */
  get #seen(): number {
    return (this.position + this.room - this.base) | 0
  }

  /** What two threads are told that use this half at once. */
  protected abstract twoAtOnce(): SocketMisuse
}
