import {
  type Address,
  layout,
  type Memory,
  NIL,
  spinNowAs,
  trySpinAs,
  unspin,
  word,
} from '@smpnet/memory'
import { OUT, PARKED, QUEUED, WAITER } from '../entry.ts'

/**
 * The queues of a parking lot: a table of buckets, each a spin lock over one list of entries in
 * order of arrival. Several keys may share a bucket; each finds its own entries by their `key`.
 * Everything here is plain code for one instant: nothing yields between `tryLock` and `unlock`.
 */
export const BUCKET = layout('bucket', {
  /** (x) The spin lock. */
  lock: word('x', 'bucket'),
  /** (m) under `lock`: first and last entry, or NIL. */
  head: word('m', 'bucket'),
  tail: word('m', 'bucket'),
  /**
   * (m) under `loans`, for schedulers: the first waiter that lends priority for a lock of this
   * bucket which has no owner that could be lent to, or NIL. `loans` follows.
   */
  orphans: word('m', 'bucket'),
  /** (x) The spin lock of that list. Taken under `lock`, never before. */
  loans: word('x', 'bucket'),
  /**
   * (m) under `lock`: what a section has decided that hands out what a word counts: the address of
   * that word, or 0 for nothing yet; what it is to be; and whether it is that. See `decide`.
   */
  decided: word('m', 'bucket'),
  value: word('m', 'bucket'),
  done: word('m', 'bucket'),
  /** (x) The holder whose section an undertaker is mending, also if that one ends in it; or 0. */
  broken: word('x', 'bucket'),
})

/** Which entries of a key `take` takes: all; those with a certain want; all but these; by want. */
export const ANY = 0
export const ONLY = 1
export const EXCEPT = 2
export const WEIGHED = 3

/** Multiplies a key so that its high bits depend on all of it (Knuth's 2^32 / golden ratio). */
const SPREAD = 0x9e3779b1

/** What messages call the lock of a bucket. */
const WHAT = 'the lock of a queue of waiters'

export class WaitQueues {
  readonly #shift: number
  /** Whether a CPU may end: a simulated one does not, and does not pay for the records. */
  readonly #isMortal: boolean

  /** `count` buckets, a power of two, whose words at `at` are zero at first. */
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly count: number,
    /** What this CPU or thread writes into the locks that it holds: `holderOf` its number. */
    readonly holder: number,
  ) {
    this.#isMortal = !memory.isSimulated
    this.#shift = 32 - Math.log2(count)
  }

  /** The bucket of a key. Shifting by 32 would be shifting by 0, so one bucket is a case apart. */
  of(key: Address): Address {
    const index = this.#shift === 32 ? 0 : Math.imul(key >>> 2, SPREAD) >>> this.#shift
    return this.at + index * BUCKET.size
  }

  tryLock(bucket: Address): boolean {
    return trySpinAs(this.memory, bucket + BUCKET.offset.lock, this.holder)
  }

  /** The same for a caller that has settled, and may have run ahead since. */
  tryLockUnsettled(bucket: Address): boolean {
    return this.memory.compareExchange(bucket + BUCKET.offset.lock, 0, this.holder) === 0
  }

  /**
   * Locks without a yield. For interrupts, and for sections that cannot give up. Throws an Error
   * when the bucket is never let go.
   */
  lockNow(bucket: Address): void {
    spinNowAs(this.memory, bucket + BUCKET.offset.lock, WHAT, this.holder)
  }

  unlock(bucket: Address): void {
    unspin(this.memory, bucket + BUCKET.offset.lock)
  }

  /** Queues an entry, which from then on counts as parked. */
  append(bucket: Address, entry: Address, key: Address, want: number): void {
    const last = this.memory.read(bucket + BUCKET.offset.tail)
    this.#mark(entry, key, want, last, 1)
    this.#link(bucket, entry)
  }

  /** The same before all others: the entry that came last is the first to be taken. */
  prepend(bucket: Address, entry: Address, key: Address, want: number): void {
    const { memory } = this
    const first = memory.read(bucket + BUCKET.offset.head)
    this.#mark(entry, key, want, first, -1)
    memory.write(entry + WAITER.offset.next, first)
    memory.write(bucket + BUCKET.offset.head, entry)
    if (first === NIL) memory.write(bucket + BUCKET.offset.tail, entry)
  }

  /** The entry of `key` that has waited longest, or NIL. */
  first(bucket: Address, key: Address): Address {
    const { memory } = this
    let entry = memory.read(bucket + BUCKET.offset.head)
    while (entry !== NIL && memory.read(entry + WAITER.offset.key) !== key) {
      entry = memory.read(entry + WAITER.offset.next)
    }
    return entry
  }

  /**
   * Takes up to `count` entries of `key` out; they come linked by `next`, in order. A rule other
   * than `ANY` looks at what each entry wants. By `WEIGHED` an entry takes as much of the count as
   * it wants, and the first entry that wants more than is left stays, with all entries behind it.
   * Each entry says from then on that this thread wakes it, before it leaves the queue.
   */
  take(
    bucket: Address,
    key: Address,
    count: number,
    rule = ANY,
    want = 0,
    by = this.holder,
  ): Address {
    const { memory } = this
    if (rule === WEIGHED && this.#isMortal) memory.write(bucket + BUCKET.offset.decided, 0)
    let first = NIL
    let last = NIL
    let before = NIL
    let entry = memory.read(bucket + BUCKET.offset.head)
    for (let left = count; entry !== NIL && left > 0; ) {
      const next = memory.read(entry + WAITER.offset.next)
      const cost = rule === WEIGHED ? memory.read(entry + WAITER.offset.want) : 1
      if (memory.read(entry + WAITER.offset.key) === key && this.#fits(entry, rule, want)) {
        if (cost > left) break
        if (this.#isMortal) memory.store(entry + WAITER.offset.taker, by)
        this.#unlink(bucket, before, entry, next)
        if (last === NIL) first = entry
        else memory.write(last + WAITER.offset.next, entry)
        memory.write(entry + WAITER.offset.next, NIL)
        last = entry
        left -= cost
      } else before = entry
      entry = next
    }
    return first
  }

  /**
   * Makes the word at `at` `value`, which no other thread changes while the bucket is locked and it
   * is that, and then `last`, and says to an undertaker that those that were taken by weight have
   * what they want from then on.
   */
  decide(bucket: Address, at: Address, value: number, last: number): void {
    const { memory } = this
    if (!this.#isMortal) return memory.store(at, last)
    memory.write(bucket + BUCKET.offset.value, value)
    memory.write(bucket + BUCKET.offset.done, 0)
    memory.write(bucket + BUCKET.offset.decided, at)
    memory.store(at, value)
    memory.write(bucket + BUCKET.offset.done, 1)
    if (last !== value) memory.store(at, last)
  }

  /** All entries of `among` that are in the queue, in order, as their own words say. */
  queued(bucket: Address, among: readonly Address[]): Address[] {
    const { memory } = this
    const ticket = (entry: Address): number => memory.load(entry + WAITER.offset.ticket)
    return among
      .filter((entry) => this.isIn(bucket, entry, QUEUED))
      .sort((a, b) => (ticket(a) - ticket(b)) | 0)
  }

  /**
   * Whether an entry is in the hands of `taker`, by a key of this bucket, which the caller holds.
   * The key is read again, since the entry may be joining another bucket's queue.
   */
  isIn(bucket: Address, entry: Address, taker: number): boolean {
    const { memory } = this
    const key = memory.load(entry + WAITER.offset.key)
    if (this.of(key) !== bucket) return false
    const isHis = memory.load(entry + WAITER.offset.taker) === taker
    return isHis && memory.load(entry + WAITER.offset.key) === key
  }

  /** Makes what is given, in this order, the queue; for a holder whose queue is in pieces. */
  rebuild(bucket: Address, entries: readonly Address[]): void {
    const { memory } = this
    memory.write(bucket + BUCKET.offset.head, NIL)
    memory.write(bucket + BUCKET.offset.tail, NIL)
    for (const entry of entries) this.#link(bucket, entry)
  }

  /** Queues the entries of a chain for `key` instead, and says how many they were. */
  move(chain: Address, bucket: Address, key: Address): number {
    const { memory } = this
    let moved = 0
    for (let entry = chain; entry !== NIL; moved++) {
      const next = memory.read(entry + WAITER.offset.next)
      const last = memory.read(bucket + BUCKET.offset.tail)
      if (this.#isMortal) this.#giveTicket(entry, last, 1)
      memory.store(entry + WAITER.offset.key, key)
      this.#link(bucket, entry)
      entry = next
    }
    return moved
  }

  /** Whether an entry is in the queue, whatever it waits for. */
  has(bucket: Address, wanted: Address): boolean {
    const { memory } = this
    let entry = memory.read(bucket + BUCKET.offset.head)
    while (entry !== NIL && entry !== wanted) entry = memory.read(entry + WAITER.offset.next)
    return entry !== NIL
  }

  /** Takes an entry out, if it is there. */
  remove(bucket: Address, wanted: Address): boolean {
    const { memory } = this
    let before = NIL
    let entry = memory.read(bucket + BUCKET.offset.head)
    while (entry !== NIL && entry !== wanted) {
      before = entry
      entry = memory.read(entry + WAITER.offset.next)
    }
    if (entry === NIL) return false
    if (this.#isMortal) memory.store(entry + WAITER.offset.taker, OUT)
    this.#unlink(bucket, before, entry, memory.read(entry + WAITER.offset.next))
    return true
  }

  #fits(entry: Address, rule: number, want: number): boolean {
    if (rule === ANY || rule === WEIGHED) return true
    return (this.memory.read(entry + WAITER.offset.want) === want) === (rule === ONLY)
  }

  /**
   * From here on it is in the queue, beside `other`, whatever becomes of the thread that links it.
   * It is said to be before the waiter counts as parked, since the last waker may still be named.
   */
  #mark(entry: Address, key: Address, want: number, other: Address, step: number): void {
    const { memory } = this
    memory.store(entry + WAITER.offset.key, key)
    memory.write(entry + WAITER.offset.want, want)
    if (this.#isMortal) {
      this.#giveTicket(entry, other, step)
      memory.store(entry + WAITER.offset.taker, QUEUED)
    }
    memory.store(entry + WAITER.offset.state, PARKED)
  }

  /** Behind the entry `other` by a step of 1, before it by -1. */
  #giveTicket(entry: Address, other: Address, step: number): void {
    const { memory } = this
    const ticket = other === NIL ? 0 : memory.read(other + WAITER.offset.ticket) + step
    memory.write(entry + WAITER.offset.ticket, ticket)
  }

  #link(bucket: Address, entry: Address): void {
    const { memory } = this
    const last = memory.read(bucket + BUCKET.offset.tail)
    memory.write(entry + WAITER.offset.next, NIL)
    memory.write(last === NIL ? bucket + BUCKET.offset.head : last + WAITER.offset.next, entry)
    memory.write(bucket + BUCKET.offset.tail, entry)
  }

  #unlink(bucket: Address, before: Address, entry: Address, next: Address): void {
    const { memory } = this
    memory.write(before === NIL ? bucket + BUCKET.offset.head : before + WAITER.offset.next, next)
    if (memory.read(bucket + BUCKET.offset.tail) === entry) {
      memory.write(bucket + BUCKET.offset.tail, before)
    }
  }
}
