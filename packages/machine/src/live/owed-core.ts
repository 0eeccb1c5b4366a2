import type { Address, Memory } from '@smpnet/memory'
import type { Mailbox } from './mailbox.ts'

/** How long a CPU waits until it takes another for one that has no core. */
export interface OwedPatience {
  /** From the ring on, in nanoseconds. */
  readonly ringNs: number
  /** Runs of this CPU until what it has overrun is looked at, which may be a thread of its own. */
  readonly runs: number
  /** Looks, of 2 to 5 ns each, at whether what was overrun goes on. */
  readonly looks: number
}

/**
 * From the ring to the first look of a CPU that has a core to run on it takes an operating system
 * some 5 to 60 µs, and one in a guest up to 200. A CPU that has none waits for this thread's slice
 * to end, which is milliseconds.
 */
const PATIENCE: OwedPatience = { ringNs: 300_000, runs: 8, looks: 4_000 }

/**
 * What a CPU of the live machine owes to others.
 *
 * On real hardware a CPU that was interrupted runs, and so does one that is behind. A live CPU is a
 * thread, and where the operating system has put two of them on one core, or other processes have
 * the rest, one waits until the other's slice is over, which is milliseconds: a sender that never
 * sleeps would fill the buffer of its receiver and throw away all that comes after. So a CPU sleeps
 * once for a little when it sees that one which it has rung has not come after `ringNs`, or that
 * what it has overrun does not go on. It is what a hypervisor does for a virtual CPU that
 * spins for one which is not running (directed yield).
 */
export class OwedCore {
  #rung: Mailbox | undefined
  /** When the ring was looked at first; 0 before. */
  #sinceNs = 0
  #isDue = false
  /** The word of what was overrun first, or 0; its value then; and runs until it is looked at. */
  #overran = 0
  #value = 0
  #runs = 0
  /** The word for which the core was given last, and its value. */
  #lastAt = 0
  #lastValue = 0

  constructor(readonly patience = PATIENCE) {}

  /** This CPU has rung the owner of `box`, which slept. The oldest debt is the one that counts. */
  rang(box: Mailbox): void {
    this.#rung ??= box
  }

  /** See `Cpu.overrun`. What did not go on when it had the core once waits for something else. */
  overran(at: Address, value: number): void {
    if (this.#overran !== 0 || (at === this.#lastAt && value === this.#lastValue)) return
    this.#overran = at
    this.#value = value
    this.#runs = this.patience.runs
  }

  /** Whether there is a debt that is to be looked at, between two runs of this CPU. */
  isDue(now: () => number): boolean {
    if (this.#overran !== 0 && --this.#runs <= 0) return true
    if (this.#rung === undefined) return false
    if (this.#rung.isRung()) {
      const nowNs = now()
      if (this.#sinceNs === 0) this.#sinceNs = nowNs
      if (nowNs - this.#sinceNs < this.patience.ringNs) return false
      this.#isDue = true
    }
    this.#rung = undefined
    this.#sinceNs = 0
    return this.#isDue
  }

  /** Whether the core is to be given away now. Says so once for each debt. */
  isToGive(memory: Memory): boolean {
    const wasDue = this.#isDue
    this.#isDue = false
    return this.#overran !== 0 && this.#runs <= 0 ? !this.#goesOn(memory) : wasDue
  }

  #goesOn(memory: Memory): boolean {
    const at = this.#overran
    this.#overran = 0
    for (let look = 0; look < this.patience.looks; look++) {
      if (memory.load(at) !== this.#value) return true
    }
    this.#lastAt = at
    this.#lastValue = this.#value
    return false
  }
}
