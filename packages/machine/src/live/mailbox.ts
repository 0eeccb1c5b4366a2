import { type Address, type LiveMemory, NIL, TakeAllStack } from '@smpnet/memory'
import { KeepAlive, type SpinBudget, WAITER } from '@smpnet/park'
import { CPU_BLOCK } from '../cpu-block.ts'

/** What a bell says of its owner: that it looks at its mail; that it sleeps; that it was rung. */
const AWAKE = 0
const ASLEEP = 1
const RUNG = 2

const loop = new KeepAlive()

/** Turns of a spin between two looks at its second word. */
const TURNS_PER_OTHER = 8

/** Turns of a spin between two looks at the clock, of 5 to 20 ns each. */
const TURNS_PER_LOOK = 1024

/**
 * What other threads have for a live CPU, its owner: the waiters that they have woken and that are
 * to run there, the vectors that they have raised, and the doorbell that gets the owner out of its
 * sleep. It is on the words of `CPU_BLOCK`; any thread may use it as a poster or raiser.
 *
 * Sleep and call cannot miss each other: the owner says ASLEEP and then looks at its mail and at
 * its pending vectors, a caller posts or sets a bit and then looks at the bell, and since all of
 * these are sequentially consistent at least one sees the other (Dekker).
 *
 * Only the poster that found the mailbox empty rings: the others know that it is about to. A
 * raiser looks at the bell even when the bit was set already. So one that dies between the two, as
 * a worker that is terminated can, or when it has written the bell and not notified the owner,
 * delays what it posted or raised, until its undertaker raises a vector and stirs the owner, or to
 * the end of the owner's sleep, which is bounded.
 */
export class Mailbox {
  /** What is posted; for the owner to take. */
  readonly mail: TakeAllStack
  readonly #pending: Address
  readonly #bell: Address

  constructor(
    readonly memory: LiveMemory,
    at: Address,
  ) {
    this.mail = new TakeAllStack(memory, at + CPU_BLOCK.offset.mail, WAITER.offset.mail)
    this.#pending = at + CPU_BLOCK.offset.pending
    this.#bell = at + CPU_BLOCK.offset.bell
  }

  /**
   * Posts the waiter at `entry`, which must be in no mailbox, and wakes the owner. True when the
   * owner slept.
   */
  post(entry: Address): boolean {
    return this.mail.push(entry) && this.ring()
  }

  /** Sets the bit of a vector, and wakes the owner. True when the owner slept. */
  raise(vector: number): boolean {
    this.memory.or(this.#pending, 1 << vector)
    return this.ring()
  }

  /** The bits of all vectors that were raised since the owner took them last; for the owner. */
  takePending(): number {
    if (this.memory.load(this.#pending) === 0) return 0
    return this.memory.exchange(this.#pending, 0)
  }

  /** Wakes the owner if it sleeps; true when it did, and nobody else has rung it. */
  ring(): boolean {
    const { memory } = this
    if (memory.load(this.#bell) !== ASLEEP) return false
    if (memory.compareExchange(this.#bell, ASLEEP, RUNG) !== ASLEEP) return false
    Atomics.notify(memory.words, this.#bell >> 2, 1)
    return true
  }

  /** Whether the owner was rung in its sleep and does not run yet. */
  isRung(): boolean {
    return this.memory.load(this.#bell) === RUNG
  }

  /** Notifies the owner whatever the bell says: the last caller may have ended before it did. */
  stir(): void {
    Atomics.notify(this.memory.words, this.#bell >> 2, 1)
  }

  /**
   * Spins while nothing is posted or raised, the word at `at` is `value`, and that at `orAt`, which
   * changes seldom, is `orValue`, as long as that pays. True when it ended by one of these, or
   * since the owner's alarms are due: that is looked for now and then.
   */
  spinWhile(
    at: Address,
    value: number,
    budget: SpinBudget,
    isDue: () => boolean,
    orAt = at,
    orValue = value,
  ): boolean {
    const { memory } = this
    const { head } = this.mail
    for (let turn = budget.turns(); turn > 0; turn--) {
      if (turn % TURNS_PER_LOOK === 0 && isDue()) {
        budget.interrupt(turn - 1)
        return true
      }
      if (turn % TURNS_PER_OTHER === 0 && memory.load(orAt) !== orValue) {
        budget.hit()
        return true
      }
      const isCalm = memory.load(head) === NIL && memory.load(this.#pending) === 0
      if (isCalm && memory.load(at) === value) continue
      budget.hit()
      return true
    }
    budget.miss()
    return false
  }

  /**
   * Says that the owner goes to sleep. False, and it stays awake, if something was posted or raised
   * or the word at `at` is no longer `value`.
   */
  fallAsleep(at: Address, value: number): boolean {
    const { memory } = this
    memory.store(this.#bell, ASLEEP)
    const isCalm = this.mail.isEmpty() && memory.load(this.#pending) === 0
    if (isCalm && memory.load(at) === value) return true
    memory.store(this.#bell, AWAKE)
    return false
  }

  /** Blocks the owner until it is rung or `timeoutMs` are over. */
  sleep(timeoutMs: number): void {
    Atomics.wait(this.memory.words, this.#bell >> 2, ASLEEP, timeoutMs)
    this.memory.store(this.#bell, AWAKE)
  }

  /** The same, without blocking the owner's event loop. */
  async sleepAsync(timeoutMs: number): Promise<void> {
    const waited = Atomics.waitAsync(this.memory.words, this.#bell >> 2, ASLEEP, timeoutMs)
    if (waited.async) await loop.whilePending(waited.value)
    this.memory.store(this.#bell, AWAKE)
  }
}
