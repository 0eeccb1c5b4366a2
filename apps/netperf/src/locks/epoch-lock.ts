import type { Address } from '@smpnet/memory'
import { SETTLE, type Waiting } from '@smpnet/park'
import { Epoch } from '@smpnet/sync'
import type { Thread } from '@smpnet/scheduler'
import {
  type Ended,
  LATER,
  type ListLock,
  type ListLockKind,
  type ListLockSite,
  WHOLE,
} from './list-lock.ts'
import { WithWritersMutex } from './with-writers-mutex.ts'

/**
 * Readers in an epoch; what a writer takes out is given to `epoch_call`. A writer waits for a grace
 * period only when it has no spare entry left, and then for all that it has retired at once.
 */
class EpochLock extends WithWritersMutex implements ListLock {
  readonly #epoch: Epoch

  constructor(site: ListLockSite) {
    super(site)
    const { cpu, at } = site
    this.#epoch = new Epoch(cpu.memory, at + WithWritersMutex.bytes, cpu.cpus)
  }

  tryRead(td: Thread): boolean {
    if (!this.memory.settled()) return false
    this.#epoch.enter(td)
    return true
  }

  *read(td: Thread): Waiting {
    while (!this.memory.settled()) yield SETTLE
    this.#epoch.enter(td)
  }

  tryEndRead(td: Thread): Ended {
    if (!this.memory.settled()) return LATER
    this.#epoch.exit(td)
    return WHOLE
  }

  *endRead(td: Thread): Waiting<Ended> {
    while (!this.memory.settled()) yield SETTLE
    return this.tryEndRead(td)
  }

  retire(entry: Address): void {
    this.#epoch.call(() => this.spares.push(entry))
  }

  *spare(td: Thread): Waiting<Address> {
    while (this.spares.length === 0) {
      while (!this.memory.settled()) yield SETTLE
      if (this.#epoch.poll() > 0 && this.spares.length === 0) yield* this.#epoch.wait(td)
    }
    return this.spares.pop() as Address
  }
}

export const epochKind: ListLockKind = {
  name: 'epoch',
  summary: 'epoch(9): readers store in a line of their CPU, frees wait for a grace period',
  hasReadersApart: true,
  bytes: (cpus) => WithWritersMutex.bytes + Epoch.bytes(cpus),
  open: (site) => new EpochLock(site),
}
