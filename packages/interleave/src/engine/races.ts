import { isAtomic, type OpKind, OP } from '../runtime/operation.ts'
import { assign, type Clock, join, knows } from './clock.ts'

/** Two accesses of which nothing says which comes first. */
export interface DataRace {
  readonly first: RacingAccess
  readonly second: RacingAccess
  /** Different widths or offsets: the reader may see half of each. */
  readonly isMixedSize: boolean
  /** At least one access may be torn into parts by itself: floats and BigInts, when not atomic. */
  readonly mayTear: boolean
}

export interface RacingAccess {
  readonly thread: number
  readonly place: number
  readonly isWrite: boolean
  readonly isAtomic: boolean
  readonly bytes: number
}

interface Seen extends RacingAccess {
  sequence: number
  place: number
  readonly mask: number
  readonly isTearable: boolean
}

/**
 * Finds data races as JavaScript's memory model defines them: two accesses to overlapping bytes,
 * at least one of them a write, not both atomic on the same range, and not ordered by
 * happens-before. Order comes from the program, from starting and joining threads, from waking,
 * and from an atomic read that sees an atomic write.
 *
 * A write that changes nothing hands on no order here. The execution in which the reader comes
 * first has the same values, so what races there is a race of the program.
 */
export class RaceDetector {
  readonly #clocks: Clock[] = []
  readonly #released = new Map<number, Clock>()
  readonly #seen = new Map<number, Seen[]>()

  clockOf(thread: number): Clock {
    return (this.#clocks[thread] ??= [])
  }

  /** A thread's step number. */
  tick(thread: number, sequence: number): void {
    this.clockOf(thread)[thread] = sequence
  }

  /** What `from` did so far happens before what `to` does next. */
  order(from: number, to: number): void {
    join(this.clockOf(to), this.clockOf(from))
  }

  /** What the clock knows happens before what the thread does next. */
  learn(thread: number, clock: readonly number[]): void {
    join(this.clockOf(thread), clock)
  }

  /** What happened before the last release of a range happens before what the thread does. */
  acquire(thread: number, range: number): void {
    const released = this.#released.get(range)
    if (released !== undefined) join(this.clockOf(thread), released)
  }

  release(thread: number, range: number): void {
    const released = this.#released.get(range)
    if (released === undefined) this.#released.set(range, [...this.clockOf(thread)])
    else assign(released, this.clockOf(thread))
  }

  /** One access to memory. Returns the race it makes with an earlier one, if any. */
  access(
    thread: number,
    kind: OpKind,
    place: number,
    object: number,
    mask: number,
    changed: number,
    isTearable: boolean,
  ): DataRace | undefined {
    const atomic = isAtomic(kind)
    const isWrite =
      kind !== OP.load && kind !== OP.read && kind !== OP.wait && kind !== OP.waitAsync
    const race = this.#findRace(thread, atomic, isWrite, object, mask)
    const entry = this.#remember(thread, atomic, isWrite, object, mask, place, isTearable)
    if (atomic) {
      const range = object * 256 + mask
      if (kind !== OP.store) this.acquire(thread, range)
      if (changed !== 0) this.release(thread, range)
    }
    if (race === undefined) return undefined
    return {
      first: { ...race },
      second: { ...entry },
      isMixedSize: race.mask !== mask,
      mayTear: race.isTearable || isTearable || race.mask !== mask,
    }
  }

  #findRace(
    thread: number,
    atomic: boolean,
    isWrite: boolean,
    object: number,
    mask: number,
  ): Seen | undefined {
    const list = this.#seen.get(object)
    if (list === undefined) return undefined
    const clock = this.clockOf(thread)
    for (const seen of list) {
      if ((seen.mask & mask) === 0 || seen.thread === thread) continue
      if (!isWrite && !seen.isWrite) continue
      if (atomic && seen.isAtomic && seen.mask === mask) continue
      if (!knows(clock, seen.thread, seen.sequence)) return seen
    }
    return undefined
  }

  /** Keeps the last access of each kind by each thread. */
  #remember(
    thread: number,
    atomic: boolean,
    isWrite: boolean,
    object: number,
    mask: number,
    place: number,
    isTearable: boolean,
  ): Seen {
    let list = this.#seen.get(object)
    if (list === undefined) this.#seen.set(object, (list = []))
    const sequence = this.clockOf(thread)[thread] ?? 0
    for (const seen of list) {
      if (seen.thread !== thread || seen.mask !== mask) continue
      if (seen.isWrite !== isWrite || seen.isAtomic !== atomic) continue
      seen.sequence = sequence
      seen.place = place
      return seen
    }
    const bytes = countBits(mask)
    const entry = { thread, sequence, place, isWrite, isAtomic: atomic, mask, bytes, isTearable }
    list.push(entry)
    return entry
  }
}

function countBits(mask: number): number {
  let bits = 0
  for (let rest = mask; rest !== 0; rest &= rest - 1) bits++
  return bits
}
