/** Turns of a loop over one atomic load; one takes 2 to 5 ns here. */
const FIRST_TURNS = 4_000
const MOST_TURNS = 10_000
/** Always: an answer that is already on its way, from a side that spins, comes within these. */
const LEAST_TURNS = 50
/** Sleeps between two such tries: the fewest, and the most once they have failed often. */
const OFTEN = 32
const SELDOM = 1_024

/**
 * How long to spin before sleeping. Spinning saves the some 5 to 50 µs of a sleep and a wakeup when
 * the other side runs on another core and answers soon; it only steals time when both share a core.
 * So the bound doubles when spinning has paid and halves when it has not. Where it never pays, it
 * is tried in earnest now and then, ever more seldom as that fails too: for long enough that the
 * other side, which may have to be woken for its answer, can give it.
 */
export class SpinBudget {
  #turns = FIRST_TURNS
  #sleeps = 0
  #sleepsPerTry = OFTEN

  /** How many turns to spin this time. */
  turns(): number {
    return this.#tries() ? MOST_TURNS : this.#turns
  }

  /** What was waited for came while spinning. */
  hit(): void {
    if (this.#tries()) {
      this.#sleepsPerTry = Math.max(OFTEN, this.#sleepsPerTry >> 1)
      this.#turns = MOST_TURNS
    } else this.#turns = Math.min(MOST_TURNS, Math.max(FIRST_TURNS, this.#turns * 2))
    this.#sleeps = 0
  }

  /** It did not, and one had to sleep. */
  miss(): void {
    if (this.#tries()) {
      this.#sleepsPerTry = Math.min(SELDOM, this.#sleepsPerTry * 2)
      this.#sleeps = 0
    }
    this.#sleeps++
    this.#turns = Math.max(LEAST_TURNS, this.#turns >> 1)
  }

  #tries(): boolean {
    return this.#turns === LEAST_TURNS && this.#sleeps >= this.#sleepsPerTry
  }
}
