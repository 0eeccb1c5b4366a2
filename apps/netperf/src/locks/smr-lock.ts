import type { Address } from '@smpnet/memory'
import { SETTLE, type Waiting } from '@smpnet/park'
import { Smr } from '@smpnet/sync'
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

interface Retired {
  readonly entry: Address
  /** The sequence that all readers have to have come to before it is used again. */
  readonly goal: number
}

/** Readers in an SMR section; what a writer takes out is tagged, and used again when it may be. */
class SmrLock extends WithWritersMutex implements ListLock {
  readonly #smr: Smr
  /** Oldest first. */
  readonly #retired: Retired[] = []

  constructor(site: ListLockSite) {
    super(site)
    const { cpu, at } = site
    this.#smr = new Smr(cpu.memory, at + WithWritersMutex.bytes, cpu.cpus)
  }

  tryRead(td: Thread): boolean {
    if (!this.memory.settled()) return false
    this.#smr.enter(td)
    return true
  }

  *read(td: Thread): Waiting {
    while (!this.memory.settled()) yield SETTLE
    this.#smr.enter(td)
  }

  tryEndRead(td: Thread): Ended {
    if (!this.memory.settled()) return LATER
    this.#smr.exit(td)
    return WHOLE
  }

  *endRead(td: Thread): Waiting<Ended> {
    while (!this.memory.settled()) yield SETTLE
    return this.tryEndRead(td)
  }

  retire(entry: Address): void {
    this.#retired.push({ entry, goal: this.#smr.advance() })
  }

  *spare(td: Thread): Waiting<Address> {
    const spare = this.spares.pop()
    if (spare !== undefined) return spare
    while (!this.memory.settled()) yield SETTLE
    const oldest = this.#retired.shift() as Retired
    if (!this.#smr.poll(oldest.goal)) yield* this.#smr.wait(td, oldest.goal)
    return oldest.entry
  }
}

export const smrKind: ListLockKind = {
  name: 'smr',
  summary: 'smr(9): readers store a sequence in a line of their CPU, frees are tagged with it',
  hasReadersApart: true,
  bytes: (cpus) => WithWritersMutex.bytes + Smr.bytes(cpus),
  open: (site) => new SmrLock(site),
}
