/** The chance that a source is given, such as the machine's `SimRandom`: it makes none itself. */
export interface SourceRandom {
  /** A whole number from 0 to 2^32 - 1. */
  next(): number
}
