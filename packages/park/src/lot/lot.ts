import {
  type Address,
  type Arena,
  expectHandle,
  expectMethods,
  holderOf,
  type Memory,
} from '@smpnet/memory'
import { NO_CPU, PARKED, SLEEPING, WAITER } from '../entry.ts'
import type { Waiting } from '../wait.ts'
import { Waiter } from './waiter.ts'
import { Burial } from './burial.ts'
import { Entries } from './entries.ts'
import { type LoanParts, mendLoans } from './loan-repair.ts'
import { LOT_HANDLE, type LotHandle, type LotShape, wholeLotShape } from './lot-shape.ts'
import { NOTICES } from './notices.ts'
import { Parking } from './parking.ts'
import { Repair } from './repair.ts'
import { type Seat, Seats } from './seats.ts'
import { BUCKET } from './wait-queues.ts'
import type { Waker } from './waker.ts'

/**
 * The parking lot: where everything that waits is queued, by the address that it waits for.
 *
 * A lock needs one word of its own and no queue: its waiters are here, in a table of buckets, each
 * a short spin lock over a list in order of arrival. The idea is WebKit's ParkingLot and Linux's
 * futex. In memory a lot is four tables, one behind the other:
 *
 *     seats of attached threads · buckets · entries of waiters · notices of CPUs
 *
 * What locks do with it is `Parking`: `park` and `unpark`, and the queues for locks that decide
 * more. This class adds what is done for machines and threads that come and go: numbers (`Seats`),
 * waiters (`Entries`), and what a thread that has ended leaves behind (`Burial`).
 *
 * A section under a bucket's lock never yields. On a live machine it is therefore short, and on a
 * simulated one it happens at one instant: contention for a bucket shows as its line's price.
 */
export class Lot extends Parking {
  /** How often `bury` looks whether a wake has come that is on its way, before it gives that up. */
  patience = 1_000
  readonly #entries: Entries

  /**
   * The lot as CPU number `cpu` uses it; others are woken by `waker`. Live it also says in
   * `memory`, which is that CPU's own object, who holds the spin locks that its code takes there.
   */
  constructor(
    memory: Memory,
    readonly handle: LotHandle,
    waker: Waker,
    cpu: number,
  ) {
    const queues = handle.at + handle.threads * Seats.bytes
    super(memory, queues, handle.buckets, waker, cpu)
    if (!memory.isSimulated) memory.holder = holderOf(cpu)
    this.#entries = new Entries(memory, queues + handle.buckets * BUCKET.size, handle.waiters)
  }

  /** Where the entries of a lot begin, one line each. Throws BadHandle. */
  static entriesOf(handle: LotHandle): Address {
    expectHandle(LOT_HANDLE, handle)
    const { at, threads, buckets } = handle
    return at + threads * Seats.bytes + buckets * BUCKET.size
  }

  /** Places a lot. Throws RangeError for a bad shape, OutOfMemory for too large a one. */
  static place(arena: Pick<Arena, 'place'>, shape: LotShape): LotHandle {
    expectMethods('where a lot is placed', arena, ['place'])
    const whole = wholeLotShape(shape)
    return { ...whole, at: arena.place('lot', Lot.bytes(whole)) }
  }

  /** Bytes of a lot of that shape. */
  static bytes(shape: LotShape): number {
    const { threads, buckets, waiters, cpus } = wholeLotShape(shape)
    const notices = cpus * NOTICES.size
    return threads * Seats.bytes + buckets * BUCKET.size + waiters * WAITER.size + notices
  }

  /**
   * Claims a number for a thread outside the machine, or takes the one that was reserved for it.
   * Throws a RangeError when all are in use, or when no thread is expected as that number.
   */
  static attach(memory: Memory, handle: LotHandle, reserved?: Seat): number {
    expectHandle(LOT_HANDLE, handle, memory)
    const seats = seatsOf(memory, handle)
    return reserved === undefined ? seats.take() : seats.arrive(reserved)
  }

  /**
   * Gives a thread's number back; its waiters must have been released. Throws a RangeError for a
   * number that no attached thread has.
   */
  static detach(memory: Memory, handle: LotHandle, cpu: number): void {
    expectHandle(LOT_HANDLE, handle, memory)
    seatsOf(memory, handle).leave(cpu)
  }

  /** Keeps a number for a thread that will attach as that. Throws a RangeError if none is free. */
  reserve(): Seat {
    return seatsOf(this.memory, this.handle).reserve()
  }

  /**
   * Gives back this thread's number, and those of its waiters that no CPU wakes. Throws an Error,
   * having done nothing, when one of them waits.
   */
  leave(): void {
    const { memory, cpu } = this
    const entries = this.#entries
    const mine = entries.given().filter((at) => entries.isOf(at, cpu) && entries.isPlain(at))
    const waiting = mine.filter((entry) => {
      const state = memory.load(entry + WAITER.offset.state)
      return state === PARKED || state === SLEEPING
    })
    if (waiting.length > 0) {
      throw new Error(`a thread leaves a lot when it waits no more: ${waiting.length} waiters do`)
    }
    for (const entry of mine) entries.release(entry)
    Lot.detach(memory, this.handle, cpu)
  }

  /** A waiter of its own for a thread or a task. Throws a RangeError when all are in use. */
  waiter(): Waiter {
    return new Waiter(this, this.claimEntry(NO_CPU))
  }

  /** The entry of a new waiter that `cpu` wakes; the machine makes its threads of these. */
  claimEntry(cpu: number): Address {
    return this.#entries.claim(this.cpu, cpu)
  }

  /** Gives an entry back. Its waiter must not be waiting, nor own a lock. */
  releaseEntry(entry: Address): void {
    this.#entries.release(entry)
  }

  /** All entries that are given out: for an undertaker that looks what their waiters wrote down. */
  given(): Address[] {
    return this.#entries.given()
  }

  /** Where the words of `NOTICES` of a CPU are; the lot only makes room for them. */
  noticesOf(cpu: number): Address {
    return this.#entries.at + this.handle.waiters * WAITER.size + cpu * NOTICES.size
  }

  /**
   * Buries the thread of a seat, which has ended or will not come, and gives its number to others.
   * Says how many waiters it had; 0 when it was buried before. `isNamed` says whether a lock may
   * still name an entry; an entry that no lock names is given out again. `clear` puts right what
   * the thread left elsewhere by its number. Never parks.
   *
   * A queue that another holds, which has ended and is not buried yet, is waited for. Where its
   * driver gives that up, the burial is gone on with by the same call again, by this thread's next
   * burial, and by the undertaker of this thread.
   */
  *buryGuest(
    seat: Seat,
    isNamed?: (entry: Address) => boolean,
    clear?: (thread: number) => Waiting,
  ): Waiting<number> {
    const seats = seatsOf(this.memory, this.handle)
    const me = holderOf(this.cpu)
    if (!seats.beginBurial(seat, me)) return 0
    const all = this.#unfinished(seats, seat)
    for (const { thread } of all) this.#repairOf(thread).mendBuckets()
    const mine = all.filter((one) => seats.beginBurial(one, me))
    let left = 0
    for (const { thread } of mine) {
      const count = yield* this.bury(thread, isNamed)
      if (thread === seat.thread) left = count
    }
    // Not before all are dead: what one of them had begun, another may have to wait for.
    for (const one of mine) {
      if (clear !== undefined) yield* clear(one.thread)
      seats.endBurial(one, me)
    }
    return left
  }

  /**
   * The same of that seat alone, for an undertaker whose burials are tasks that go on beside each
   * other, each by a waiter of its own: what another of the dead holds, its own burial lets go.
   * Entries are given out again that no lock names when `clear` has ended, as `isNamed` says.
   */
  *buryAlone(seat: Seat, clear: (thread: number) => Waiting): Waiting<number> {
    const seats = seatsOf(this.memory, this.handle)
    const me = holderOf(this.cpu)
    if (!seats.beginBurial(seat, me)) return 0
    const left = yield* this.bury(seat.thread, () => true)
    yield* clear(seat.thread)
    this.#entries.sweep()
    seats.endBurial(seat, me)
    return left
  }

  /**
   * The seat, and those whose burials its thread, the caller, or one of these has begun: one may
   * hold the queue that another's burial waits for. All are the caller's from now on.
   */
  #unfinished(seats: Seats, seat: Seat): Seat[] {
    const me = holderOf(this.cpu)
    const all = [seat]
    const add = (undertaker: number): void => {
      for (const one of seats.takeOver(undertaker, me)) {
        if (!all.some(({ thread }) => thread === one.thread)) all.push(one)
      }
    }
    add(me)
    for (const { thread } of all) add(holderOf(thread))
    return all
  }

  /** The same for any CPU or thread, whose number stays as it is. See `Burial`. */
  bury(cpu: number, isNamed = this.#entries.isNamed): Waiting<number> {
    mendLoans(this.#loans(), holderOf(cpu))
    return new Burial(this, this.#entries, this.#repairOf(cpu), isNamed, this.patience).of(cpu)
  }

  #loans(): LoanParts {
    const { memory, queues, handle } = this
    return {
      memory,
      given: this.#entries.given(),
      buckets: Array.from({ length: queues.count }, (_, i) => queues.at + i * BUCKET.size),
      bucketOf: (key) => this.queueOf(key),
      notices: Array.from({ length: handle.cpus }, (_, cpu) => this.noticesOf(cpu)),
    }
  }

  #repairOf(cpu: number): Repair {
    const { memory, queues, waker } = this
    const entries = this.#entries
    const isPlain = (entry: Address): boolean => entries.isPlain(entry)
    return new Repair(memory, queues, waker, entries.given(), holderOf(cpu), isPlain)
  }

  /**
   * Says whether a lock may still name an entry, so that others of the dead are given out again.
   */
  set isNamed(isNamed: (entry: Address) => boolean) {
    this.#entries.isNamed = isNamed
  }
}

function seatsOf(memory: Memory, { at, cpus, threads }: LotHandle): Seats {
  return new Seats(memory, at, cpus, threads)
}
