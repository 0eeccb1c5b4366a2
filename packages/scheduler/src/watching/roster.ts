import {
  type Address,
  type Arena,
  came,
  expectHandle,
  type HandleKind,
  layout,
  type Memory,
  word,
  words,
} from '@smpnet/memory'
import { expectWaiter, nap, SETTLE, type Waiter, type Waiting } from '@smpnet/park'
import type { Ticket } from '../thread/ticket.ts'

/** Bytes of a name that are kept: enough to know a thread by. */
const NAME_BYTES = 40
/** Between two looks of a joiner: a CPU that dies wakes no waiter. */
const LOOK_MS = 1

/** A place in the roster: one thread after another has it. */
const PLACE = layout('roster place', {
  /** (x) One of the states below, and above it how many threads have had the place, wrapping. */
  state: word('x', 'place'),
  /** (m) of the CPU that has claimed the place: the thread's CPU, and its name. */
  cpu: word('m', 'place'),
  nameBytes: word('m', 'place'),
  name: words(NAME_BYTES / 4, 'm', 'place'),
})

/**
 * | state   | means               | which CPU ends it, and what follows                    |
 * |---------|---------------------|--------------------------------------------------------|
 * | FREE    | has had no thread   | a CPU that spawns; CLAIMED                             |
 * | CLAIMED | its name is written | the same CPU; ALIVE                                    |
 * | ALIVE   | its thread lives    | its CPU; RETURNED or THREW. An undertaker; DIED        |
 * | an end  | its thread does not | a CPU that spawns; CLAIMED by the next thread          |
 * | DIED    | nor does its CPU    | none, so that the thread can be named for ever         |
 */
const FREE = 0
const CLAIMED = 1
const ALIVE = 2
const RETURNED = 3
const THREW = 4
const DIED = 5
const SHIFT = 3
const STATE = (1 << SHIFT) - 1

/** What another thread needs to use a roster; it can be cloned and posted. */
export interface RosterHandle {
  readonly at: Address
  /** Threads that can be in it at once. */
  readonly threads: number
}

/** How a thread of another CPU has ended; `ended` if that is so long ago that it is not known. */
export type Ending = 'returned' | 'threw' | 'ended'

const HANDLE: HandleKind = { of: 'a roster', fields: { at: 'address', threads: 'count' } }

/** The CPU of a thread has died, and the thread with it. */
export class ThreadDied extends Error {
  override name = 'ThreadDied'
  constructor(
    readonly thread: string,
    readonly cpu: number,
  ) {
    super(`thread ${thread} has died with its CPU ${cpu}`)
  }
}

/**
 * The threads of all CPUs by name, in shared memory: so that a thread can be waited for from
 * another CPU, and be named when its CPU has died.
 *
 * Each scheduler enters its threads and leaves when they end (`rosterOf`). A place is given to one
 * thread after another; its word says how many it has had, and so a ticket of a thread that ended
 * long ago is not taken for the thread that has the place now. No lock protects the roster: a CPU
 * claims a place by a swap of that word, writes the name, and says that the thread lives; only the
 * CPU that claimed a place, or the undertaker of that CPU, writes it until the end.
 */
export class Roster {
  constructor(
    readonly memory: Memory,
    readonly handle: RosterHandle,
  ) {
    expectHandle(HANDLE, handle, memory)
  }

  /** Places a roster. Throws OutOfMemory. */
  static place(arena: Arena, threads: number): RosterHandle {
    return { threads, at: arena.place('roster', threads * PLACE.size) }
  }

  /** Writes down a thread that CPU `cpu` spawns. Throws a RangeError when the roster is full. */
  enter(cpu: number, name: string): Ticket {
    const { memory } = this
    if (!Number.isInteger(cpu) || typeof name !== 'string') throw noThread(cpu, name)
    for (let place = 0; place < this.handle.threads; place++) {
      const at = this.#at(place)
      const seen = memory.load(at)
      const state = seen & STATE
      if (state === CLAIMED || state === ALIVE || state === DIED) continue
      const turn = (seen >>> SHIFT) + Number(state !== FREE)
      if (memory.compareExchange(at, seen, wordOf(turn, CLAIMED)) !== seen) continue
      this.#write(at, cpu, name)
      memory.store(at, wordOf(turn, ALIVE))
      return { place, turn: wordOf(turn, 0) }
    }
    const { threads } = this.handle
    throw new RangeError(`a roster for ${threads} threads has ${threads}: make it for more`)
  }

  /** Its thread has ended. For the scheduler that entered it. */
  leave({ place, turn }: Ticket, isError: boolean): void {
    this.memory.store(this.#at(place), turn | (isError ? THREW : RETURNED))
  }

  /**
   * Waits until a thread, of whichever CPU, has ended, looking once a millisecond: a CPU that dies
   * wakes no waiter. Throws ThreadDied when its CPU has died and was buried.
   */
  join(td: Waiter, ticket: Ticket): Waiting<Ending> {
    expectWaiter(td, 'roster.join', 'nameOf')
    this.#expectPlace(ticket?.place)
    return this.#join(td, ticket)
  }

  *#join(td: Waiter, { place, turn }: Ticket): Waiting<Ending> {
    const { memory } = this
    for (;;) {
      while (!memory.settled()) yield SETTLE
      const seen = memory.load(this.#at(place))
      if ((seen & ~STATE) !== turn) return 'ended'
      if ((seen & STATE) === DIED) throw new ThreadDied(this.nameOf(place), this.#cpuOf(place))
      if ((seen & STATE) !== ALIVE) return (seen & STATE) === THREW ? 'threw' : 'returned'
      yield* nap(td, LOOK_MS)
    }
  }

  /** CPU `cpu` has died: its threads have, too. Returns their names. */
  bury(cpu: number): string[] {
    const { memory } = this
    const places = Array.from({ length: this.handle.threads }, (_, place) => place)
    const died = places.filter((place) => {
      const at = this.#at(place)
      const seen = memory.load(at)
      if ((seen & STATE) !== ALIVE || this.#cpuOf(place) !== cpu) return false
      memory.store(at, (seen & ~STATE) | DIED)
      return true
    })
    return died.map((place) => this.nameOf(place))
  }

  /** The name of the thread that has a place, or had it last, or the first 40 bytes of it. */
  nameOf(place: number): string {
    this.#expectPlace(place)
    const at = this.#at(place)
    const bytes = new Uint8Array(this.memory.read(at + PLACE.offset.nameBytes))
    this.memory.copyOut(at + PLACE.offset.name, bytes, 0, bytes.length)
    return new TextDecoder().decode(bytes)
  }

  #expectPlace(place: unknown): void {
    const { threads } = this.handle
    if (Number.isInteger(place) && Number(place) >= 0 && Number(place) < threads) return
    throw new RangeError(`a roster has the places 0 to ${threads - 1}: ${came(place)} came`)
  }

  #cpuOf(place: number): number {
    return this.memory.read(this.#at(place) + PLACE.offset.cpu)
  }

  #write(at: Address, cpu: number, name: string): void {
    const bytes = new TextEncoder().encode(name).subarray(0, NAME_BYTES)
    this.memory.write(at + PLACE.offset.cpu, cpu)
    this.memory.write(at + PLACE.offset.nameBytes, bytes.length)
    this.memory.copyIn(at + PLACE.offset.name, bytes, 0, bytes.length)
  }

  #at(place: number): Address {
    return this.handle.at + place * PLACE.size
  }
}

function noThread(cpu: unknown, name: unknown): TypeError {
  return new TypeError(
    `a roster is told the number of a CPU and a name: ${came(cpu)} and ${came(name)} came`,
  )
}

function wordOf(turn: number, state: number): number {
  return (turn << SHIFT) | state | 0
}
