import type { Address } from '@smpnet/memory'
import type { Waiter, Waiting } from '@smpnet/park'
import type { Section } from '@smpnet/sync'
import type { LockEntry, Sides } from '@smpnet/sync/kinds'
import { type Ended, LATER, type ListLock, type ListLockKind, WHOLE } from './list-lock.ts'
import { rendezvousOf } from './rendezvous-of.ts'

/** A lock that readers and writers enter: what a writer takes out nobody sees, and it is reused. */
export class SectionLock implements ListLock {
  readonly #read: Section
  readonly #write: Section
  readonly #spares: Address[]

  /** Where a lock has no readers, those of the list exclude each other as its writers do. */
  constructor({ write, read = write }: Sides, spares: Address[]) {
    this.#read = read
    this.#write = write
    this.#spares = spares
  }

  tryRead(td: Waiter): boolean {
    return this.#read.tryEnter(td)
  }

  read(td: Waiter): Waiting<unknown> {
    return this.#read.enter(td)
  }

  tryEndRead(td: Waiter): Ended {
    return this.#read.tryExit(td) ? WHOLE : LATER
  }

  *endRead(td: Waiter): Waiting<Ended> {
    yield* this.#read.exit(td)
    return WHOLE
  }

  *write(td: Waiter): Waiting {
    if (!this.#write.tryEnter(td)) yield* this.#write.enter(td)
  }

  *endWrite(td: Waiter): Waiting {
    if (!this.#write.tryExit(td)) yield* this.#write.exit(td)
  }

  retire(entry: Address): void {
    this.#spares.push(entry)
  }

  *spare(): Waiting<Address> {
    return this.#spares.pop() as Address
  }
}

/** A kind of lock of the table. */
export function sectionKind({ name, summary, hasReadersApart, bytes, over }: LockEntry) {
  const open: ListLockKind['open'] = (cpu, at, spares) => {
    const { memory, cpus } = cpu
    return new SectionLock(over({ memory, at, cpus, rendezvous: rendezvousOf(cpu) }), spares)
  }
  return { name, summary, hasReadersApart, bytes, open }
}
