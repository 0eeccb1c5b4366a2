/** A source of chance, which comes from the outside: a simulated run's gives the same ports. */
export interface Random {
  /** A whole number from 0 to `end` - 1. */
  below(end: number): number
}

/** From which ports one is chosen, both ends among them. */
export interface PortRange {
  readonly first: number
  readonly last: number
}

/** Ports that none has been assigned to (RFC 6335 section 6): 49152 to 65535. */
export const DYNAMIC_PORTS: PortRange = { first: 49152, last: 65535 }

/** What a choice ends with when no port is free: a number that no port is. */
export const NO_PORT = 0

/**
 * Chooses a port that an attacker cannot guess, by Algorithm 1 of RFC 6056 (section 3.3.1): begins
 * anywhere in the range, and takes the first port from there on that is free. Asks about each port
 * once at most. Throws a RangeError for a range that is none.
 */
export function chooseEphemeralPort(
  random: Random,
  isFree: (port: number) => boolean,
  range: PortRange = DYNAMIC_PORTS,
): number {
  const { first, last } = range
  if (!(Number.isInteger(first) && first >= 1 && first <= last && last <= 65535)) {
    throw new RangeError(`a range of ports is from 1 to 65535: ${first} to ${last} came`)
  }
  const count = last - first + 1
  const start = random.below(count)
  for (let i = 0; i < count; i++) {
    const port = first + ((start + i) % count)
    if (isFree(port)) return port
  }
  return NO_PORT
}
