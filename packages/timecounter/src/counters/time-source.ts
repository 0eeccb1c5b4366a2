/**
 * True time, as models of hardware count it. A simulated machine supplies one per CPU; reading it
 * must cost nothing, because the models bill what reading the hardware costs.
 */
export interface TimeSource {
  /** Nanoseconds since the machine started, perhaps with a fraction. They never go back. */
  nowNs(): number
}

/** How many periods of `frequency` Hz `ns` nanoseconds hold: off by one at most, never back. */
export function periodsIn(ns: number, frequency: number): number {
  const seconds = Math.floor(ns / 1e9)
  const rest = ns - seconds * 1e9
  return seconds * frequency + Math.floor((rest * frequency) / 1e9)
}
