import { type Address, Arena } from '@smpnet/memory'
import { Lot } from '../../src/lot.ts'
import { PARK, type Waiting, WOKEN } from '../../src/wait.ts'
import { AWAKE, RUNNING, WAITER, type Waiter } from '../../src/waiter.ts'
import { NotifyWaker } from '../../src/waker.ts'
import { type Fault, TornMemory } from './drive.ts'

/**
 * A world for models of what waits through a parking lot. The lot's queues are the real ones; how a
 * thread falls asleep and is woken is proved by the models of parking, and is one word here, which
 * the waker writes and the waiter sees. Nobody dies in it, so that nobody looks whether one has:
 * the models of dead holders do. Both would multiply the schedules and add nothing.
 *
 * Threads that run the same program are alike, and which of them makes its first step first makes
 * no difference: they begin in their order, which leaves one schedule of those that are the same
 * up to the threads' names.
 */
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

/** `alike[i]`: the thread before thread i that runs the same program; -1 when there is none. */
export function parkedWorld(
  alike: readonly number[],
  bytes: number,
  fault: Fault = 'none',
): ParkedWorld {
  const buffer = new SharedArrayBuffer(8192)
  const memory = new TornMemory(buffer)
  const arena = Arena.create(memory)
  const count = alike.length
  const handle = Lot.place(arena, { buckets: 1, cpus: count, threads: 1, waiters: count })
  const turns = arena.place('turns', count * 4)
  const threads = alike.map((before, cpu) => {
    const own = new TurnMemory(buffer, turns + before * 4, turns + cpu * 4)
    const waker = fault === 'deaf sleeper' ? new SilentWaker(own) : new SettingWaker(own)
    const td = new ImmortalLot(own, handle, waker, cpu).waiter()
    td.spins = 0
    // Naps could go on for ever; that a poll finds nothing new is what the checker knows to skip.
    td.polls = Number.POSITIVE_INFINITY
    return { memory: own, td }
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
      while (memory.load(state) !== AWAKE);
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

  constructor(
    buffer: SharedArrayBuffer,
    readonly before: Address,
    readonly mine: Address,
  ) {
    super(buffer)
  }

  begin(fault: Fault, waits: boolean, tells: boolean): void {
    this.fault = fault
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
    const before = super.compareExchange(at, expected, value)
    this.#left()
    return before
  }

  #enter(): void {
    if (!this.#waits) return
    this.#waits = false
    while (super.load(this.before) === 0);
  }

  #left(): void {
    if (!this.#tells) return
    this.#tells = false
    super.store(this.mine, 1)
  }
}

class ImmortalLot extends Lot {
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
