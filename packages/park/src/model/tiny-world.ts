import { type Address, Arena, LiveMemory } from '@smpnet/memory'
import { Lot } from '../lot/lot.ts'
import { AWAKE, WAITER } from '../entry.ts'
import { NotifyWaker } from '../lot/waker.ts'
import { StillWaiter } from './still-waiter.ts'

/** A planted fault, to show that the model would find a fault like it. */
export type Fault =
  | 'none'
  | 'torn compare-exchange'
  | 'torn exchange'
  | 'torn update'
  | 'deaf sleeper'
  | 'hasty sleeper'

/** Read-modify-writes in two steps: what a lock is made of does not hold together. */
export class TornMemory extends LiveMemory {
  fault: Fault = 'none'

  override compareExchange(at: Address, expected: number, value: number): number {
    if (!this.#isTorn('torn compare-exchange')) return super.compareExchange(at, expected, value)
    const before = super.load(at)
    if (before === expected) super.store(at, value)
    return before
  }

  override exchange(at: Address, value: number): number {
    return this.#isTorn('torn exchange') ? this.#tear(at, () => value) : super.exchange(at, value)
  }

  override add(at: Address, delta: number): number {
    return this.#isTorn() ? this.#tear(at, (before) => before + delta) : super.add(at, delta)
  }

  override or(at: Address, bits: number): number {
    return this.#isTorn() ? this.#tear(at, (before) => before | bits) : super.or(at, bits)
  }

  override and(at: Address, bits: number): number {
    return this.#isTorn() ? this.#tear(at, (before) => before & bits) : super.and(at, bits)
  }

  #isTorn(alone?: Fault): boolean {
    return this.fault === 'torn update' || this.fault === alone
  }

  #tear(at: Address, next: (before: number) => number): number {
    const before = super.load(at)
    super.store(at, next(before))
    return before
  }
}

/** Sets the word and forgets to notify. */
class DeafWaker extends NotifyWaker {
  override wake(entry: Address): boolean {
    this.memory.store(entry + WAITER.offset.state, AWAKE)
    return false
  }
}

/**
 * A memory as small as a model wants it: a lot of one bucket, `bytes` bytes for a lock and four
 * words beside it, and for each of `threads` threads a CPU number and a waiter.
 */
export function tinyWorld(threads: number, bytes = 16, fault: Fault = 'none', buckets = 1) {
  const memory = new TornMemory(new SharedArrayBuffer(8192))
  const arena = Arena.create(memory)
  const handle = Lot.place(arena, { buckets, cpus: threads, threads: 1, waiters: threads })
  const waker = fault === 'deaf sleeper' ? new DeafWaker(memory) : new NotifyWaker(memory)
  const tds = Array.from({ length: threads }, (_, cpu) =>
    StillWaiter.of(new Lot(memory, handle, waker, cpu)),
  )
  memory.fault = fault
  return { memory, tds, at: arena.place('lock', bytes), data: arena.place('data', 16) }
}
