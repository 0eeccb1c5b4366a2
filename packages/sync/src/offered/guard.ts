import type { Waiter } from '@smpnet/park'
import { LockMisuse } from '../errors.ts'
import type { Home } from './offered.ts'

/** `Symbol.dispose`, or, where an engine has none yet, what compilers put in its place. */
export const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose')

/** Proof of having entered. `using guard = mutex.lockSync()` exits at the end of the block. */
export interface Guard {
  /** The waiter that entered. */
  readonly td: Waiter
  /** Exits the section. Throws LockMisuse when that was done already. */
  unlock(): void
  [Symbol.dispose](): void
}

/** What a guard exits. */
export interface Guarded {
  name(): string
  leave(td: Waiter): void
}

/** The guard of a thread that entered by itself. It serves for all its times inside. */
export class ThreadGuard implements Guard {
  constructor(
    readonly section: Guarded,
    readonly td: Waiter,
  ) {}

  unlock(): void {
    this.section.leave(this.td)
  }

  [DISPOSE](): void {
    this.section.leave(this.td)
  }
}

/** The guard of a task, with the waiter that it entered as. */
export class TaskGuard implements Guard {
  #isInside = true

  constructor(
    readonly section: Guarded,
    readonly td: Waiter,
    readonly home: Home,
  ) {}

  unlock(): void {
    if (!this.#isInside) {
      throw new LockMisuse(`${this.section.name()} is unlocked once by each guard: this one has`)
    }
    this.section.leave(this.td)
    this.#isInside = false
    this.home.giveBack(this.td)
  }

  /** The guard of the same waiter for another section of the same lock. */
  moveTo(section: Guarded): Guard {
    this.#isInside = false
    return new TaskGuard(section, this.td, this.home)
  }

  [DISPOSE](): void {
    this.unlock()
  }
}
