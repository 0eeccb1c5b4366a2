import type { Address, Memory } from '@smpnet/memory'

/**
 * What code that waits may ask of the driver of its generator. `block` and `awaiting` give the
 * waiter theirs when they begin; a waiter without one has a driver that can do neither. Kernel
 * threads ask their scheduler instead.
 */
export interface Driver {
  /**
   * Spins while the word at `at` is `value` and that at `orAt` is `orValue`, as long as that pays
   * and for some part of `withinMs` at most. True when one has changed.
   */
  spinWhile(
    memory: Memory,
    at: Address,
    value: number,
    withinMs: number,
    orAt: Address,
    orValue: number,
  ): boolean

  /** Something was done without a wait: whether other tasks of the event loop come first now. */
  isToYield(): boolean
}
