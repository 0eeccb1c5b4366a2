import { type Address, LiveMemory } from '@smpnet/memory'
import { Lot } from '../lot/lot.ts'
import type { Waiting } from '../wait.ts'
import type { Waiter } from '../lot/waiter.ts'
import { NotifyWaker } from '../lot/waker.ts'
import { StillWaiter } from './still-waiter.ts'

/** What ends a thread of a model, in the place of its worker's termination. */
const DEATH = new Error('ended')

/** A memory by which its thread dies before it comes to its `steps`-th access to some words. */
class MortalMemory extends LiveMemory {
  /** A thread that died with a queue of the lot would leave it locked: it lives on until then. */
  holdsQueue = false

  constructor(
    buffer: SharedArrayBuffer,
    readonly from: Address,
    readonly end: Address,
    public steps: number,
  ) {
    super(buffer)
  }

  override load(at: Address): number {
    this.#age(at)
    return super.load(at)
  }

  override store(at: Address, value: number): void {
    this.#age(at)
    super.store(at, value)
  }

  override read(at: Address): number {
    this.#age(at)
    return super.read(at)
  }

  override write(at: Address, value: number): void {
    this.#age(at)
    super.write(at, value)
  }

  override exchange(at: Address, value: number): number {
    this.#age(at)
    return super.exchange(at, value)
  }

  override compareExchange(at: Address, expected: number, value: number): number {
    this.#age(at)
    return super.compareExchange(at, expected, value)
  }

  override or(at: Address, bits: number): number {
    this.#age(at)
    return super.or(at, bits)
  }

  #age(at: Address): void {
    if (at < this.from || at >= this.end || this.steps-- > 0 || this.holdsQueue) return
    throw DEATH
  }
}

class MortalLot extends Lot {
  override *lockQueue(key: Address): Waiting<Address> {
    const queue = yield* super.lockQueue(key)
    ;(this.memory as MortalMemory).holdsQueue = true
    return queue
  }

  override unlockQueue(queue: Address): void {
    super.unlockQueue(queue)
    ;(this.memory as MortalMemory).holdsQueue = false
  }
}

/** The same waiter in a thread that dies when it would touch the bytes at `from` once more. */
export function mortal(td: Waiter, from: Address, bytes: number, steps: number) {
  const { handle, cpu, memory } = td.lot as Lot
  const { buffer } = memory as LiveMemory
  const own = new MortalMemory(buffer, from, from + bytes, steps)
  const dying = new StillWaiter(new MortalLot(own, handle, new NotifyWaker(own), cpu), td.at)
  dying.spins = td.spins
  dying.polls = td.polls
  return { memory: own, td: dying }
}

/** Lives until it dies, or to the end. */
export function live(life: () => void): void {
  try {
    life()
  } catch (error) {
    if (error !== DEATH) throw error
  }
}
