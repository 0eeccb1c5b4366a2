import type { Address } from '@smpnet/memory'
import type { Cpu } from '@smpnet/machine'
import type { Section, Waiter, Waiting } from '@smpnet/sync'
import { type Ended, LATER, type ListLock, type ListLockKind, WHOLE } from './list-lock.ts'

/** The two sides of a lock; the same one twice for a lock that has one. */
export interface Sides {
  readonly read: Section
  readonly write: Section
}

/** A lock that readers and writers enter: what a writer takes out nobody sees, and it is reused. */
export class SectionLock implements ListLock {
  readonly #read: Section
  readonly #write: Section
  readonly #spares: Address[]

  constructor({ read, write }: Sides, spares: Address[]) {
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

/** A kind of lock with sides, from what makes one. */
export function sectionKind(
  name: string,
  summary: string,
  bytes: (cpus: number) => number,
  make: (cpu: Cpu, at: Address) => Sides,
): ListLockKind {
  return {
    name,
    summary,
    bytes,
    open: (cpu, at, spares) => new SectionLock(make(cpu, at), spares),
  }
}
