/** What the meter and its workers share: two words, and a word and a time for each worker. */
export const TURN = 0
export const DONE = 1
/** The first of the words for what the arithmetic came to, one for each worker. */
export const SUM = 2
/** The first of the times, in units of eight bytes. */
export const NS = 8

/** What a worker of the meter is given. */
export interface MeterData {
  readonly shared: SharedArrayBuffer
  readonly index: number
  /** The core that it measures; undefined where threads cannot be bound. */
  readonly core: number | undefined
}

export function meterBytes(workers: number): number {
  return (NS + workers) * 8
}
