import { type Address, type LiveMemory } from '@smpnet/memory'
import { AWAKE, NO_CPU, NotifyWaker, WAITER, type Waker } from '@smpnet/park'
import type { Executive } from '../cpu.ts'
import type { Mailbox } from './mailbox.ts'
import { OwedCore } from './owed-core.ts'

/**
 * Wakes on a live machine: a thread outside it by notification, one of this CPU directly, one of
 * another through that CPU's mailbox.
 */
export class LiveWaker implements Waker {
  /** What runs on this CPU, once it is set up; none for a thread outside the machine. */
  executive: Executive | undefined
  readonly #outside: NotifyWaker

  constructor(
    readonly memory: LiveMemory,
    readonly boxes: readonly Mailbox[],
    readonly self: number,
    readonly owed = new OwedCore(),
  ) {
    this.#outside = new NotifyWaker(memory)
  }

  stir(entry: Address): void {
    this.#outside.stir(entry)
  }

  wake(entry: Address): boolean {
    const cpu = this.memory.read(entry + WAITER.offset.cpu)
    if (cpu === NO_CPU) return this.#outside.wake(entry)
    if (cpu === this.self && this.executive !== undefined) {
      // A CPU beside an event loop may be asleep while code of that loop wakes its threads.
      this.boxes[cpu]!.ring()
      return this.executive.receive(entry)
    }
    this.executive?.posted?.(entry)
    // An undertaker of this CPU tells by it what a section had taken that was completed.
    this.memory.store(entry + WAITER.offset.state, AWAKE)
    const box = this.boxes[cpu]!
    if (box.post(entry)) this.owed.rang(box)
    return false
  }
}
