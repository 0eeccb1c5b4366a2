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
import { PARKED, WAITER } from '../entry.ts'

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
})

/** Which entries of a key `take` takes: all; those with a certain want; all but these; by want. */
const ANY = 0
export const ONLY = 1
export const EXCEPT = 2
export const WEIGHED = 3

/** Multiplies a key so that its high bits depend on all of it (Knuth's 2^32 / golden ratio). */
const SPREAD = 0x9e3779b1

/** What messages call the lock of a bucket. */
const WHAT = 'the lock of a queue of waiters'

export class WaitQueues {
  readonly #shift: number

  /** `count` buckets, a power of two, whose words at `at` are zero at first. */
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly count: number,
    /** What this CPU or thread writes into the locks that it holds: `holderOf` its number. */
    readonly holder: number,
  ) {
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
    this.#mark(entry, key, want)
    this.#link(bucket, entry)
  }

  /** The same before all others: the entry that came last is the first to be taken. */
  prepend(bucket: Address, entry: Address, key: Address, want: number): void {
    const { memory } = this
    const first = memory.read(bucket + BUCKET.offset.head)
    this.#mark(entry, key, want)
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
   */
  take(bucket: Address, key: Address, count: number, rule = ANY, want = 0): Address {
    const { memory } = this
    let first = NIL
    let last = NIL
    let before = NIL
    let entry = memory.read(bucket + BUCKET.offset.head)
    for (let left = count; entry !== NIL && left > 0; ) {
      const next = memory.read(entry + WAITER.offset.next)
      const cost = rule === WEIGHED ? memory.read(entry + WAITER.offset.want) : 1
      if (memory.read(entry + WAITER.offset.key) === key && this.#fits(entry, rule, want)) {
        if (cost > left) break
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

  /** Queues the entries of a chain for `key` instead, and says how many they were. */
  move(chain: Address, bucket: Address, key: Address): number {
    const { memory } = this
    let moved = 0
    for (let entry = chain; entry !== NIL; moved++) {
      const next = memory.read(entry + WAITER.offset.next)
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
    this.#unlink(bucket, before, entry, memory.read(entry + WAITER.offset.next))
    return true
  }

  #fits(entry: Address, rule: number, want: number): boolean {
    if (rule === ANY || rule === WEIGHED) return true
    return (this.memory.read(entry + WAITER.offset.want) === want) === (rule === ONLY)
  }

  #mark(entry: Address, key: Address, want: number): void {
    const { memory } = this
    memory.store(entry + WAITER.offset.key, key)
    memory.write(entry + WAITER.offset.want, want)
    memory.store(entry + WAITER.offset.state, PARKED)
  }

  #link(bucket: Address, entry: Address): void {
    const { memory } = this
    memory.write(entry + WAITER.offset.next, NIL)
    const last = memory.read(bucket + BUCKET.offset.tail)
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
