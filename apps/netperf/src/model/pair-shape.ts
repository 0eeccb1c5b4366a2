/** Where a pair is answered: on the CPU that drives it, the next one, or half of all away. */
export const PAIR_PLACES = ['same', 'next', 'far'] as const
export type PairPlace = (typeof PAIR_PLACES)[number]

/** Pairs that send each other messages. */
export interface PairShape {
  /** Bytes of a message. */
  readonly size: number
  readonly pairs: number
  /** The next CPU when absent. */
  readonly place?: PairPlace
  /** Messages that a sender sends before others have a turn; of workloads that have that bound. */
  readonly window?: number
}
