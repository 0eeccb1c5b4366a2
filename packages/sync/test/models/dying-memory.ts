import { LiveMemory } from '@smpnet/memory'

/** What ends a thread of a test, in the place of its worker's termination. */
export class Death extends Error {}

/** A memory whose thread ends after so many changes of it, and touches nothing any more. */
export class DyingMemory extends LiveMemory {
  left = Number.POSITIVE_INFINITY
  isDead = false

  override store(at: number, value: number): void {
    this.#live()
    super.store(at, value)
    this.#changed()
  }

  override write(at: number, value: number): void {
    this.#live()
    super.write(at, value)
    this.#changed()
  }

  override exchange(at: number, value: number): number {
    this.#live()
    const before = super.exchange(at, value)
    this.#changed()
    return before
  }

  override compareExchange(at: number, expected: number, value: number): number {
    this.#live()
    const before = super.compareExchange(at, expected, value)
    if (before === expected) this.#changed()
    return before
  }

  override add(at: number, delta: number): number {
    this.#live()
    const before = super.add(at, delta)
    this.#changed()
    return before
  }

  override or(at: number, bits: number): number {
    this.#live()
    const before = super.or(at, bits)
    this.#changed()
    return before
  }

  override and(at: number, bits: number): number {
    this.#live()
    const before = super.and(at, bits)
    this.#changed()
    return before
  }

  #live(): void {
    if (this.isDead) throw new Death()
  }

  #changed(): void {
    if (--this.left > 0) return
    this.isDead = true
    throw new Death()
  }
}

/** Runs something that ends after `changes` changes; whether it has ended by that. */
export function diesAfter(memory: DyingMemory, changes: number, life: () => void): boolean {
  memory.left = changes
  try {
    life()
  } catch (error) {
    if (!(error instanceof Death)) throw error
  }
  memory.left = Number.POSITIVE_INFINITY
  return memory.isDead
}
