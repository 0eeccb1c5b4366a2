import { checkHz, UnknownCounter } from '../errors.ts'
import { checkCounter, type Counter, leastHz } from './counter.ts'

/** Given to a counter that wraps faster than the ticks come: no clock can go by it. */
export const INSUFFICIENT_HZ_QUALITY = -2000

/**
 * The counters of a machine and which of them is in use, chosen as FreeBSD's tc_init does: the
 * highest quality wins, the higher frequency among equals, the later one among those; a quality
 * below 0 is never chosen by itself; and once a caller has named one, nothing is chosen any more.
 */
export class Timecounters {
  readonly #counters: Counter[] = []
  #hardware: Counter
  #named = false

  /** `first` is in use until something better is registered: FreeBSD boots with its dummy. */
  constructor(
    first: Counter,
    readonly hz: number,
  ) {
    checkHz(hz)
    this.#hardware = this.#add(first)
  }

  /** Registers a counter and uses it if it is better. Throws BadCounter, as `checkCounter` does. */
  register(counter: Counter): void {
    const added = this.#add(counter)
    if (!this.#named && isBetter(added, this.#hardware)) this.#hardware = added
  }

  /** The counter in use: the sysctl `kern.timecounter.hardware`. */
  hardware(): Counter {
    return this.#hardware
  }

  /** Uses the counter of that name, whatever its quality. Throws UnknownCounter for any other. */
  use(name: string): Counter {
    const found = this.#counters.find((counter) => counter.name === name)
    if (found === undefined) {
      const names = this.#counters.map((counter) => counter.name).join(', ')
      throw new UnknownCounter(`timecounter: expected one of ${names}, came ${name}`)
    }
    this.#named = true
    this.#hardware = found
    return found
  }

  /** All counters in the order of registration; timehands name a counter by its place here. */
  registered(): readonly Counter[] {
    return this.#counters
  }

  /** The sysctl `kern.timecounter.choice`, the last registered first, as FreeBSD lists them. */
  choice(): string {
    const choices = this.#counters.map(({ name, quality }) => `${name}(${quality})`)
    return choices.reverse().join(' ')
  }

  #add(counter: Counter): Counter {
    checkCounter(counter)
    const wraps = counter.quality >= 0 && leastHz(counter) > this.hz
    const added = wraps ? withQuality(counter, INSUFFICIENT_HZ_QUALITY) : counter
    this.#counters.push(added)
    return added
  }
}

/** The line that FreeBSD prints when it finds a counter. */
export function bootLine({ name, frequency, quality }: Counter): string {
  return `Timecounter "${name}" frequency ${frequency} Hz quality ${quality}`
}

/** The same counter with another opinion of it. */
export function withQuality(counter: Counter, quality: number): Counter {
  const { name, mask, frequency } = counter
  return { name, mask, frequency, quality, read: () => counter.read() }
}

function isBetter(counter: Counter, than: Counter): boolean {
  if (counter.quality < 0 || counter.quality < than.quality) return false
  return counter.quality > than.quality || counter.frequency >= than.frequency
}
