import type { Address } from '@smpnet/memory'
import type { Waiter } from '../lot/waiter.ts'
import { OWNER_DIED, type Outcome, type Waiting, WOKEN } from '../wait.ts'
import type { CalmMemory } from './calm-lot.ts'

/**
 * A lock of a model of what takes locks, which have models of their own: it is entered in one step,
 * when it is free. A holder that dies leaves it to its undertaker, which gives it to the next that
 * enters, and says so to that.
 */
export class ModelLock {
  /** Two words, zero at first. */
  static readonly bytes = 8

  constructor(
    readonly memory: CalmMemory,
    readonly at: Address,
    /** A planted fault: it excludes nobody. */
    readonly isTorn = false,
  ) {}

  tryEnter(): boolean {
    return false
  }

  // oxlint-disable-next-line require-yield
  *enter(td: Waiter): Waiting<Outcome> {
    const { memory, at } = this
    if (this.isTorn) return WOKEN
    memory.checker.awaitExchange(memory.words, at >> 2, 0, td.lot.cpu + 1)
    return memory.read(at + 4) === 1 ? OWNER_DIED : WOKEN
  }

  tryExit(): boolean {
    if (!this.isTorn) this.memory.store(this.at, 0)
    return true
  }

  *exit(): Waiting {}

  recover(): void {
    this.memory.write(this.at + 4, 0)
  }

  /** For the undertaker of thread `dead`: lets go of what that held. */
  bury(dead: number): void {
    const { memory, at } = this
    if (memory.load(at) !== dead + 1) return
    memory.write(at + 4, 1)
    memory.store(at, 0)
  }
}
