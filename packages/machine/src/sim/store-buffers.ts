/**
 * The store buffers of all CPUs: a store to a line of another CPU waits there until the line has
 * come, while its CPU goes on. Stores leave in their order; an atomic operation, and a store that
 * finds the buffer full, wait for those before. A CPU reads what it has stored from its buffer.
 */
export class StoreBuffers {
  /** By CPU: when the last store leaves. */
  readonly drainedAt: Float64Array
  /** By CPU: when each of its last stores leaves, in a ring. */
  readonly #leavesAt: Float64Array
  readonly #index: Int32Array

  constructor(
    cpus: number,
    readonly entries: number,
  ) {
    this.drainedAt = new Float64Array(cpus)
    this.#leavesAt = new Float64Array(cpus * entries)
    this.#index = new Int32Array(cpus)
  }

  /** A store whose line arrives at cycle `at` enters: the cycle at which there is room for it. */
  enter(cpu: number, now: number, at: number): number {
    const index = this.#index[cpu]!
    const slot = cpu * this.entries + index
    const room = Math.max(now, this.#leavesAt[slot]!)
    const leaves = Math.max(at, this.drainedAt[cpu]!)
    this.#leavesAt[slot] = leaves
    this.drainedAt[cpu] = leaves
    this.#index[cpu] = index + 1 === this.entries ? 0 : index + 1
    return room
  }

  clear(): void {
    this.drainedAt.fill(0)
    this.#leavesAt.fill(0)
    this.#index.fill(0)
  }
}
