import { type Address, type Interrupt, layout, type Memory, word } from '@smpnet/memory'
import { expectPlace } from '../terms/expect.ts'
import { type Parking, SETTLE, type Waiter, type Waiting } from '@smpnet/park'

/** What an interrupt and its thread have in common. */
const BELL = layout('interrupt thread', {
  /** (x) 1 when the device has interrupted and the thread has not heeded it. */
  rung: word('x', 'bell'),
})

/**
 * The thread of a device's interrupt, FreeBSD's ithread: the handler of the vector does nothing but
 * note the interrupt and wake the thread, which may take locks and wait for them. Interrupts that
 * come before it has looked are one.
 */
export class InterruptThread {
  /** Bytes that it takes, all zero at first, at the start of a cache line. */
  static readonly bytes = BELL.size

  constructor(
    readonly memory: Memory,
    readonly at: Address,
  ) {
    expectPlace("an interrupt's thread", memory, at)
  }

  /** The handler of the vector. */
  ringNow(irq: Interrupt, lot: Parking): void {
    if (this.memory.exchange(this.at, 1) === 0) lot.unparkNow(irq, this.at, 1)
  }

  /** The body of the thread: serves the device after each interrupt, for ever. */
  *run(td: Waiter, serve: (td: Waiter) => Waiting): Waiting<never> {
    const { memory, at } = this
    for (;;) {
      while (!memory.claimed(at)) yield SETTLE
      if (memory.exchange(at, 0) === 1) yield* serve(td)
      else yield* td.lot.park(td, at, at, 0)
    }
  }
}
