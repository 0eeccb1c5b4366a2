import { type Address, came, type LiveMemory } from '@smpnet/memory'
import { leaveDomain, type SyncDomain } from '@smpnet/sync'
import { QueueAbandoned, QueueMisuse } from '../errors.ts'
import { type Cells, ENDED } from '../records/cells.ts'
import type { Consuming } from '../records/consuming.ts'
import { CONSUMES, Life, PRODUCES } from '../records/life.ts'
import type { Producing } from '../records/producing.ts'
import { buryIn } from '../records/remains.ts'
import { RING } from '../records/ring-shape.ts'
import { consumerOf, isForMany, producerOf } from '../records/sides.ts'
import { Pace } from './pace.ts'
import { type Awaited, Want } from './want.ts'

/** What each thread is in a queue; all objects that it has of the queue share it. */
const memberships = new WeakMap<SyncDomain, Membership>()

/**
 * A thread as a user of a queue: its roles, what it has reserved, and what it has peeked. It
 * becomes a producer with its first reservation, and a consumer with its first look; the one
 * producer or consumer that a queue may have stays it until it leaves or is buried.
 */
export class Membership {
  readonly memory: LiveMemory
  readonly life: Life
  readonly data: Want
  readonly space: Want
  #producing: Producing | undefined
  #consuming: Consuming | undefined
  /** Bytes of the reservation, or NOTHING. */
  #reserved = NOTHING
  /** Where the record is that was peeked, or NOTHING. */
  #peeked = NOTHING
  #users = 0
  /** Records that this thread has sent, and received, modulo 2^32. */
  #sent = 0
  #received = 0
  readonly #sends: Pace
  readonly #receives: Pace
  readonly #hasManyConsumers: boolean
  readonly #mostHeld: number

  private constructor(
    readonly sync: SyncDomain,
    readonly cells: Cells,
  ) {
    const { memory } = cells
    this.memory = memory
    this.#hasManyConsumers = isForMany(cells.shape, CONSUMES)
    this.#mostHeld = Math.max(1, Math.min(MOST_HELD, cells.cells >> HELD_SHIFT))
    const { wantData, dataWaits, wantSpace, spaceWaits } = RING.offset
    const { at } = cells
    this.life = new Life(memory, at, cells.shape)
    this.#sends = new Pace(memory, cells.cells)
    this.#receives = new Pace(memory, cells.cells)
    this.data = new Want(memory, at + wantData, at + dataWaits)
    this.space = new Want(memory, at + wantSpace, at + spaceWaits)
  }

  /** This thread's in the queue whose domain it has entered. */
  static of(sync: SyncDomain, cells: Cells): Membership {
    let one = memberships.get(sync)
    if (one === undefined) memberships.set(sync, (one = new Membership(sync, cells)))
    one.#users++
    return one
  }

  /** An object is used no more: with the last one this thread leaves the queue. */
  leave(): void {
    if (this.#users === 1) this.#leave()
    this.#users--
    leaveDomain(this.sync)
  }

  tryReserve(bytes: number): Address {
    this.#expectReservable(bytes)
    const at = (this.#producing ?? this.#produce()).tryReserve(bytes)
    if (at >= 0) this.#reserved = bytes
    return at
  }

  /** Makes what was reserved a record. False if the queue was closed: see `Producing.commit`. */
  commit(length = this.#reserved): boolean {
    const reserved = this.#reserved
    if (reserved === NOTHING) throw notReserved('commit')
    if (!isCount(length) || length > reserved) throw lies(length, reserved)
    this.#reserved = NOTHING
    this.#sent = (this.#sent + 1) | 0
    const isSent = this.#producing!.commit(length, false)
    this.data.tell(this.sync.here)
    return isSent
  }

  cancel(): void {
    if (this.#reserved === NOTHING) throw notReserved('cancel')
    this.#reserved = NOTHING
    this.#producing!.cancel()
    this.data.tell(this.sync.here)
  }

  tryPeek(): Address {
    if (this.#peeked !== NOTHING) return this.#peeked
    const at = (this.#consuming ?? this.#consume()).tryPeek()
    if (at >= 0) this.#peeked = at
    return at
  }

  /** Bytes of the record that was peeked. Throws QueueMisuse without one. */
  get length(): number {
    if (this.#peeked === NOTHING) throw notPeeked('length')
    return this.#consuming!.length
  }

  release(): void {
    if (this.#peeked === NOTHING) throw notPeeked('release')
    this.#peeked = NOTHING
    this.#received = (this.#received + 1) | 0
    this.#consuming!.release(false)
    this.#released()
  }

  #released(): void {
    this.space.tell(this.sync.here)
    // The last of a closed queue: others can see now that it ends.
    if (this.#hasManyConsumers && this.life.isClosed()) this.data.tell(this.sync.here)
  }

  /** See `PlaceQueue.drain`. */
  drain(most: number, take: (at: Address, length: number) => void): number {
    expectBulk(most, 'take', take)
    const consuming = this.#consuming ?? this.#consume()
    const mostHeld = this.#mostHeld
    let count = 0
    let held = 0
    let at = 0
    try {
      while (count < most) {
        at = this.#peeked === NOTHING ? consuming.tryPeek() : this.#peeked
        if (at < 0) break
        this.#peeked = at
        take(at, consuming.length)
        if (this.#peeked !== at) throw takenInside()
        this.#peeked = NOTHING
        count++
        if (++held === mostHeld) held = 0
        consuming.release(held !== 0)
      }
    } finally {
      if (count > 0) {
        this.#received = (this.#received + count) | 0
        consuming.publish()
        this.#released()
      }
    }
    return count === 0 && at === ENDED ? ENDED : count
  }

  /** See `PlaceQueue.fill`. */
  fill(most: number, write: (at: Address) => number, bytes: number): number {
    expectBulk(most, 'write', write)
    this.#expectReservable(bytes)
    const producing = this.#producing ?? this.#produce()
    const mostHeld = this.#mostHeld
    let [sent, held, at] = [0, 0, 0]
    try {
      while (sent + held < most && (at = producing.tryReserve(bytes)) >= 0) {
        this.#reserved = bytes
        const length = write(at)
        if (!isCount(length) || length > bytes) throw lies(length, bytes)
        if (this.#reserved !== bytes) throw sentInside()
        this.#reserved = NOTHING
        if (!producing.commit(length, true)) return sent + held || ENDED
        if (++held < mostHeld) continue
        if (!producing.publish()) return sent || ENDED
        sent += held
        held = 0
      }
    } finally {
      // Of what is held, none is sent where the ring has ended meanwhile.
      if (held > 0 && producing.publish()) sent += held
      this.#sent = (this.#sent + sent) | 0
      if (sent > 0) this.data.tell(this.sync.here)
    }
    return sent === 0 && (at === ENDED || held > 0) ? ENDED : sent
  }

  close(): void {
    this.life.close()
    this.wakeAll()
  }

  /** The thread of that number has ended. */
  bury(thread: number): void {
    this.memory.add(this.cells.at + RING.offset.deaths, 1)
    buryIn(this.cells, thread + 1)
    this.life.bury(thread)
    this.wakeAll()
  }

  wakeAll(): void {
    this.data.tellAll(this.sync.here)
    this.space.tellAll(this.sync.here)
  }

  /** Before this thread looks again for a record that it waits for, or for room: see `Pace`. */
  restForRecord(): void {
    this.#receives.rest(this.#received)
  }

  restForPlace(): void {
    this.#sends.rest(this.#sent)
  }

  /** What a consumer waits for. Throws QueueAbandoned from the wait when no producer is left. */
  record(attempt: () => number): Awaited {
    const consuming = this.#consuming ?? this.#consume()
    return awaited(attempt, consuming, () => {
      if (this.life.isMissing(PRODUCES)) throw abandoned('sent to', 'is empty')
    })
  }

  /** What a producer waits for. Throws QueueAbandoned from the wait when no consumer is left. */
  place(attempt: () => number): Awaited {
    const producing = this.#producing ?? this.#produce()
    return awaited(attempt, producing, () => {
      if (this.life.isMissing(CONSUMES)) throw abandoned('received from', 'is full')
    })
  }

  #produce(): Producing {
    const { cells, life } = this
    const skipped = (): void => this.data.tell(this.sync.here)
    if (!isForMany(cells.shape, PRODUCES)) {
      this.#claim(RING.offset.producer, 'sends to', 'producer')
    }
    this.#producing = producerOf(cells, life, this.#owner, skipped)
    life.join(this.sync.thread, PRODUCES)
    return this.#producing
  }

  #consume(): Consuming {
    const { cells, life } = this
    if (!this.#hasManyConsumers) this.#claim(RING.offset.consumer, 'receives from', 'consumer')
    this.#consuming = consumerOf(cells, life, this.#owner, {
      freed: () => this.space.tell(this.sync.here),
      returned: () => this.data.tellAll(this.sync.here),
    })
    life.join(this.sync.thread, CONSUMES)
    return this.#consuming
  }

  /** What headers and the words of sole users name this thread by. */
  get #owner(): number {
    return this.sync.thread + 1
  }

  #claim(offset: number, does: string, role: string): void {
    const { memory, cells } = this
    const found = memory.compareExchange(cells.at + offset, 0, this.#owner)
    if (found === 0) return
    throw new QueueMisuse(
      `one thread at a time ${does} a queue of kind ${cells.shape.kind}: thread ${found - 1} is ` +
        `its ${role}, until it leaves or is buried, and thread ${this.sync.thread} came`,
    )
  }

  #leave(): void {
    if (this.#reserved !== NOTHING) this.cancel()
    if (this.#peeked !== NOTHING) {
      throw new QueueMisuse(
        'a thread leaves a queue when it has released what it peeked: it has not',
      )
    }
    const { memory, cells, life } = this
    memory.compareExchange(cells.at + RING.offset.producer, this.#owner, 0)
    memory.compareExchange(cells.at + RING.offset.consumer, this.#owner, 0)
    life.leave(this.sync.thread)
    memberships.delete(this.sync)
  }

  #expectReservable(bytes: number): void {
    if (this.#reserved !== NOTHING) throw reservedAlready()
    if (!isCount(bytes) || bytes > this.cells.mostBytes) throw this.#noLength(bytes)
  }

  #noLength(bytes: unknown): RangeError {
    const { mostBytes } = this.cells
    return new RangeError(
      `a record of this queue has from 0 to ${mostBytes} bytes: ${came(bytes)} came`,
    )
  }
}

/** Records that a bulk shows others at once: as many more may be seen twice when it ends in it. */
export const MOST_HELD = 32

/** A bulk shows at most an eighth of the ring at once, or one side would wait for the other. */
const HELD_SHIFT = 3

/** No address and no number of bytes. */
const NOTHING = -3

function isCount(value: number): boolean {
  return typeof value === 'number' && value >>> 0 === value
}

/** Throws unless records are counted by a number, as many as there are by Infinity. */
function expectBulk(most: number, does: string, by: unknown): void {
  if (!isCount(most) && most !== Number.POSITIVE_INFINITY) {
    throw new RangeError(`records at most: a whole number from 0 was expected, ${came(most)} came`)
  }
  if (typeof by === 'function') return
  throw new TypeError(`${does} is a function, called for each record: ${came(by)} came`)
}

function awaited(attempt: () => number, side: Producing | Consuming, check: () => void): Awaited {
  return {
    attempt,
    check,
    get watched() {
      return side.watched
    },
    get seen() {
      return side.seen
    },
  }
}

function abandoned(used: string, state: string): QueueAbandoned {
  return new QueueAbandoned(
    `every thread that ${used} the queue has ended, and it ${state}: nothing will come of waiting`,
  )
}

function reservedAlready(): QueueMisuse {
  return new QueueMisuse('a thread has one reservation at a time: commit or cancel it first')
}

function notReserved(what: string): QueueMisuse {
  return new QueueMisuse(`${what} follows a reservation: there is none`)
}

function sentInside(): QueueMisuse {
  return new QueueMisuse('what `fill` has reserved is committed by it: the caller had done so')
}

function takenInside(): QueueMisuse {
  return new QueueMisuse('what `drain` has shown is released by it: the caller had done so')
}

function notPeeked(what: string): QueueMisuse {
  return new QueueMisuse(`${what} follows a peek that found a record: there was none`)
}

function lies(length: unknown, reserved: number): RangeError {
  return new RangeError(
    `a record has no more bytes than were reserved, ${reserved}: ${came(length)} came`,
  )
}
