import { type Address, layout, type Memory, word } from '@smpnet/memory'

/** What a receive queue's device and its receiver have in common. */
const INTERRUPT = layout('receive interrupt', {
  /** (x) ARMED or FIRED. */
  state: word('x', 'interrupt'),
})

/** The next packet interrupts: its device takes the word to FIRED and raises the vector. */
export const ARMED = 0
/** It has: until the receiver arms it again, packets come without a word. */
export const FIRED = 1

/**
 * The interrupt of one receive queue, which its receiver masks while it polls, as NAPI of Linux and
 * iflib of FreeBSD do. The device puts a packet into the queue and looks then whether the interrupt
 * is armed; the receiver arms it and looks then whether the queue is empty: one of the two sees
 * what the other has done (Dekker), so that no packet lies unseen. All words are 0 at first.
 */
export class ReceiveInterrupt {
  /** Bytes that it takes, at the start of a cache line. */
  static readonly bytes = INTERRUPT.size

  constructor(
    readonly memory: Memory,
    readonly at: Address,
  ) {}

  /**
   * The device has put packets into the queue: whether it is to raise the vector of the receiver's
   * CPU. Plain code, for any thread or interrupt.
   */
  arrived(): boolean {
    const { memory, at } = this
    return memory.load(at) === ARMED && memory.exchange(at, FIRED) === ARMED
  }

  isArmed(): boolean {
    return this.memory.load(this.at) === ARMED
  }

  /** The receiver has polled all there was, and looks again after this. */
  arm(): void {
    this.memory.store(this.at, ARMED)
  }

  /** The receiver has found more; an interrupt that came meanwhile is one in vain. */
  mask(): void {
    this.memory.exchange(this.at, FIRED)
  }
}
