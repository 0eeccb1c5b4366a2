import { type Address, layout, type LiveMemory, NIL, TakeAllStack, word } from '@smpnet/memory'
import { KeepAlive, type SpinBudget, WAITER } from '@smpnet/park'

/**
 * A CPU's mailbox: the waiters that others have woken and that are to run there, and the doorbell
 * that gets it out of its sleep.
 *
 * Sleep and wake cannot miss each other: the owner says ASLEEP and then looks at the mailbox, a
 * poster posts and then looks at the bell, and since all four are sequentially consistent at least
 * one sees the other (Dekker). Only the poster that found the mailbox empty rings.
 */
export const MAILBOX = layout('mailbox', {
  /** (x) The stack of waiters posted, linked by their `mail`. */
  mail: word('x', 'mail'),
  /** (x) `AWAKE` or `ASLEEP`; the owner writes both, a poster only AWAKE. */
  bell: word('x', 'bell'),
})

const AWAKE = 0
const ASLEEP = 1

const loop = new KeepAlive()

/** The mailbox at an address, as its owner or as a poster uses it. */
export class Mailbox {
  /** What is posted; for the owner to take. */
  readonly mail: TakeAllStack
  readonly #bell: Address

  constructor(
    readonly memory: LiveMemory,
    at: Address,
  ) {
    this.mail = new TakeAllStack(memory, at + MAILBOX.offset.mail, WAITER.offset.mail)
    this.#bell = at + MAILBOX.offset.bell
  }

  /** Posts the waiter at `entry`, which must be in no mailbox, and wakes the owner. */
  post(entry: Address): void {
    if (this.mail.push(entry)) this.ring()
  }

  /** Wakes the owner if it sleeps. */
  ring(): void {
    const { memory } = this
    if (memory.load(this.#bell) !== ASLEEP) return
    if (memory.exchange(this.#bell, AWAKE) === ASLEEP) {
      Atomics.notify(memory.words, this.#bell >> 2, 1)
    }
  }

  /**
   * Spins while nothing is posted and the word at `at` is `value`, as long as that pays. True when
   * it ended by one of the two.
   */
  spinWhile(at: Address, value: number, budget: SpinBudget): boolean {
    const { memory } = this
    const { head } = this.mail
    for (let turn = budget.turns(); turn > 0; turn--) {
      if (memory.load(at) === value && memory.load(head) === NIL) continue
      budget.hit()
      return true
    }
    budget.miss()
    return false
  }

  /**
   * Says that the owner goes to sleep. False, and it stays awake, if something was posted or the
   * word at `at` is no longer `value`.
   */
  fallAsleep(at: Address, value: number): boolean {
    const { memory } = this
    memory.store(this.#bell, ASLEEP)
    if (this.mail.isEmpty() && memory.load(at) === value) return true
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
