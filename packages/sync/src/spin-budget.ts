/** Turns of a loop over one atomic load; one takes 1 to 2 ns here. */
const FIRST_TURNS = 4_000
const MOST_TURNS = 20_000
/** Where spinning is useless one still tries now and then, since the load of a machine changes. */
const LEAST_TURNS = 50
const PROBE_EVERY = 32

/**
 * How long to spin before sleeping. Spinning saves the some 5 to 50 µs of a sleep and a wakeup when
 * the other side runs on another core and answers soon; it only steals time when both share a core.
 * So the bound doubles when spinning has paid and halves when it has not, and where it never pays
 * it is tried in earnest one time in `PROBE_EVERY` only.
 */
export class SpinBudget {
  #turns = FIRST_TURNS
  #missed = 0

  /** How many turns to spin this time. */
  turns(): number {
    const probes = this.#turns === LEAST_TURNS && this.#missed % PROBE_EVERY === PROBE_EVERY - 1
    return probes ? FIRST_TURNS : this.#turns
  }

  /** What was waited for came while spinning. */
  hit(): void {
    this.#missed = 0
    this.#turns = Math.min(MOST_TURNS, Math.max(FIRST_TURNS, this.#turns * 2))
  }

  /** It did not, and one had to sleep. */
  miss(): void {
    this.#missed++
    this.#turns = Math.max(LEAST_TURNS, this.#turns >> 1)
  }
}
