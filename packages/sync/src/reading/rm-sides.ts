import { type Address, CACHE_LINE_BYTES, type Memory, WORD_BYTES } from '@smpnet/memory'
import { LockMisuse } from '../errors.ts'
import type { Guard } from '../offered/guard.ts'
import type { Mutex } from '../locks/mutex.ts'
import { type Home, homeOf } from '../offered/offered.ts'
import { Section } from '../offered/section.ts'
import { SharedSection } from '../offered/shared-section.ts'
import {
  FOREVER,
  type Outcome,
  OWNER_DIED,
  SETTLE,
  type Until,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'

/** What the two sides of a read-mostly lock share; `RmLock` is it. */
export interface RmCore {
  readonly memory: Memory
  readonly at: Address
  readonly domain?: Home | undefined
  readonly mutex: Mutex
  name(): string
  lineOf(cpu: number): Address
  tokensOf(cpu: number): Address
  hasTokens(): boolean
  isWritten(): boolean
  setWritten(isWritten: boolean): void
  giveTokens(): void
  revoke(td: Waiter, until?: Until): Waiting<Outcome>
}

/** A read-mostly lock as its readers enter it. They may enter again, and must not sleep inside. */
export class RmReadSide extends SharedSection {
  readonly #memory: Memory
  readonly #lines: Address
  readonly #tokens: Address

  constructor(readonly rm: RmCore) {
    super(rm.domain)
    this.#memory = rm.memory
    this.#lines = rm.lineOf(0)
    this.#tokens = rm.tokensOf(0)
  }

  /** Where the lock is; witness knows it by that. */
  get at(): Address {
    return this.rm.at
  }

  name(): string {
    return this.rm.name()
  }

  tryEnter(td: Waiter): boolean {
    const memory = this.#memory
    if (!memory.settled()) return false
    const { cpu } = td.lot
    const line = this.#lines + cpu * CACHE_LINE_BYTES
    const readers = memory.read(line)
    if (readers > 0) {
      memory.write(line, readers + 1)
      return true
    }
    memory.store(line, 1)
    if ((memory.load(this.#tokens + (cpu >> 5) * WORD_BYTES) >>> (cpu & 31)) & 1) return true
    memory.write(line, 0)
    return false
  }

  *enter(td: Waiter, until: Until = FOREVER): Waiting<Outcome> {
    if (this.tryEnter(td)) return WOKEN
    const { mutex } = this.rm
    const memory = this.#memory
    const { cpu } = td.lot
    const outcome = yield* enterMutex(this.rm, td, until)
    if (outcome !== WOKEN) return outcome
    while (!memory.settled()) yield SETTLE
    memory.or(this.rm.tokensOf(cpu), 1 << (cpu & 31))
    const line = this.rm.lineOf(cpu)
    memory.store(line, memory.read(line) + 1)
    if (!mutex.tryExit(td)) yield* mutex.exit(td)
    return WOKEN
  }

  tryExit(td: Waiter): boolean {
    const memory = this.#memory
    const line = this.#lines + td.lot.cpu * CACHE_LINE_BYTES
    if (!memory.settled()) return false
    const readers = memory.read(line)
    if (readers === 0) return false
    memory.write(line, readers - 1)
    return true
  }

  *exit(td: Waiter): Waiting {
    while (!this.#memory.settled()) yield SETTLE
    if (this.tryExit(td)) return
    throw new LockMisuse(
      `${this.name()} is unlocked by who reads: nobody does on CPU ${td.lot.cpu}`,
    )
  }
}

/** A read-mostly lock as its writers enter it. */
export class RmWriteSide extends Section {
  constructor(readonly rm: RmCore) {
    super(rm.domain)
  }

  /** Where the lock is; witness knows it by that. */
  get at(): Address {
    return this.rm.at
  }

  name(): string {
    return this.rm.name()
  }

  /** Kernel code does not get a write at once: it may have to wait for readers. */
  tryEnter(_td: Waiter): boolean {
    return false
  }

  *enter(td: Waiter, until: Until = FOREVER): Waiting<Outcome> {
    const { mutex } = this.rm
    const entered = yield* enterMutex(this.rm, td, until)
    if (entered !== WOKEN) return entered
    while (!this.rm.memory.settled()) yield SETTLE
    const outcome = yield* this.rm.revoke(td, until)
    if (outcome === WOKEN) this.rm.setWritten(true)
    else if (!mutex.tryExit(td)) yield* mutex.exit(td)
    return outcome
  }

  /** A plain thread does, if nobody has read since the last write. */
  override tryLock(): Guard | undefined {
    const { here } = homeOf(this)
    if (this.rm.hasTokens() || !this.rm.mutex.tryEnter(here)) return undefined
    if (!this.rm.hasTokens()) {
      this.rm.setWritten(true)
      return this.entered(here)
    }
    this.leave(here)
    return undefined
  }

  tryExit(td: Waiter): boolean {
    const { mutex, memory } = this.rm
    if (!memory.settled() || mutex.owner() !== td.at) return false
    this.rm.setWritten(false)
    return mutex.tryExit(td)
  }

  *exit(td: Waiter): Waiting {
    const { mutex, memory } = this.rm
    while (!memory.settled()) yield SETTLE
    if (mutex.owner() === td.at) this.rm.setWritten(false)
    yield* mutex.exit(td)
  }
}

/**
 * Enters the mutex of the lock. One that ended with it without writing has left nothing half
 * changed, but may have taken tokens away whose readers are inside. A writer that has ended inside
 * has taken all of them with it, so that everybody who comes passes here and is refused: throws
 * LockAbandoned.
 */
function* enterMutex(rm: RmCore, td: Waiter, until: Until): Waiting<Outcome> {
  const { mutex } = rm
  const outcome = mutex.tryEnter(td) ? WOKEN : yield* mutex.enter(td, until)
  if (outcome !== OWNER_DIED) return outcome
  while (!rm.memory.settled()) yield SETTLE
  if (!rm.isWritten()) {
    rm.giveTokens()
    mutex.recover(td)
    return WOKEN
  }
  const error = mutex.obituary(td.lot.threadOf(mutex.deceased()))
  if (!mutex.tryExit(td)) yield* mutex.exit(td)
  throw error
}
