import { type Address, type Arena, layout, type Memory, NIL, word } from '@smpnet/memory'
import { checkLotShape, type LotHandle, type LotShape } from './lot-shape.ts'
import { CHANGED, type Outcome, PARK, PREEMPT, SETTLE, SPIN, TIMED_OUT, type Waiting, WOKEN } from './wait.ts'
import { NO_CPU, type Parking, PARKED, RUNNING, WAITER, Waiter } from './waiter.ts'
import type { Waker } from './waker.ts'

/**
 * The parking lot: where everything that waits is queued, by the address that it waits for.
 *
 * A lock needs one word of its own and no queue: its waiters are here, in a table of buckets, each
 * a short spin lock over a list in order of arrival. The idea is WebKit's ParkingLot and Linux's
 * futex: to park is to say "put me to sleep if the word is still what I saw", checked under the
 * bucket's lock, so that a waker that changes the word first and then unparks can miss nobody.
 *
 * A section under a bucket's lock never yields. On a live machine it is therefore short, and on a
 * simulated one it happens at one instant: contention for a bucket shows as its line's price.
 */
const BUCKET = layout('bucket', {
  /** (x) 0 free, 1 held. */
  lock: word('x', 'bucket'),
  /** (m) under `lock`: first and last entry, or NIL. */
  head: word('m', 'bucket'),
  tail: word('m', 'bucket'),
})

const ATTACHED = layout('attached', {
  /** (x) Whether a thread outside the machine has this CPU number. */
  taken: word('x', 'thread'),
})

/** Multiplies a key so that its high bits depend on all of it (Knuth's 2^32 / golden ratio). */
const SPREAD = 0x9e3779b1

export class Lot implements Parking {
  readonly #buckets: Address
  readonly #shift: number
  readonly #entries: Address

  /** The lot as CPU number `cpu` uses it; others are woken by `waker`. */
  constructor(
    readonly memory: Memory,
    readonly handle: LotHandle,
    readonly waker: Waker,
    readonly cpu: number,
  ) {
    this.#buckets = handle.at + handle.threads * ATTACHED.size
    this.#shift = 32 - Math.log2(handle.buckets)
    this.#entries = this.#buckets + handle.buckets * BUCKET.size
  }

  /** Places a lot. Throws RangeError for a bad shape, OutOfMemory for too large a one. */
  static place(arena: Arena, shape: LotShape): LotHandle {
    const { buckets = 64, cpus = 0, threads = 8, waiters = 256 } = shape
    checkLotShape({ buckets, cpus, threads, waiters })
    const bytes = threads * ATTACHED.size + buckets * BUCKET.size + waiters * WAITER.size
    return { buckets, cpus, threads, waiters, at: arena.place('lot', bytes) }
  }

  /** Claims the number of a thread outside the machine. Throws a RangeError when all are in use. */
  static attach(memory: Memory, handle: LotHandle): number {
    const slot = claim(memory, handle.at, handle.threads, ATTACHED.size, ATTACHED.offset.taken)
    if (slot >= 0) return handle.cpus + slot
    throw new RangeError(
      `a lot for ${handle.threads} attached threads has ${handle.threads} already: ` +
        'detach one, or make the lot for more',
    )
  }

  /** Gives a thread's number back; its waiters must have been released. */
  static detach(memory: Memory, handle: LotHandle, cpu: number): void {
    memory.store(handle.at + (cpu - handle.cpus) * ATTACHED.size + ATTACHED.offset.taken, 0)
  }

  /** A waiter of its own for a thread or a task. Throws a RangeError when all are in use. */
  waiter(): Waiter {
    return new Waiter(this, this.claimEntry(NO_CPU))
  }

  /** The entry of a new waiter that `cpu` wakes; the machine makes its threads of these. */
  claimEntry(cpu: number): Address {
    const { waiters } = this.handle
    const slot = claim(this.memory, this.#entries, waiters, WAITER.size, WAITER.offset.taken)
    if (slot < 0) {
      throw new RangeError(`a lot for ${waiters} waiters has ${waiters} already: make it for more`)
    }
    const entry = this.#entries + slot * WAITER.size
    this.memory.write(entry + WAITER.offset.cpu, cpu)
    this.memory.store(entry + WAITER.offset.state, RUNNING)
    return entry
  }

  /** Gives an entry back. Whoever it named must not be waiting, nor own a lock. */
  releaseEntry(entry: Address): void {
    this.memory.store(entry + WAITER.offset.taken, 0)
  }

  /**
   * Sleeps until a waker of `key` chooses this waiter, if the word at `at` is still `expected`
   * when it is queued. `WOKEN`, or `CHANGED` at once, or `TIMED_OUT` after `waiter.timeoutMs`.
   */
  *park(waiter: Waiter, key: Address, at: Address, expected: number): Waiting<Outcome> {
    const bucket = this.#bucket(key)
    if (!this.#tryLock(bucket)) yield* this.#lock(bucket)
    if (this.memory.load(at) !== expected) {
      this.#unlock(bucket)
      return CHANGED
    }
    this.#append(bucket, waiter.at, key)
    this.#unlock(bucket)
    if ((yield PARK) === WOKEN) return WOKEN
    return yield* this.#withdraw(bucket, waiter)
  }

  /**
   * Wakes up to `count` waiters of `key`, first come first, and says how many, or says -1, having
   * done nothing, when the bucket is not to be had at once: then `yield* unpark(key, count)`.
   */
  tryUnpark(key: Address, count: number): number {
    const bucket = this.#bucket(key)
    if (!this.#tryLock(bucket)) return -1
    const chain = this.#take(bucket, key, count)
    this.#unlock(bucket)
    return this.#wakeAll(chain) & COUNT
  }

  /** Wakes up to `count` waiters of `key`, first come first, and says how many. */
  *unpark(key: Address, count: number): Waiting<number> {
    const bucket = this.#bucket(key)
    if (!this.#tryLock(bucket)) yield* this.#lock(bucket)
    const chain = this.#take(bucket, key, count)
    this.#unlock(bucket)
    const woken = this.#wakeAll(chain)
    if (woken & PREEMPTING) yield PREEMPT
    return woken & COUNT
  }

  /** Leaves the queue after a timeout, unless a waker has taken this waiter out already. */
  *#withdraw(bucket: Address, waiter: Waiter): Waiting<Outcome> {
    yield* this.#lock(bucket)
    const queued = this.#remove(bucket, waiter.at)
    this.#unlock(bucket)
    if (queued) {
      this.memory.store(waiter.at + WAITER.offset.state, RUNNING)
      return TIMED_OUT
    }
    waiter.timeoutMs = Number.POSITIVE_INFINITY
    yield PARK
    return WOKEN
  }

  #bucket(key: Address): Address {
    const index = this.#shift === 32 ? 0 : Math.imul(key >>> 2, SPREAD) >>> this.#shift
    return this.#buckets + index * BUCKET.size
  }

  #tryLock(bucket: Address): boolean {
    const { memory } = this
    return memory.settled() && memory.compareExchange(bucket + BUCKET.offset.lock, 0, 1) === 0
  }

  *#lock(bucket: Address): Waiting {
    while (!this.#tryLock(bucket)) yield this.memory.settled() ? SPIN : SETTLE
  }

  #unlock(bucket: Address): void {
    this.memory.store(bucket + BUCKET.offset.lock, 0)
  }

  #append(bucket: Address, entry: Address, key: Address): void {
    const { memory } = this
    memory.write(entry + WAITER.offset.key, key)
    memory.write(entry + WAITER.offset.next, NIL)
    memory.store(entry + WAITER.offset.state, PARKED)
    const last = memory.read(bucket + BUCKET.offset.tail)
    memory.write(last === NIL ? bucket + BUCKET.offset.head : last + WAITER.offset.next, entry)
    memory.write(bucket + BUCKET.offset.tail, entry)
  }

  /** Takes up to `count` entries of `key` out; they come linked by `next`, in order. */
  #take(bucket: Address, key: Address, count: number): Address {
    const { memory } = this
    let first = NIL
    let last = NIL
    let before = NIL
    let entry = memory.read(bucket + BUCKET.offset.head)
    for (let left = count; entry !== NIL && left > 0; ) {
      const next = memory.read(entry + WAITER.offset.next)
      if (memory.read(entry + WAITER.offset.key) === key) {
        this.#unlink(bucket, before, entry, next)
        if (last === NIL) first = entry
        else memory.write(last + WAITER.offset.next, entry)
        memory.write(entry + WAITER.offset.next, NIL)
        last = entry
        left--
      } else before = entry
      entry = next
    }
    return first
  }

  #remove(bucket: Address, wanted: Address): boolean {
    const { memory } = this
    let before = NIL
    let entry = memory.read(bucket + BUCKET.offset.head)
    while (entry !== NIL && entry !== wanted) {
      before = entry
      entry = memory.read(entry + WAITER.offset.next)
    }
    if (entry === NIL) return false
    this.#unlink(bucket, before, entry, memory.read(entry + WAITER.offset.next))
    return true
  }

  #unlink(bucket: Address, before: Address, entry: Address, next: Address): void {
    const { memory } = this
    memory.write(before === NIL ? bucket + BUCKET.offset.head : before + WAITER.offset.next, next)
    if (memory.read(bucket + BUCKET.offset.tail) === entry) {
      memory.write(bucket + BUCKET.offset.tail, before)
    }
  }

  /** Wakes a chain that `#take` gave; how many, with PREEMPTING if one is more urgent here. */
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

/** Marks a count of woken waiters among which one should run before its waker goes on. */
const PREEMPTING = 1 << 30
const COUNT = PREEMPTING - 1

/** Sets the first clear `taken` word of a table and returns its index, or -1 when all are set. */
function claim(memory: Memory, at: Address, slots: number, size: number, taken: number): number {
  for (let slot = 0; slot < slots; slot++) {
    const word = at + slot * size + taken
    if (memory.load(word) === 0 && memory.compareExchange(word, 0, 1) === 0) return slot
  }
  return -1
}
