import { type Address, Arena } from '@smpnet/memory'
import { Seats } from '../lot/seats.ts'
import { Lot } from '../lot/lot.ts'
import { PARK, type Waiting, WOKEN } from '../wait.ts'
import { BUCKET } from '../lot/wait-queues.ts'
import { AWAKE, RUNNING, WAITER } from '../entry.ts'
import type { Waiter } from '../lot/waiter.ts'
import { NotifyWaker } from '../lot/waker.ts'
import type { Checker } from './checker.ts'
import { StillWaiter } from './still-waiter.ts'
import { type Fault, TornMemory } from './tiny-world.ts'

/**
 * A world for models of what waits through a parking lot. The lot's queues are the real ones; how a
 * thread falls asleep and is woken is proved by the models of parking, and is one word here, which
 * the waker writes and the waiter awaits. No thread dies in it, so that none looks whether
 * an owner has: the models of dead holders do. Both would multiply the schedules and add nothing.
 *
 * The lock of a queue is taken in a step that can only be made when it is free. The lot tries
 * until it is, and a try in vain changes nothing that another thread can tell: without those tries
 * each execution is the same, and what is left is one execution for each order of the holders.
 * The lot takes a second queue while it holds one by trying, and lets go of the first if it cannot:
 * here it waits with the first in hand, which has all the orders in which it succeeds at once.
 *
 * Threads that run the same program are alike, and which of them makes its first step first makes
 * no difference: they begin in their order, which leaves one schedule of all that are the same up
 * to the threads' names.
 */
export type ParkedFault = Fault | 'torn queue lock'

export interface Parked {
  readonly memory: TurnMemory
  readonly td: Waiter
}

export interface ParkedWorld {
  /** One for each thread, as each has objects of its own over the shared words. */
  readonly threads: readonly Parked[]
  readonly at: Address
  readonly data: Address
}

/**
 * `alike[i]`: the thread before thread i that runs the same program; -1 when there is none. With
 * several buckets, queues that are apart have locks of their own; with `Lot` itself, the dead are
 * known as such.
 */
export function parkedWorld(
  checker: Checker,
  alike: readonly number[],
  bytes: number,
  fault: ParkedFault = 'none',
  buckets = 1,
  KindOfLot: typeof Lot = ImmortalLot,
): ParkedWorld {
  const buffer = new SharedArrayBuffer(8192)
  const memory = new TornMemory(buffer)
  const arena = Arena.create(memory)
  const count = alike.length
  const handle = Lot.place(arena, { buckets, cpus: count, threads: 1, waiters: count })
  const queues = handle.at + handle.threads * Seats.bytes
  const locks = Array.from(
    { length: buckets },
    (_, i) => queues + i * BUCKET.size + BUCKET.offset.lock,
  )
  const turns = arena.place('turns', count * 4)
  const threads = alike.map((before, cpu) => {
    const own = new TurnMemory(buffer, checker, turns + before * 4, turns + cpu * 4, locks)
    const waker = fault === 'deaf sleeper' ? new SilentWaker(own) : new SettingWaker(own)
    return { memory: own, td: StillWaiter.of(new KindOfLot(own, handle, waker, cpu)) }
  })
  const world = { threads, at: arena.place('lock', bytes), data: arena.place('data', 64) }
  threads.forEach(({ memory: own }, i) => own.begin(fault, alike[i]! >= 0, alike.includes(i)))
  return world
}

/** For each program, which one before it is the same, the last of them, or -1. */
export function alikeIn(programs: readonly string[]): number[] {
  return programs.map((program, i) => programs.slice(0, i).lastIndexOf(program))
}

/** Drives a generator to its end; where it parks, the thread goes on when its word is AWAKE. */
export function untilWoken<T>(td: Waiter, waiting: Waiting<T>): T {
  const { memory } = td.lot
  const state = td.at + WAITER.offset.state
  let step = waiting.next(WOKEN)
  while (!step.done) {
    if (step.value === PARK) {
      const { checker, words } = memory as TurnMemory
      checker.awaitValue(words, state >> 2, AWAKE)
      memory.store(state, RUNNING)
    }
    step = waiting.next(WOKEN)
  }
  return step.value
}

/** Memory as one thread uses it: it makes its first step after the thread before it has. */
export class TurnMemory extends TornMemory {
  #waits = false
  #tells = false
  #tears = false

  constructor(
    buffer: SharedArrayBuffer,
    readonly checker: Checker,
    readonly before: Address,
    readonly mine: Address,
    readonly locks: readonly Address[],
  ) {
    super(buffer)
  }

  begin(fault: ParkedFault, waits: boolean, tells: boolean): void {
    this.#tears = fault === 'torn queue lock'
    if (fault !== 'torn queue lock') this.fault = fault
    this.#waits = waits
    this.#tells = tells
  }

  override load(at: Address): number {
    this.#enter()
    const value = super.load(at)
    this.#left()
    return value
  }

  override compareExchange(at: Address, expected: number, value: number): number {
    this.#enter()
    const isLock = expected === 0 && this.locks.includes(at)
    const before = isLock ? this.#take(at, value) : super.compareExchange(at, expected, value)
    this.#left()
    return before
  }

  /** Takes what stands for a lock whose own models are others, when it is free. */
  acquire(at: Address, value: number): void {
    this.#enter()
    this.checker.awaitExchange(this.words, at >> 2, 0, value)
    this.#left()
  }

  /** The lock of a queue of the lot, which is free sooner or later. */
  #take(at: Address, value: number): number {
    if (!this.#tears) return this.checker.awaitExchange(this.words, at >> 2, 0, value)
    this.checker.awaitValue(this.words, at >> 2, 0)
    super.store(at, value)
    return 0
  }

  #enter(): void {
    if (!this.#waits) return
    this.#waits = false
    this.checker.awaitValue(this.words, this.before >> 2, 1)
  }

  #left(): void {
    if (!this.#tells) return
    this.#tells = false
    super.store(this.mine, 1)
  }
}

export class ImmortalLot extends Lot {
  override isDead(): boolean {
    return false
  }
}

class SettingWaker extends NotifyWaker {
  override wake(entry: Address): boolean {
    this.memory.store(entry + WAITER.offset.state, AWAKE)
    return false
  }
}

class SilentWaker extends NotifyWaker {
  override wake(): boolean {
    return false
  }
}
