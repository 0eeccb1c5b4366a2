import { type Address, CACHE_LINE_BYTES } from '@smpnet/memory'
import { SETTLE, type Waiting } from '@smpnet/park'
import { Seqc, WRITING } from '@smpnet/sync'
import type { Thread } from '@smpnet/scheduler'
import {
  type Ended,
  LATER,
  type ListLock,
  type ListLockKind,
  type ListLockSite,
  TORN,
  WHOLE,
} from './list-lock.ts'
import { WithWritersMutex } from './with-writers-mutex.ts'

/** Readers write nothing and look whether a writer came between; entries are reused at once. */
class SeqcLock extends WithWritersMutex implements ListLock {
  readonly #seqc: Seqc
  #sequence = 0

  constructor(site: ListLockSite) {
    super(site)
    const { cpu, at } = site
    this.#seqc = new Seqc(cpu.memory, at + WithWritersMutex.bytes)
  }

  tryRead(): boolean {
    this.#sequence = this.#seqc.tryRead()
    return this.#sequence !== WRITING
  }

  *read(td: Thread): Waiting {
    this.#sequence = yield* this.#seqc.read(td)
  }

  tryEndRead(): Ended {
    if (!this.memory.settled()) return LATER
    return this.#seqc.isSame(this.#sequence) ? WHOLE : TORN
  }

  *endRead(): Waiting<Ended> {
    while (!this.memory.settled()) yield SETTLE
    return this.tryEndRead()
  }

  override *write(td: Thread): Waiting {
    yield* super.write(td)
    this.#seqc.beginWrite()
  }

  override *endWrite(td: Thread): Waiting {
    while (!this.memory.settled()) yield SETTLE
    this.#seqc.endWrite()
    yield* super.endWrite(td)
  }

  retire(entry: Address): void {
    this.spares.push(entry)
  }

  *spare(): Waiting<Address> {
    return this.spares.pop() as Address
  }
}

export const seqcKind: ListLockKind = {
  name: 'seqc',
  summary: 'seqc(9): readers write nothing, and read again when a writer came between',
  hasReadersApart: true,
  bytes: () => WithWritersMutex.bytes + CACHE_LINE_BYTES,
  open: (site) => new SeqcLock(site),
}
