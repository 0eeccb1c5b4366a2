/**
 * Which CPU has the next turn: the smallest (time, CPU) of all, kept as a tournament, a tree in
 * which each node names the winner of the two below it.
 *
 * Each CPU has one time, that of whatever it does next. Two CPUs at the same cycle take turns in
 * the order of their numbers: that order depends on nothing but the program, whereas an order by
 * arrival would depend on how far each had run ahead.
 */
export class TournamentTree {
  /** By CPU: when it acts next, in cycles, or when its turn began; Infinity when it never will. */
  readonly at: Float64Array
  readonly #winner: Int32Array
  readonly #leaves: number

  constructor(cpus: number) {
    let leaves = 1
    while (leaves < cpus) leaves *= 2
    this.#leaves = leaves
    this.at = new Float64Array(leaves).fill(Number.POSITIVE_INFINITY)
    this.#winner = new Int32Array(leaves * 2)
    for (let node = leaves; node < leaves * 2; node++) this.#winner[node] = node - leaves
    for (let node = leaves - 1; node > 0; node--) this.#winner[node] = this.#winner[node * 2]!
  }

  /** The CPU whose turn is next. */
  first(): number {
    return this.#winner[1]!
  }

  set(cpu: number, at: number): void {
    const times = this.at
    const winner = this.#winner
    times[cpu] = at
    for (let node = (this.#leaves + cpu) >> 1; node > 0; node >>= 1) {
      const left = winner[node * 2]!
      const right = winner[node * 2 + 1]!
      winner[node] = times[left]! <= times[right]! ? left : right
    }
  }

  /**
   * The last cycle at which `cpu` acts before all others, whatever the tree says of itself: those
   * that it would meet on its way to the top are the first of all others.
   */
  horizon(cpu: number): number {
    const times = this.at
    const winner = this.#winner
    let other = cpu
    let at = Number.POSITIVE_INFINITY
    for (let node = this.#leaves + cpu; node > 1; node >>= 1) {
      const met = winner[node ^ 1]!
      const its = times[met]!
      if (its > at || (its === at && met > other)) continue
      other = met
      at = its
    }
    return lastCycleBefore(cpu, other, at)
  }
}

/** The last cycle at which `cpu` acts before `other`, which acts at `at`. */
export function lastCycleBefore(cpu: number, other: number, at: number): number {
  return cpu < other ? at : at - 1
}
