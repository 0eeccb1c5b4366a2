import { type Address, layout, word } from '@smpnet/memory'

/**
 * The words of one CPU by which the others get its attention, on either machine. What a waker
 * touches, to post a waiter or to raise a vector, is on one line; what only the live machine's
 * sleep and a rendezvous need is on another.
 */
export const CPU_BLOCK = layout('cpu block', {
  /** (x) The stack of waiters posted, linked by their `mail`. */
  mail: word('x', 'mail'),
  /** (x) The vectors that were raised and that this CPU has not taken yet, a bit each. */
  pending: word('x', 'mail'),
  /**
   * (x) Written by this CPU: only a waiter whose priority is below this number is worth an
   * interrupt. Read on a simulated machine only, since nothing interrupts a live thread.
   */
  limit: word('x', 'mail'),
  /** (x) `AWAKE`, `ASLEEP` or `RUNG`; this CPU writes the first two, a caller RUNG. Live only. */
  bell: word('x', 'bell'),
  /** (x) Written by this CPU: the number of the last rendezvous that it has taken part in. */
  met: word('x', 'bell'),
  /**
   * (x) Written by this CPU: the burial of a thread outside, by its number, whose wakes it has
   * completed last. Live only.
   */
  heard: word('x', 'bell'),
  /** (x) 0 while this CPU runs; then one of those below, by the thread that started the machine. */
  dead: word('x', 'bell'),
})

/** In a CPU's `dead`: it runs no more; and what it held and had begun is put right, too. */
export const UNBURIED = 1
export const BURIED = 2

/** The blocks of all CPUs of a machine, which follow one another. */
export class CpuBlocks {
  constructor(
    /** Where the block of CPU 0 is. */
    readonly at: Address,
    readonly cpus: number,
  ) {}

  /** Bytes of the blocks of so many CPUs. */
  static bytes(cpus: number): number {
    return cpus * CPU_BLOCK.size
  }

  /** The block of a CPU. */
  of(cpu: number): Address {
    return this.at + cpu * CPU_BLOCK.size
  }
}
