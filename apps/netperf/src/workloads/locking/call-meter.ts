import { type Memory, PricedMemory, type Pricer } from '@smpnet/memory'
import type { Waiter, Waiting } from '@smpnet/park'
import type { SocketLock } from '@smpnet/socket/locked'

/** What one call has done: locks, and on a simulated machine what that has counted. */
export interface CallCounts {
  pairs: number
  /** Locks that the call entered again after it had let them go. */
  relocks: number
  atomics: number
  lines: number
}

/** What bills for a simulated machine, and counts as it does. */
interface CountingPricer extends Pricer {
  readonly atomics: number
  readonly directory: { readonly transfers: Float64Array }
}

interface Call {
  readonly counts: CallCounts
  readonly entered: Set<SocketLock>
}

/**
 * Counts what single calls do while nobody else runs: the locks that their thread enters, and what
 * the simulated machine counts from their beginning to their end.
 */
export class CallMeter {
  readonly #calls = new Map<Waiter, Call>()

  constructor(readonly memory: Memory) {}

  begin(td: Waiter): void {
    const { atomics, lines } = this.#machine()
    const counts = { pairs: 0, relocks: 0, atomics: -atomics, lines: -lines }
    this.#calls.set(td, { counts, entered: new Set() })
  }

  end(td: Waiter): CallCounts {
    const { counts } = this.#calls.get(td)!
    this.#calls.delete(td)
    const { atomics, lines } = this.#machine()
    return { ...counts, atomics: counts.atomics + atomics, lines: counts.lines + lines }
  }

  /** The same lock, whose entries are counted for the thread that is being measured. */
  counted(lock: SocketLock): SocketLock {
    return new MeteredLock(lock, this)
  }

  entered(td: Waiter, lock: SocketLock): void {
    const call = this.#calls.get(td)
    if (call === undefined) return
    call.counts.pairs++
    if (call.entered.has(lock)) call.counts.relocks++
    call.entered.add(lock)
  }

  #machine(): { atomics: number; lines: number } {
    const { memory } = this
    if (!(memory instanceof PricedMemory)) return { atomics: 0, lines: 0 }
    const { atomics, directory } = memory.pricer as CountingPricer
    return { atomics, lines: directory.transfers.reduce((sum, count) => sum + count, 0) }
  }
}

class MeteredLock implements SocketLock {
  constructor(
    readonly lock: SocketLock,
    readonly meter: CallMeter,
  ) {}

  tryEnter(td: Waiter): boolean {
    if (!this.lock.tryEnter(td)) return false
    this.meter.entered(td, this)
    return true
  }

  *enter(td: Waiter): Waiting<unknown> {
    const outcome = yield* this.lock.enter(td)
    this.meter.entered(td, this)
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
