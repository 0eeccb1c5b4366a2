/** Pairs that send each other messages. */
export interface PairShape {
  /** Bytes of a message. */
  readonly size: number
  readonly pairs: number
  /** Messages that a sender sends before others have a turn; of workloads that have that bound. */
  readonly window?: number
}
