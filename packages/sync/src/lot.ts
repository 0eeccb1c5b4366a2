import { type Address, type Arena, type Memory, NIL } from '@smpnet/memory'
import { LENDING } from './lending.ts'
import { type LotHandle, type LotShape, wholeLotShape } from './lot-shape.ts'
import { type Seat, Seats } from './seats.ts'
import { CHANGED, type Outcome, PARK, PREEMPT, SETTLE, SPIN, type Waiting, WOKEN } from './wait.ts'
import { BUCKET, EXCEPT, ONLY, WaitQueues, WEIGHED } from './wait-queues.ts'
import {
  AWAKE,
  DEAD,
  NO_CPU,
  OF_AN_OWNER,
  ownerIn,
  PARKED,
  type Parking,
  RUNNING,
  SLEEPING,
  WAITER,
  Waiter,
} from './waiter.ts'
import type { Waker } from './waker.ts'

/**
 * The parking lot: where everything that waits is queued, by the address that it waits for.
 *
 * A lock needs one word of its own and no queue: its waiters are here, in a table of buckets, each
 * a short spin lock over a list in order of arrival. The idea is WebKit's ParkingLot and Linux's
 * futex: to park is to say "put me to sleep if the word is still what I saw", checked under the
 * bucket's lock, so that a waker that changes the word first and then unparks can miss nobody.
 *
 * `park` and `unpark` are all that most code needs. A lock that decides, while nobody can join or
 * leave, whom to wake and what its word becomes, uses the parts they are made of:
 *
 *     const queue = yield* lot.lockQueue(key)
 *     … first, take, append, and the lock's own word …
 *     lot.unlockQueue(queue)
 *     yield* lot.wake(chain)                            // or: yield* lot.sleep(td)
 *
 * A section under a bucket's lock never yields. On a live machine it is therefore short, and on a
 * simulated one it happens at one instant: contention for a bucket shows as its line's price.
 */
export class Lot implements Parking {
  /** How often `bury` looks whether a wake has come that is on its way, before it gives that up. */
  patience = 1_000
  readonly #queues: WaitQueues
  readonly #entries: Address

  /** The lot as CPU number `cpu` uses it; others are woken by `waker`. */
  constructor(
    readonly memory: Memory,
    readonly handle: LotHandle,
    readonly waker: Waker,
    readonly cpu: number,
  ) {
    const queues = handle.at + handle.threads * Seats.bytes
    this.#queues = new WaitQueues(memory, queues, handle.buckets)
    this.#entries = queues + handle.buckets * BUCKET.size
  }

  /** Places a lot. Throws RangeError for a bad shape, OutOfMemory for too large a one. */
  static place(arena: Pick<Arena, 'place'>, shape: LotShape): LotHandle {
    const whole = wholeLotShape(shape)
    return { ...whole, at: arena.place('lot', Lot.bytes(whole)) }
  }

  /** Bytes of a lot of that shape. */
  static bytes(shape: LotShape): number {
    const { threads, buckets, waiters, cpus } = wholeLotShape(shape)
    const entries = (waiters + cpus) * WAITER.size
    return threads * Seats.bytes + buckets * BUCKET.size + entries + LENDING.size
  }

  /**
   * Claims a number for a thread outside the machine, or the one that was reserved for it. Throws a
   * RangeError when all are in use, or when nobody is expected as that number.
   */
  static attach(memory: Memory, handle: LotHandle, reserved?: Seat): number {
    const seats = seatsOf(memory, handle)
    return reserved === undefined ? seats.take() : seats.arrive(reserved)
  }

  /**
   * Gives a thread's number back; its waiters must have been released. Throws a RangeError for a
   * number that no attached thread has.
   */
  static detach(memory: Memory, handle: LotHandle, cpu: number): void {
    seatsOf(memory, handle).leave(cpu)
  }

  /**
   * Gives back this thread's number, and those of its waiters that no CPU wakes. Throws an Error,
   * having done nothing, when one of them waits.
   */
  leave(): void {
    const { memory } = this
    const mine = this.#given().filter(
      (entry) => this.#isOf(entry, this.cpu) && this.#isThreads(entry),
    )
    const waiting = mine.filter((entry) => {
      const state = memory.load(entry + WAITER.offset.state)
      return state === PARKED || state === SLEEPING
    })
    if (waiting.length > 0) {
      throw new Error(`a thread leaves a lot when it waits no more: ${waiting.length} waiters do`)
    }
    for (const entry of mine) this.releaseEntry(entry)
    Lot.detach(memory, this.handle, this.cpu)
  }

  /** Keeps a number for a thread that will attach as that. Throws a RangeError if none is free. */
  reserve(): Seat {
    return seatsOf(this.memory, this.handle).reserve()
  }

  /** The entry by which the scheduler of a CPU can be woken itself; it never waits. */
  bellOf(cpu: number): Address {
    return this.#entries + (this.handle.waiters + cpu) * WAITER.size
  }

  /** Where the words of `LENDING` are. */
  get lending(): Address {
    return this.bellOf(this.handle.cpus)
  }

  /** A waiter of its own for a thread or a task. Throws a RangeError when all are in use. */
  waiter(): Waiter {
    return new Waiter(this, this.claimEntry(NO_CPU))
  }

  /** The entry of a new waiter that `cpu` wakes; the machine makes its threads of these. */
  claimEntry(cpu: number): Address {
    const { memory } = this
    const entry = this.#claim()
    memory.write(entry + WAITER.offset.cpu, cpu)
    memory.store(entry + WAITER.offset.thread, this.cpu)
    memory.store(entry + WAITER.offset.state, RUNNING)
    return entry
  }

  /** Gives an entry back. Whoever it named must not be waiting, nor own a lock. */
  releaseEntry(entry: Address): void {
    this.memory.store(entry + WAITER.offset.taken, 0)
  }

  /** Whether the waiter of an entry was buried. */
  isDead(entry: Address): boolean {
    return this.memory.load(entry + WAITER.offset.state) === DEAD
  }

  /** The number of the CPU or thread that claimed an entry. */
  threadOf(entry: Address): number {
    return this.memory.load(entry + WAITER.offset.thread)
  }

  /**
   * After the thread of a seat has ended: takes its waiters out of their queues for good, passes on
   * the wakes that they had not noticed, wakes those who sleep for a mutex of theirs, who find its
   * owner dead, and gives its number to others. Says how many waiters it had; 0 when it was buried
   * before. `isNamed` says whether a lock may still name an entry; one that none does is given out
   * again. `clear` puts right what the thread left elsewhere by its number. A thread that ended
   * while it held a bucket, a section of a few instructions, leaves that bucket locked.
   */
  *buryGuest(
    seat: Seat,
    isNamed?: (entry: Address) => boolean,
    clear?: (thread: number) => Waiting,
  ): Waiting<number> {
    const seats = seatsOf(this.memory, this.handle)
    if (!seats.beginBurial(seat)) return 0
    const left = yield* this.bury(seat.thread, isNamed)
    if (clear !== undefined) yield* clear(seat.thread)
    seats.endBurial(seat)
    return left
  }

  /** The same for any CPU or thread, whose number stays as it is. */
  *bury(cpu: number, isNamed: (entry: Address) => boolean = () => true): Waiting<number> {
    const given = this.#given()
    const mine = given.filter((entry) => this.#isOf(entry, cpu) && !this.isDead(entry))
    const dead: Address[] = []
    for (const entry of mine) if (yield* this.#end(entry, isNamed)) dead.push(entry)
    for (const entry of dead.length > 0 ? given : []) {
      if (yield* this.#mourns(entry, dead)) {
        yield* this.unpark(this.memory.load(entry + WAITER.offset.key), EVERYBODY)
      }
    }
    return mine.length
  }

  /**
   * Sleeps until a waker of `key` chooses this waiter, if the word at `at` is still `expected`
   * when it is queued. `WOKEN`, or `CHANGED` at once, or `TIMED_OUT` after `waiter.timeoutMs`, or
   * `ABORTED`. Wakers that look see `want` with it. For a lock that has an `owner`, the waiter
   * lends to it meanwhile.
   */
  *park(
    waiter: Waiter,
    key: Address,
    at: Address,
    expected: number,
    want = 0,
    owner = NIL,
  ): Waiting<Outcome> {
    const queue = this.#queues.of(key)
    if (!this.#queues.tryLock(queue)) yield* this.#lock(queue)
    if (this.memory.load(at) !== expected) {
      this.#queues.unlock(queue)
      return CHANGED
    }
    this.#queues.append(queue, waiter.at, key, want)
    if (owner !== NIL) waiter.blocks(key, owner)
    this.#queues.unlock(queue)
    if (owner !== NIL) return yield* this.sleep(waiter, true)
    const outcome = yield PARK
    return outcome === WOKEN ? WOKEN : yield* this.#withdraw(waiter, outcome)
  }

  /**
   * Wakes up to `count` waiters of `key`, first come first, and says how many, or says -1, having
   * done nothing, when the bucket is not to be had at once: then `yield* unpark(key, count)`.
   */
  tryUnpark(key: Address, count: number): number {
    const queue = this.#queues.of(key)
    if (!this.#queues.tryLock(queue)) return -1
    const chain = this.#queues.take(queue, key, count)
    this.#queues.unlock(queue)
    return this.#wakeAll(chain) & COUNT
  }

  /** Wakes up to `count` waiters of `key`, first come first, and says how many. */
  *unpark(key: Address, count: number): Waiting<number> {
    const queue = this.#queues.of(key)
    if (!this.#queues.tryLock(queue)) yield* this.#lock(queue)
    const chain = this.#queues.take(queue, key, count)
    this.#queues.unlock(queue)
    const woken = this.#wakeAll(chain)
    if (woken & PREEMPTING) yield PREEMPT
    return woken & COUNT
  }

  /** The queue of `key`, held: between this and `unlockQueue` the caller must not yield. */
  *lockQueue(key: Address): Waiting<Address> {
    const queue = this.#queues.of(key)
    if (!this.#queues.tryLock(queue)) yield* this.#lock(queue)
    return queue
  }

  /**
   * The queue of `key`, held, or NIL when another holds it just now. For a section whose caller has
   * settled before: it does not ask again, since the section happens at one instant.
   */
  tryLockQueue(key: Address): Address {
    const queue = this.#queues.of(key)
    const lock = queue + BUCKET.offset.lock
    return this.memory.compareExchange(lock, 0, 1) === 0 ? queue : NIL
  }

  /** The queue of `key`, for who holds it. */
  queueOf(key: Address): Address {
    return this.#queues.of(key)
  }

  unlockQueue(queue: Address): void {
    this.#queues.unlock(queue)
  }

  /** Both queues, held; they may be one. They are locked in the order of their addresses. */
  *lockQueues(key: Address, other: Address): Waiting {
    const first = Math.min(this.#queues.of(key), this.#queues.of(other))
    const second = Math.max(this.#queues.of(key), this.#queues.of(other))
    for (;;) {
      yield* this.#lock(first)
      if (first === second || this.#queues.tryLock(second)) return
      this.#queues.unlock(first)
      yield this.memory.settled() ? SPIN : SETTLE
    }
  }

  unlockQueues(key: Address, other: Address): void {
    const queue = this.#queues.of(key)
    this.#queues.unlock(queue)
    if (this.#queues.of(other) !== queue) this.#queues.unlock(this.#queues.of(other))
  }

  /** Queues a waiter in a queue that the caller holds. It must then unlock it, and `sleep`. */
  append(queue: Address, waiter: Waiter, key: Address, want: number): void {
    this.#queues.append(queue, waiter.at, key, want)
  }

  /**
   * The same before all others: for waiters of which it is all the same who is woken, since the one
   * that slept last has the warmest caches.
   */
  prepend(queue: Address, waiter: Waiter, key: Address, want: number): void {
    this.#queues.prepend(queue, waiter.at, key, want)
  }

  /** Undoes `append`, before the queue was unlocked. */
  remove(queue: Address, waiter: Waiter): void {
    this.#queues.remove(queue, waiter.at)
    this.memory.store(waiter.at + WAITER.offset.state, RUNNING)
  }

  /** The entry of `key` that has waited longest in a queue that the caller holds, or NIL. */
  first(queue: Address, key: Address): Address {
    return this.#queues.first(queue, key)
  }

  /** Takes the first `count` entries of `key` out of a queue that the caller holds, as a chain. */
  take(queue: Address, key: Address, count: number): Address {
    return this.#queues.take(queue, key, count)
  }

  /** The same for those only that were parked with `want`. */
  takeOnly(queue: Address, key: Address, count: number, want: number): Address {
    return this.#queues.take(queue, key, count, ONLY, want)
  }

  /** The same for those only that were not. */
  takeExcept(queue: Address, key: Address, count: number, want: number): Address {
    return this.#queues.take(queue, key, count, EXCEPT, want)
  }

  /** Takes entries of `key`, first come first, until the sum of their wants would exceed `sum`. */
  takeWeighed(queue: Address, key: Address, sum: number): Address {
    return this.#queues.take(queue, key, sum, WEIGHED)
  }

  /** What follows `entry` in a chain, or NIL. */
  after(entry: Address): Address {
    return this.memory.read(entry + WAITER.offset.next)
  }

  /**
   * Takes up to `count` entries of `from` out of its queue and makes them wait for `to` instead, as
   * if they had parked there last; says how many. For a holder of both queues.
   */
  requeue(from: Address, to: Address, count: number): number {
    const chain = this.#queues.take(this.#queues.of(from), from, count)
    return this.#queues.move(chain, this.#queues.of(to), to)
  }

  /** What an entry in a queue that the caller holds, or has taken it from, was parked with. */
  wantOf(entry: Address): number {
    return this.memory.read(entry + WAITER.offset.want)
  }

  /** Waits after `append`, `blocks` if it lends, and `unlockQueue`; with the outcome of `park`. */
  *sleep(waiter: Waiter, lends = false): Waiting<Outcome> {
    let outcome = yield PARK
    if (outcome !== WOKEN) outcome = yield* this.#withdraw(waiter, outcome)
    if (!lends) return outcome
    while (!this.memory.settled()) yield SETTLE
    waiter.unblocks()
    return outcome
  }

  /** Wakes a chain that `take` gave, or NIL, and says how many they were. */
  *wake(chain: Address): Waiting<number> {
    const woken = this.#wakeAll(chain)
    if (woken & PREEMPTING) yield PREEMPT
    return woken & COUNT
  }

  /**
   * `wake` for plain code: whether one of them is more urgent than the caller and of its CPU. It
   * then runs at the caller's next yield, which should be soon.
   */
  wakeNow(chain: Address): boolean {
    return (this.#wakeAll(chain) & PREEMPTING) !== 0
  }

  /**
   * Leaves the queue because of `why`, unless a waker has taken this waiter out already: then the
   * wake is on its way, and is waited for. It may have been moved to another queue meanwhile.
   */
  *#withdraw(waiter: Waiter, why: Outcome): Waiting<Outcome> {
    if (yield* this.#leave(waiter.at)) return why
    const { timeoutMs, signal } = waiter
    waiter.timeoutMs = Number.POSITIVE_INFINITY
    waiter.signal = undefined
    yield PARK
    waiter.timeoutMs = timeoutMs
    waiter.signal = signal
    return WOKEN
  }

  /** Ends a waiter whose thread is no more. True if it stays, dead, since a lock may name it. */
  *#end(entry: Address, isNamed: (entry: Address) => boolean): Waiting<boolean> {
    const { memory } = this
    const state = entry + WAITER.offset.state
    const wasQueued = yield* this.#leave(entry)
    const isWhole = wasQueued || (yield* this.#isWoken(entry))
    const stays = !isWhole || isNamed(entry)
    const before = memory.exchange(state, stays ? DEAD : RUNNING)
    const key = memory.load(entry + WAITER.offset.key)
    const isOfOwner = (this.wantOf(entry) & OF_AN_OWNER) !== 0
    if (!wasQueued && before === AWAKE && isOfOwner) yield* this.unpark(key, 1)
    if (!stays) this.releaseEntry(entry)
    return stays
  }

  /**
   * Waits until the waker that has taken a waiter from its queue has said so: the entry may be
   * somebody else's afterwards, who must not be woken by that. False if the waker has ended too.
   */
  *#isWoken(entry: Address): Waiting<boolean> {
    for (let { patience } = this; patience > 0; patience--) {
      const state = this.memory.load(entry + WAITER.offset.state)
      if (state !== PARKED && state !== SLEEPING) return true
      yield SPIN
    }
    return false
  }

  /** Whether a waiter sleeps for a mutex that one of the dead holds. */
  *#mourns(entry: Address, dead: readonly Address[]): Waiting<boolean> {
    const { memory } = this
    for (;;) {
      const key = memory.load(entry + WAITER.offset.key)
      const queue = yield* this.lockQueue(key)
      const isHere = memory.load(entry + WAITER.offset.key) === key
      // One that is not in this queue may be joining another, which is not held here.
      const sleeps = isHere && this.#queues.has(queue, entry)
      const isOfOwner = sleeps && (this.wantOf(entry) & OF_AN_OWNER) !== 0
      const mourns = isOfOwner && dead.includes(ownerIn(memory.load(key)))
      this.#queues.unlock(queue)
      if (isHere) return mourns
    }
  }

  #claim(): Address {
    const { memory } = this
    const { waiters } = this.handle
    for (let slot = 0; slot < waiters; slot++) {
      const entry = this.#entries + slot * WAITER.size
      const taken = entry + WAITER.offset.taken
      const isFree = memory.load(taken) === 0
      if (isFree && memory.compareExchange(taken, 0, this.cpu + 1) === 0) return entry
    }
    throw new RangeError(`a lot for ${waiters} waiters has ${waiters} already: make it for more`)
  }

  /** Whether an entry is with the CPU or thread of that number: claiming it is saying so. */
  #isOf(entry: Address, cpu: number): boolean {
    return this.memory.load(entry + WAITER.offset.taken) === cpu + 1
  }

  /** Whether an entry belongs to no CPU. */
  #isThreads(entry: Address): boolean {
    return this.memory.read(entry + WAITER.offset.cpu) === NO_CPU
  }

  #given(): Address[] {
    const { memory } = this
    const all = Array.from({ length: this.handle.waiters }, (_, i) => i * WAITER.size)
    return all
      .map((offset) => this.#entries + offset)
      .filter((entry) => memory.load(entry + WAITER.offset.taken) !== 0)
  }

  /** Takes an entry out of the queue that it is in. False when a waker has done so already. */
  *#leave(entry: Address): Waiting<boolean> {
    for (;;) {
      const key = this.memory.load(entry + WAITER.offset.key)
      const queue = this.#queues.of(key)
      yield* this.#lock(queue)
      const isHere = this.memory.load(entry + WAITER.offset.key) === key
      const left = isHere && this.#queues.remove(queue, entry)
      if (left) this.memory.store(entry + WAITER.offset.state, RUNNING)
      this.#queues.unlock(queue)
      if (isHere) return left
    }
  }

  *#lock(queue: Address): Waiting {
    while (!this.#queues.tryLock(queue)) yield this.memory.settled() ? SPIN : SETTLE
  }

  /** Wakes a chain that `take` gave; how many, with PREEMPTING if one is more urgent here. */
  #wakeAll(chain: Address): number {
    let woken = 0
    for (let entry = chain; entry !== NIL; ) {
      const next = this.memory.read(entry + WAITER.offset.next)
      if (this.waker.wake(entry)) woken |= PREEMPTING
      woken++
      entry = next
    }
    return woken
  }
}

function seatsOf(memory: Memory, { at, cpus, threads }: LotHandle): Seats {
  return new Seats(memory, at, cpus, threads)
}

/** Marks a count of woken waiters among which one should run before its waker goes on. */
const PREEMPTING = 1 << 30
const COUNT = PREEMPTING - 1
const EVERYBODY = COUNT
