import { UnknownCounter } from '../errors.ts'
import type { EventTimer } from './event-timer.ts'

/** The event timers of a machine, best first: et_register and et_find. */
export class EventTimers {
  readonly #timers: EventTimer[] = []

  register(timer: EventTimer): void {
    const after = this.#timers.findIndex(({ quality }) => quality < timer.quality)
    this.#timers.splice(after < 0 ? this.#timers.length : after, 0, timer)
  }

  /** The best that can do it; the sysctl `kern.eventtimer.timer` names one. */
  best(needs: { readonly oneShot?: boolean; readonly periodic?: boolean } = {}): EventTimer {
    const found = this.#timers.find(
      (timer) =>
        timer.quality >= 0 &&
        (needs.oneShot !== true || timer.isOneShot) &&
        (needs.periodic !== true || timer.isPeriodic),
    )
    if (found !== undefined) return found
    throw new UnknownCounter(`event timer: expected one that can, of ${this.choice() || 'none'}`)
  }

  /** Throws UnknownCounter for a name that is not registered. */
  named(name: string): EventTimer {
    const found = this.#timers.find((timer) => timer.name === name)
    if (found !== undefined) return found
    throw new UnknownCounter(`event timer: expected one of ${this.choice()}, came ${name}`)
  }

  /** The sysctl `kern.eventtimer.choice`. */
  choice(): string {
    return this.#timers.map(({ name, quality }) => `${name}(${quality})`).join(' ')
  }
}
