import type { Event } from '../../src/engine/event.ts'
import type { Execution } from '../../src/engine/execution.ts'
import { HappensBefore } from '../../src/strategies/happens-before.ts'
import { enabledThreads, type Strategy } from '../../src/strategies/strategy.ts'

/**
 * Counts executions that differ in more than the order of independent steps without looking for
 * races: it tries every thread in every state, and turns back where the steps so far are, but for
 * the order of independent ones, steps that it has made before. It shares with the strategies only
 * what it means for two steps to depend on each other.
 */
export class Distinct implements Strategy {
  readonly name = 'distinct'
  readonly resumesIdleLoops = false
  readonly isExhaustive = true
  readonly claim = 'every execution, up to the order of independent steps'
  readonly #path: number[][] = []
  readonly #enabled: number[] = []
  readonly #order = new HappensBefore()
  /** Beginnings of executions, by the sum of the hashes of their steps with what precedes each. */
  readonly #seen = new Set<string>()
  #low = 0
  #high = 0
  #isKnown = false

  begin(): void {
    this.#low = 0
    this.#high = 0
    this.#isKnown = false
  }

  choose(execution: Execution): number {
    if (this.#isKnown) return -1
    const known = this.#path[execution.length]
    if (known !== undefined) return known[0]!
    const enabled = enabledThreads(execution, false, this.#enabled)
    if (enabled.length === 0) return -1
    this.#path.push([...enabled])
    return enabled[0]!
  }

  observe(execution: Execution, { thread, sequence }: Event): void {
    const index = execution.length - 1
    this.#order.add(execution, index, false)
    let low = 17 + thread
    let high = 31 + sequence
    for (const [other, steps] of this.#order.clocks[index]!.entries()) {
      if (!steps) continue
      low = mix(low, other * 4096 + steps)
      high = mix(high ^ low, steps * 64 + other)
    }
    this.#low = (this.#low + low) | 0
    this.#high = (this.#high + high) | 0
    if (index < this.#path.length - 1) return
    const key = `${this.#low}:${this.#high}:${index}`
    if (this.#seen.has(key)) this.#isKnown = true
    else this.#seen.add(key)
  }

  finish(execution: Execution): boolean {
    this.#order.cut(execution, 0)
    for (let choices = this.#path.at(-1); choices !== undefined; choices = this.#path.at(-1)) {
      choices.shift()
      if (choices.length > 0) return true
      this.#path.pop()
    }
    return false
  }
}

/** One round of MurmurHash3's mixing. */
function mix(hash: number, value: number): number {
  let x = Math.imul(value, 0xcc9e2d51)
  x = (x << 15) | (x >>> 17)
  x = hash ^ Math.imul(x, 0x1b873593)
  x = (x << 13) | (x >>> 19)
  x = (Math.imul(x, 5) + 0xe6546b64) | 0
  return x ^ (x >>> 16)
}
