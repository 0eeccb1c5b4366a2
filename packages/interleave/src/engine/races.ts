import { isAtomic, type OpKind, OP } from '../runtime/operation.ts'
import { assign, type Clock, join, knows, set } from './clock.ts'

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

/** The last access of its kind by a thread; filled again in each execution. */
interface Seen extends RacingAccess {
  thread: number
  place: number
  sequence: number
  isWrite: boolean
  isAtomic: boolean
  bytes: number
  mask: number
  isTearable: boolean
}

/** What happened before the last change of a range of bytes by an atomic access. */
interface Released {
  mask: number
  readonly clock: Clock
}

/** What one execution did with an object; `size` and `releases` say how much of it is filled. */
class Trace {
  execution = -1
  size = 0
  readonly seen: Seen[] = []
  releases = 0
  readonly released: Released[] = []
}

/**
 * Finds data races as JavaScript's memory model defines them: two accesses to overlapping bytes,
 * at least one of them a write, not both atomic on the same range, and not ordered by
 * happens-before. Order comes from the program, from starting and joining threads, from waking,
 * and from an atomic read that sees an atomic write.
 *
 * A write that changes nothing hands on no order here. The execution in which the reader comes
 * first has the same values, so what races there is a race of the program.
 *
 * One detector serves all executions of a program, one after the other: what it knows of an object
 * is kept, to be filled again, and counts only for the execution that it was filled by.
 */
export class RaceDetector {
  readonly #clocks: Clock[] = []
  /** By object. */
  readonly #traces: Trace[] = []
  #execution = 0

  /** Another execution begins, in which nothing has happened yet. */
  begin(): void {
    this.#execution++
    for (const clock of this.#clocks) clock.fill(0)
  }

  clockOf(thread: number): Clock {
    while (this.#clocks.length <= thread) this.#clocks.push([])
    return this.#clocks[thread]!
  }

  /** A thread's step number. */
  tick(thread: number, sequence: number): void {
    set(this.clockOf(thread), thread, sequence)
  }

  /** What `from` did so far happens before what `to` does next. */
  order(from: number, to: number): void {
    join(this.clockOf(to), this.clockOf(from))
  }

  /** What the clock knows happens before what the thread does next. */
  learn(thread: number, clock: readonly number[]): void {
    join(this.clockOf(thread), clock)
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
    const clock = this.clockOf(thread)
    const trace = this.#traceOf(object)
    const race = findRace(trace, clock, thread, atomic, isWrite, mask)
    const first = race && { ...race }
    const entry = entryOf(trace, thread, atomic, isWrite, mask)
    entry.sequence = clock[thread]!
    entry.place = place
    entry.isTearable = isTearable
    // What happened before the last release of a range happens before what the thread does.
    if (atomic) {
      if (kind !== OP.store) acquire(trace, mask, clock)
      if (changed !== 0) release(trace, mask, clock)
    }
    if (first === undefined) return undefined
    const isMixedSize = first.mask !== mask
    const mayTear = first.isTearable || isTearable || isMixedSize
    return { first, second: { ...entry }, isMixedSize, mayTear }
  }

  #traceOf(object: number): Trace {
    while (this.#traces.length <= object) this.#traces.push(new Trace())
    const trace = this.#traces[object]!
    if (trace.execution !== this.#execution) {
      trace.execution = this.#execution
      trace.size = 0
      trace.releases = 0
    }
    return trace
  }
}

function findRace(
  { seen: list, size }: Trace,
  clock: Clock,
  thread: number,
  atomic: boolean,
  isWrite: boolean,
  mask: number,
): Seen | undefined {
  for (let i = 0; i < size; i++) {
    const seen = list[i]!
    if ((seen.mask & mask) === 0 || seen.thread === thread) continue
    if (!isWrite && !seen.isWrite) continue
    if (atomic && seen.isAtomic && seen.mask === mask) continue
    if (!knows(clock, seen.thread, seen.sequence)) return seen
  }
  return undefined
}

/** The entry of such accesses, of which the last counts. */
function entryOf(
  trace: Trace,
  thread: number,
  atomic: boolean,
  isWrite: boolean,
  mask: number,
): Seen {
  const { seen: list } = trace
  for (let i = 0; i < trace.size; i++) {
    const seen = list[i]!
    if (seen.thread !== thread || seen.mask !== mask) continue
    if (seen.isWrite === isWrite && seen.isAtomic === atomic) return seen
  }
  const entry = (list[trace.size++] ??= newSeen())
  entry.thread = thread
  entry.isWrite = isWrite
  entry.isAtomic = atomic
  entry.mask = mask
  entry.bytes = countBits(mask)
  return entry
}

function newSeen(): Seen {
  const nowhere = { thread: 0, place: 0, sequence: 0, bytes: 0, mask: 0 }
  return { ...nowhere, isWrite: false, isAtomic: false, isTearable: false }
}

function acquire({ released: list, releases }: Trace, mask: number, clock: Clock): void {
  for (let i = 0; i < releases; i++) if (list[i]!.mask === mask) return join(clock, list[i]!.clock)
}

function release(trace: Trace, mask: number, clock: Clock): void {
  const { released: list } = trace
  let at = 0
  while (at < trace.releases && list[at]!.mask !== mask) at++
  if (at === trace.releases) (list[trace.releases++] ??= { mask, clock: [] }).mask = mask
  assign(list[at]!.clock, clock)
}

function countBits(mask: number): number {
  let bits = 0
  for (let rest = mask; rest !== 0; rest &= rest - 1) bits++
  return bits
}
