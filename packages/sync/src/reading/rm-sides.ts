import { type Address, CACHE_LINE_BYTES, type Memory, WORD_BYTES } from '@smpnet/memory'
import {
  expectWaiter,
  FOREVER,
  type Outcome,
  OWNER_DIED,
  SETTLE,
  type Until,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import { type LockAbandoned, LockMisuse } from '../errors.ts'
import type { Guard } from '../offered/guard.ts'
import { type Home, homeOf } from '../offered/offered.ts'
import { Section } from '../offered/section.ts'
import { SharedSection } from '../offered/shared-section.ts'
import type { RmWords } from './rm-words.ts'

/**
 * A read-mostly lock as its readers enter it, each of which is pinned inside. A reader may enter
 * again, may be preempted, and should not sleep.
 */
export class RmReadSide extends SharedSection {
  readonly #memory: Memory
  readonly #lines: Address
  readonly #tokens: Address

  constructor(
    readonly words: RmWords,
    home: Home | undefined,
  ) {
    super(home)
    this.#memory = words.memory
    this.#lines = words.lineOf(0)
    this.#tokens = words.tokensOf(0)
  }

  /** Where the lock is; witness knows it by that. */
  get at(): Address {
    return this.words.at
  }

  name(): string {
    return this.words.name()
  }

  override holder(): Address {
    return this.words.mutex.owner()
  }

  tryEnter(td: Waiter): boolean {
    const memory = this.#memory
    if (!memory.settled()) return false
    const { cpu } = td.lot
    const line = this.#lines + cpu * CACHE_LINE_BYTES
    const readers = memory.read(line)
    if (readers > 0) {
      memory.write(line, readers + 1)
      td.pins++
      return true
    }
    memory.store(line, 1)
    if ((memory.load(this.#tokens + (cpu >> 5) * WORD_BYTES) >>> (cpu & 31)) & 1) {
      td.pins++
      return true
    }
    memory.write(line, 0)
    return false
  }

  enter(td: Waiter, until: Until = FOREVER): Waiting<Outcome> {
    expectWaiter(td, 'lock.read.enter', 'lockSync, or awaits lock')
    return this.#enter(td, until)
  }

  *#enter(td: Waiter, until: Until): Waiting<Outcome> {
    const { words } = this
    // Only a reader without a token may take the mutex, and not one that has run ahead.
    while (!words.memory.settled()) yield SETTLE
    if (this.tryEnter(td)) return WOKEN
    const outcome = yield* enterMutex(words, td, until)
    if (outcome !== WOKEN && outcome !== OWNER_DIED) return outcome
    while (!words.memory.settled()) yield SETTLE
    td.pin()
    const { cpu } = td
    // With a token others would come in after it and not be told.
    if (outcome === WOKEN) words.giveToken(cpu)
    const line = words.lineOf(cpu)
    words.memory.store(line, words.memory.read(line) + 1)
    if (!words.mutex.tryExit(td)) yield* words.mutex.exit(td)
    return outcome
  }

  tryExit(td: Waiter): boolean {
    const memory = this.#memory
    const line = this.#lines + td.lot.cpu * CACHE_LINE_BYTES
    if (!memory.settled()) return false
    const readers = memory.read(line)
    if (readers === 0 || td.pins === 0) return false
    memory.write(line, readers - 1)
    td.pins--
    return true
  }

  exit(td: Waiter): Waiting {
    expectWaiter(td, 'lock.read.exit', 'unlock')
    return this.#exit(td)
  }

  *#exit(td: Waiter): Waiting {
    while (!this.#memory.settled()) yield SETTLE
    if (this.tryExit(td)) return
    const whose = td.pins === 0 ? 'this thread, which is not pinned, does not' : 'nobody does'
    throw new LockMisuse(
      `${this.name()} is unlocked by a thread that reads: ${whose} on CPU ${td.cpu}`,
    )
  }

  override obituary(): LockAbandoned {
    return obituaryOf(this.words, this.home)
  }
}

/** A read-mostly lock as its writers enter it. */
export class RmWriteSide extends Section {
  constructor(
    readonly words: RmWords,
    home: Home | undefined,
  ) {
    super(home)
  }

  /** Where the lock is; witness knows it by that. */
  get at(): Address {
    return this.words.at
  }

  name(): string {
    return this.words.name()
  }

  override holder(): Address {
    return this.words.mutex.owner()
  }

  /** Kernel code does not get a write at once: it may have to wait for readers. */
  tryEnter(_td: Waiter): boolean {
    return false
  }

  enter(td: Waiter, until: Until = FOREVER): Waiting<Outcome> {
    expectWaiter(td, 'lock.write.enter', 'lockSync, or awaits lock')
    return this.#enter(td, until)
  }

  *#enter(td: Waiter, until: Until): Waiting<Outcome> {
    const { mutex } = this.words
    const entered = yield* enterMutex(this.words, td, until)
    if (entered !== WOKEN && entered !== OWNER_DIED) return entered
    while (!this.words.memory.settled()) yield SETTLE
    const isAbandoned = entered === OWNER_DIED
    const outcome = yield* isAbandoned ? this.words.drain(td, until) : this.words.revoke(td, until)
    if (outcome !== WOKEN) {
      if (!mutex.tryExit(td)) yield* mutex.exit(td)
      return outcome
    }
    this.words.beginWriting(isAbandoned)
    return entered
  }

  /** A plain thread does, if nobody has read since the last write. */
  override tryLock(): Guard | undefined {
    const { here } = homeOf(this)
    if (this.words.hasTokens() || !this.words.mutex.tryEnter(here)) return undefined
    if (!this.words.hasTokens()) {
      this.words.beginWriting(false)
      return this.entered(here)
    }
    this.leave(here)
    return undefined
  }

  tryExit(td: Waiter): boolean {
    const { mutex, memory } = this.words
    if (!memory.settled() || mutex.owner() !== td.at) return false
    this.words.endWriting()
    return mutex.tryExit(td)
  }

  exit(td: Waiter): Waiting {
    expectWaiter(td, 'lock.write.exit', 'unlock')
    return this.#exit(td)
  }

  *#exit(td: Waiter): Waiting {
    const { mutex, memory } = this.words
    while (!memory.settled()) yield SETTLE
    if (mutex.owner() === td.at) this.words.endWriting()
    yield* mutex.exit(td)
  }

  override obituary(): LockAbandoned {
    return obituaryOf(this.words, this.home)
  }
}

/**
 * Enters the mutex of the lock. An owner that ended without writing has left nothing half changed,
 * but may have taken tokens away whose readers are inside. OWNER_DIED when a writer has ended
 * inside: it has taken all of them with it, so that every later caller passes here and is told.
 */
function* enterMutex(words: RmWords, td: Waiter, until: Until): Waiting<Outcome> {
  const { mutex } = words
  const outcome = mutex.tryEnter(td) ? WOKEN : yield* mutex.enter(td, until)
  if (outcome !== OWNER_DIED) return outcome
  while (!words.memory.settled()) yield SETTLE
  if (words.isWritten()) return OWNER_DIED
  words.giveTokens()
  mutex.recover(td)
  return WOKEN
}

function obituaryOf({ mutex }: RmWords, home: Home | undefined): LockAbandoned {
  return mutex.obituary(home?.here.lot.threadOf(mutex.deceased()))
}
