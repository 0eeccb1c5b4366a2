import type { Address } from '@smpnet/memory'
import type { Waiting } from '@smpnet/park'
import type { Rendezvous } from '@smpnet/sync'
import type { LockEntry } from '@smpnet/sync/kinds'
import type { Countable, Thread } from '@smpnet/scheduler'
import { type Ended, LATER, type ListLock, type ListLockKind, WHOLE } from './list-lock.ts'

/** A lock that readers and writers enter: what a writer takes out nobody sees, and it is reused. */
export class SectionLock implements ListLock {
  readonly #read: Countable
  readonly #write: Countable
  readonly #spares: Address[]

  constructor(write: Countable, read: Countable, spares: Address[]) {
    this.#read = read
    this.#write = write
    this.#spares = spares
  }

  tryRead(td: Thread): boolean {
    return this.#read.tryEnter(td)
  }

  read(td: Thread): Waiting<unknown> {
    return this.#read.enter(td)
  }

  tryEndRead(td: Thread): Ended {
    return this.#read.tryExit(td) ? WHOLE : LATER
  }

  *endRead(td: Thread): Waiting<Ended> {
    yield* this.#read.exit(td)
    return WHOLE
  }

  *write(td: Thread): Waiting {
    if (!this.#write.tryEnter(td)) yield* this.#write.enter(td)
  }

  *endWrite(td: Thread): Waiting {
    if (!this.#write.tryExit(td)) yield* this.#write.exit(td)
  }

  retire(entry: Address): void {
    this.#spares.push(entry)
  }

  *spare(): Waiting<Address> {
    return this.#spares.pop() as Address
  }
}

/**
 * A kind of lock of the table. Where it has no side for readers, those of the list exclude each
 * other as its writers do.
 */
export function sectionKind({ name, summary, hasReadersApart, bytes, over }: LockEntry) {
  const open: ListLockKind['open'] = ({ cpu, at, spares, locks, named }) => {
    const { memory, cpus } = cpu
    const { backoff } = locks
    const rendezvous: Rendezvous = (targets) => cpu.rendezvous(targets)
    const sides = over({ memory, at, cpus, rendezvous, backoff })
    const made = (side: 'read' | 'write', section = sides[side] ?? sides.write) =>
      locks.make(section, { name: named, type: name, place: side })
    return new SectionLock(made('write'), made('read'), spares)
  }
  return { name, summary, hasReadersApart, bytes, open }
}
