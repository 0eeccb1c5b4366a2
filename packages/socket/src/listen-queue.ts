import {
  type Address,
  breakFrom,
  type Memory,
  NIL,
  type Pool,
  SETTLE,
  spin,
  trySpin,
  unspin,
  type Waiting,
} from '@smpnet/memory'
import { kindOf } from './kinds.ts'
import { Life } from './life.ts'
import { END, statesOf } from './life-table.ts'
import { HELD } from './names.ts'
import { DIRECTION, directionOffset, NOTE, noteOffset, PAIR } from './pair-layout.ts'

/** What came of an entry into a listener's queue. */
export const COMPLETE = 1
/** In the queue, and to be joined when another has been accepted. */
export const INCOMPLETE = 2
/** The queue is full, which was counted. */
export const OVERFLOW = -1
/** Nobody listens there any more. */
export const NOBODY = -2

/** A connection that was taken from a queue, and another that was joined in its place, or NIL. */
export interface Taken {
  readonly pair: Address
  readonly use: number
  readonly joined: Address
  readonly joinedUse: number
}

const MAY_LISTEN = statesOf('BOUND', 'LISTENING', 'DISCONNECTING', 'ABORTED')
const { sent, received } = DIRECTION.offset
const ARRIVED = directionOffset(1) + sent
const ACCEPTED = directionOffset(1) + received
const ACCEPTORS_OWNER = noteOffset(1) + NOTE.offset.owner
const { listener: LISTENER, refused: REFUSED } = PAIR.offset
/** Of the lock's holder alone. */
const { head: HEAD, tail: TAIL, incomplete: INCOMPLETE_HEAD, next: NEXT } = PAIR.offset
const { queued: QUEUED, backlog: BACKLOG, most: MOST } = PAIR.offset
const { ticket: TICKET, tickets: TICKETS } = PAIR.offset

/**
 * The queues of listeners: pairs whose one end connects, and whose other end nobody has accepted.
 * A queue is one list, in the order in which they came. The first `backlog` of them are complete:
 * both ends are joined, and bytes may be sent. Those behind are incomplete, until one before them
 * is accepted; `most` is the bound of all.
 *
 * The spin lock of a listener protects its list and the words of pairs that are in it. What is true
 * is in these pairs, and the list can be made anew from them: a pair is in the queue that its
 * `listener` names, which is written before it is linked and cleared before it is taken out, and it
 * is complete if its life says so. So `repair` puts right whatever a holder of the lock that ended
 * has left. A connection that is taken has an owner first, with which it is buried.
 *
 * The lock is taken before no other. Looking whether there is anything takes none.
 */
export class ListenQueues {
  constructor(
    readonly memory: Memory,
    readonly pairs: Pool,
  ) {}

  /** Where the number of connections that have been completed is, which grows. */
  arrivedAt(listener: Address): Address {
    return listener + ARRIVED
  }

  /** Sets the bounds of a queue: how many may be complete, and how many more may wait for that. */
  *bound(listener: Address, backlog: number, waiting: number): Waiting {
    yield* spin(this.memory, lockOf(listener))
    this.#write(listener + BACKLOG, backlog)
    this.#write(listener + MOST, backlog + waiting)
    unspin(this.memory, lockOf(listener))
  }

  /** Enters a pair, whose end 0 connects, into a queue: one of the results above. */
  *enter(listener: Address, use: number, pair: Address, generation: number): Waiting<number> {
    yield* spin(this.memory, lockOf(listener))
    return this.#enterAndExit(listener, use, pair, generation)
  }

  /** The same at once, on live memory; HELD, having done nothing, where that cannot be. */
  tryEnter(listener: Address, use: number, pair: Address, generation: number): number {
    const { memory } = this
    if (memory.isSimulated || !trySpin(memory, lockOf(listener))) return HELD
    return this.#enterAndExit(listener, use, pair, generation)
  }

  #enterAndExit(listener: Address, use: number, pair: Address, generation: number): number {
    const result = this.#enter(listener, use, pair, generation)
    unspin(this.memory, lockOf(listener))
    return result
  }

  /** Takes the first complete connection for this thread, or undefined. */
  *take(listener: Address): Waiting<Taken | undefined> {
    const { memory } = this
    while (!memory.settled()) yield SETTLE
    if (this.#isEmpty(listener)) return undefined
    yield* spin(memory, lockOf(listener))
    return this.#takeAndExit(listener)
  }

  /** The same at once, on live memory; HELD, having done nothing, where that cannot be. */
  tryTake(listener: Address): Taken | undefined | typeof HELD {
    const { memory } = this
    if (memory.isSimulated) return HELD
    if (this.#isEmpty(listener)) return undefined
    return trySpin(memory, lockOf(listener)) ? this.#takeAndExit(listener) : HELD
  }

  /** Whether no connection is complete, for a caller that only looks. */
  #isEmpty(listener: Address): boolean {
    const { memory } = this
    return memory.load(listener + ARRIVED) === memory.load(listener + ACCEPTED)
  }

  #takeAndExit(listener: Address): Taken | undefined {
    const pair = this.#read(listener + HEAD)
    const isComplete = pair !== NIL && pair !== this.#read(listener + INCOMPLETE_HEAD)
    const taken = isComplete ? this.#takeFirst(listener, pair) : undefined
    unspin(this.memory, lockOf(listener))
    return taken
  }

  /**
   * Takes any connection, complete or not, from a queue that no other enters any more; or NIL. It
   * is this thread's, and to be reset.
   */
  *takeAny(listener: Address): Waiting<Address> {
    yield* spin(this.memory, lockOf(listener))
    const pair = this.#read(listener + HEAD)
    if (pair !== NIL) this.#own(pair)
    if (pair !== NIL) this.#unlink(listener, pair, this.#isComplete(pair))
    unspin(this.memory, lockOf(listener))
    return pair
  }

  /** Takes a pair that is incomplete out of its queue: true if it was, and is joined no more. */
  *leave(pair: Address): Waiting<boolean> {
    while (!this.memory.settled()) yield SETTLE
    const listener = this.memory.load(pair + LISTENER)
    if (listener === NIL) return false
    yield* spin(this.memory, lockOf(listener))
    const isThere = this.memory.load(pair + LISTENER) === listener && !this.#isComplete(pair)
    if (isThere) this.#unlink(listener, pair, false)
    unspin(this.memory, lockOf(listener))
    return isThere
  }

  /** How many connections were refused since the queue was full. */
  refused(listener: Address): number {
    return this.memory.load(listener + REFUSED)
  }

  /** Puts right what a holder of a listener's lock left, that has ended. */
  recover(listener: Address, ended: number): boolean {
    return breakFrom(this.memory, lockOf(listener), ended, () => {
      if (this.#mayListen(listener)) this.#repair(listener)
    })
  }

  #enter(listener: Address, use: number, pair: Address, generation: number): number {
    const { memory } = this
    const life = new Life(memory, listener, 0, use)
    if (life.stateIn(life.load()) !== END.state.LISTENING) return NOBODY
    if (this.#read(listener + QUEUED) >= this.#read(listener + MOST)) {
      this.#count(listener + REFUSED)
      return OVERFLOW
    }
    const isFirst = this.#read(listener + INCOMPLETE_HEAD) === NIL
    const isComplete = isFirst && this.#hasRoom(listener)
    this.#write(pair + TICKET, this.#add(listener + TICKETS, 1))
    memory.store(pair + LISTENER, listener)
    this.#link(listener, pair)
    if (isComplete) this.#join(listener, pair, generation)
    else if (isFirst) this.#write(listener + INCOMPLETE_HEAD, pair)
    return isComplete ? COMPLETE : INCOMPLETE
  }

  /** Takes the first out, and joins the first that is incomplete. */
  #takeFirst(listener: Address, pair: Address): Taken {
    this.#own(pair)
    const use = this.pairs.useOf(pair)
    this.#unlink(listener, pair, true)
    const joined = this.#joinNext(listener)
    return { pair, use, joined, joinedUse: joined === NIL ? 0 : this.pairs.useOf(joined) }
  }

  /** From now on the end that is accepted is this thread's, and is buried with it. */
  #own(pair: Address): void {
    this.memory.store(pair + ACCEPTORS_OWNER, this.memory.holder)
  }

  /** Joins the first that is incomplete, if there is one and room for it, and gives it, or NIL. */
  #joinNext(listener: Address): Address {
    const pair = this.#read(listener + INCOMPLETE_HEAD)
    if (pair === NIL || !this.#hasRoom(listener)) return NIL
    this.#join(listener, pair, this.pairs.useOf(pair))
    this.#write(listener + INCOMPLETE_HEAD, this.#read(pair + NEXT))
    return pair
  }

  #join(listener: Address, pair: Address, generation: number): void {
    new Life(this.memory, pair, 0, generation).stepNow('joined')
    this.#count(listener + ARRIVED)
  }

  #link(listener: Address, pair: Address): void {
    const tail = this.#read(listener + TAIL)
    this.#write(pair + NEXT, NIL)
    if (tail === NIL) this.#write(listener + HEAD, pair)
    else this.#write(tail + NEXT, pair)
    this.#write(listener + TAIL, pair)
    this.#add(listener + QUEUED, 1)
  }

  /** Takes a pair out, wherever it is. That it is in no queue is said first. */
  #unlink(listener: Address, pair: Address, isComplete: boolean): void {
    this.memory.store(pair + LISTENER, NIL)
    const next = this.#read(pair + NEXT)
    if (this.#read(listener + INCOMPLETE_HEAD) === pair)
      this.#write(listener + INCOMPLETE_HEAD, next)
    const before = this.#before(listener, pair)
    if (before === NIL) this.#write(listener + HEAD, next)
    else this.#write(before + NEXT, next)
    if (next === NIL) this.#write(listener + TAIL, before)
    this.#add(listener + QUEUED, -1)
    if (isComplete) this.#count(listener + ACCEPTED)
  }

  #before(listener: Address, pair: Address): Address {
    let before = NIL
    for (let at = this.#read(listener + HEAD); at !== pair; at = this.#read(at + NEXT)) before = at
    return before
  }

  /**
   * Whether the words of a queue are one's. Another pair may lie there by now, of which the dead
   * had found that out, or a receiver of datagrams, whose positions these words are.
   */
  #mayListen(pair: Address): boolean {
    if (kindOf(this.memory, pair) === 'dgram') return false
    const life = new Life(this.memory, pair, 0, this.pairs.useOf(pair))
    return ((MAY_LISTEN >> life.stateIn(life.load())) & 1) !== 0
  }

  /** Makes the list anew from the pairs that say that they are in it. For a holder of the lock. */
  #repair(listener: Address): void {
    const { memory } = this
    const tickets = this.#read(listener + TICKETS)
    const queued: { readonly pair: Address; readonly age: number }[] = []
    for (const pair of this.pairs.items()) {
      const isIn = this.pairs.useOf(pair) !== 0 && this.memory.load(pair + LISTENER) === listener
      if (isIn) queued.push({ pair, age: (tickets - this.#read(pair + TICKET)) | 0 })
    }
    queued.sort((a, b) => b.age - a.age)
    for (const offset of [HEAD, TAIL, INCOMPLETE_HEAD, QUEUED]) this.#write(listener + offset, 0)
    let complete = 0
    for (const { pair } of queued) {
      memory.store(pair + ACCEPTORS_OWNER, 0)
      this.#link(listener, pair)
      if (this.#isComplete(pair)) complete++
    }
    this.#write(listener + INCOMPLETE_HEAD, queued[complete]?.pair ?? NIL)
    memory.store(listener + ACCEPTED, (memory.load(listener + ARRIVED) - complete) | 0)
    while (this.#joinNext(listener) !== NIL);
  }

  /** Whether the other end of a pair was born. */
  #isComplete(pair: Address): boolean {
    const life = new Life(this.memory, pair, 1, this.pairs.useOf(pair))
    return life.stateIn(life.load()) !== END.state.CREATED
  }

  #hasRoom(listener: Address): boolean {
    const { memory } = this
    const complete = (memory.load(listener + ARRIVED) - memory.load(listener + ACCEPTED)) | 0
    return complete < this.#read(listener + BACKLOG)
  }

  /** Counts one more of what others read without the lock. */
  #count(at: Address): void {
    this.memory.store(at, (this.memory.load(at) + 1) | 0)
  }

  /** A word of the lock's holder alone. */
  #read(at: Address): number {
    return this.memory.read(at)
  }

  #write(at: Address, value: number): void {
    this.memory.write(at, value)
  }

  #add(at: Address, more: number): number {
    const value = (this.#read(at) + more) | 0
    this.#write(at, value)
    return value
  }
}

/** The spin lock of a listener's queue, or of those that send to a receiver of datagrams. */
export function lockOf(listener: Address): Address {
  return listener + PAIR.offset.lock
}
