import type { Persistent } from '../engine/core.ts'
import type { Execution } from '../engine/execution.ts'
import { isDoom } from '../engine/deaths.ts'
import type { SeededRandom } from './random.ts'

/**
 * Which threads die and which waits time out, where not all may, for a strategy that tries
 * everything. What a limit forbids would show in no execution that keeps to it; so it is settled
 * before an execution begins, and each choice is explored by itself.
 */
export class Dooms {
  readonly #dead = new Subsets()
  readonly #timely = new Subsets()

  /** Settles the next execution. */
  settle(execution: Execution): void {
    const { deaths, persistent } = execution
    deaths.doomed = this.#dead.of(deadOf(persistent))
    if (areLimited(persistent)) execution.timely = this.#timely.of(timedOf(persistent))
  }

  /** Goes on to the next choice; false, and back at the first, when there is none. */
  advance(persistent: Persistent): boolean {
    if (this.#dead.advance(deadOf(persistent))) return true
    return areLimited(persistent) && this.#timely.advance(timedOf(persistent))
  }
}

/** Some of these, so many at most. */
interface Choice {
  readonly keys: ReadonlySet<string>
  readonly most: number
}

function deadOf({ mortals, deaths }: Persistent): Choice {
  return { keys: mortals, most: deaths }
}

function timedOf({ timed, timeouts }: Persistent): Choice {
  return { keys: timed, most: timeouts }
}

function areLimited({ timeouts }: Persistent): boolean {
  return timeouts > 0 && timeouts !== Infinity
}

/**
 * Each set of so many keys at most: first each one, then each two, and so on, and at last none, so
 * that a budget which is too small for all is not spent on what is there without any. Keys that are
 * only seen later come later.
 */
class Subsets {
  readonly #done = new Set<string>()
  #current: readonly string[] | undefined

  of(choice: Choice): readonly string[] {
    return (this.#current ??= this.#next(choice) ?? [])
  }

  advance(choice: Choice): boolean {
    this.#done.add(this.of(choice).join())
    this.#current = this.#next(choice)
    if (this.#current !== undefined) return true
    this.#done.clear()
    return false
  }

  #next({ keys, most }: Choice): readonly string[] | undefined {
    for (let size = 1; size <= Math.min(most, keys.size); size++) {
      for (const set of setsOf([...keys], size)) if (!this.#done.has(set.join())) return set
    }
    return this.#done.has('') ? undefined : []
  }
}

function* setsOf(keys: readonly string[], size: number): Generator<readonly string[]> {
  if (size === 0) yield []
  else {
    for (const [i, key] of keys.entries()) {
      for (const rest of setsOf(keys.slice(i + 1), size - 1)) yield [key, ...rest]
    }
  }
}

/** Which threads die and when, for a strategy that samples. */
export class Doom {
  doomed: readonly string[] = []
  /** Before which step of the execution each of them dies, or later. */
  #at: number[] = []

  /** Draws so many threads as may be any number up to the most, and steps up to the longest. */
  draw({ mortals, deaths }: Persistent, longest: number, random: SeededRandom): void {
    const left = [...mortals]
    const count = deaths === 0 ? 0 : random.below(Math.min(deaths, left.length) + 1)
    const doomed = Array.from({ length: count }, () => {
      return left.splice(random.below(left.length), 1)[0]!
    })
    this.set(doomed, longest, random)
  }

  /** The same for threads that are known. */
  set(doomed: readonly string[], longest: number, random: SeededRandom): void {
    this.doomed = doomed
    this.#at = doomed.map(() => random.below(longest + 1))
  }

  /** Takes deaths out of what could be done next, or all but one death that is due. */
  restrict(execution: Execution, enabled: number[]): number[] {
    if (this.doomed.length === 0) return enabled
    const isDeath = (id: number): boolean => isDoom(execution.threads[id]!)
    const isDue = (id: number): boolean => {
      const { key } = execution.threads[id]!
      return this.#at[this.doomed.indexOf(key.slice(0, -1))]! <= execution.length
    }
    const due = enabled.find((id) => isDeath(id) && isDue(id))
    if (due !== undefined) return [due]
    const others = enabled.filter((id) => !isDeath(id))
    return others.length > 0 ? others : enabled
  }
}
