import type { HandoffLock } from '@smpnet/ifqueue/interface'
import type { Outcome, Waiter, Waiting } from '@smpnet/park'

/** What a CPU's threads have done with the locks of an interface. */
export interface LockTimes {
  pairs: number
  waitNs: number
}

/** A lock that counts how often it is entered, and how long that takes when it is not at once. */
export class TimedLock implements HandoffLock {
  constructor(
    readonly lock: HandoffLock,
    readonly times: LockTimes,
    readonly nowNs: () => number,
  ) {}

  tryEnter(td: Waiter): boolean {
    if (!this.lock.tryEnter(td)) return false
    this.times.pairs++
    return true
  }

  *enter(td: Waiter): Waiting<Outcome> {
    const { times, nowNs } = this
    const beganNs = nowNs()
    const outcome = yield* this.lock.enter(td)
    times.pairs++
    times.waitNs += nowNs() - beganNs
    return outcome
  }

  tryExit(td: Waiter): boolean {
    return this.lock.tryExit(td)
  }

  exit(td: Waiter): Waiting<unknown> {
    return this.lock.exit(td)
  }

  recover(td: Waiter): void {
    this.lock.recover?.(td)
  }
}
