import type { Address, Memory } from '@smpnet/memory'
import { expectWaiter, type Outcome, type Until, type Waiter, type Waiting } from '@smpnet/park'
import type { LockHandle } from '../words/lock-kind.ts'
import { expectDomain, handleOf, openLock, placeLock, type Placing } from '../domain/placing.ts'
import type { SyncDomain } from '../domain/sync-domain.ts'
import type { LockAbandoned } from '../errors.ts'
import { Section } from '../offered/section.ts'
import type { Backoff } from '../words/backoff.ts'
import { MUTEX, MUTEX_KIND as KIND, MutexWord } from './mutex-word.ts'

export interface MutexOptions {
  /** Whether its owner may enter it again; it must exit as often. False unless told. */
  readonly recursive?: boolean
  /** How this thread's waiters spin for its owner; without a back-off unless told. */
  readonly backoff?: Backoff
}

/**
 * The sleep mutex: `MutexWord`, offered to kernel threads, plain threads and tasks. It is placed in
 * a domain by one thread and opened by the others by its handle.
 */
export class Mutex extends Section {
  /** Bytes of a mutex in memory, all zero at first. */
  static readonly bytes = MUTEX.size
  readonly word: MutexWord

  /** The mutex whose words are at `at`. Every thread makes an object of its own for it. */
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    options: MutexOptions = {},
    readonly domain?: SyncDomain,
  ) {
    super(domain)
    const { recursive = false, backoff } = options
    this.word = new MutexWord(memory, at, recursive, () => this.name(), backoff)
  }

  /** Places a mutex. Throws OutOfMemory, and BadHandle for an address that cannot be had. */
  static create(domain: SyncDomain, options: MutexOptions & Placing = {}): Mutex {
    expectDomain(domain, KIND, options)
    return new Mutex(domain.memory, placeLock(KIND, domain, Mutex.bytes, options), options, domain)
  }

  /** Opens, in any thread, the mutex that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): Mutex {
    const { domain, at } = openLock(KIND, handle, Mutex.bytes)
    return new Mutex(domain.memory, at, { recursive: handle.shape['recursive'] === 1 }, domain)
  }

  /** Names this mutex for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return handleOf(this, KIND, { recursive: this.word.recursive ? 1 : 0 })
  }

  tryEnter(td: Waiter): boolean {
    return this.word.tryEnter(td)
  }

  tryExit(td: Waiter): boolean {
    return this.word.tryExit(td)
  }

  enter(td: Waiter, until?: Until): Waiting<Outcome> {
    expectWaiter(td, 'mutex.enter', 'lockSync, or awaits lock')
    return this.word.enter(td, until)
  }

  exit(td: Waiter): Waiting {
    expectWaiter(td, 'mutex.exit', 'unlock')
    return this.word.exit(td)
  }

  override holder(): Address {
    return this.word.owner()
  }

  /** The address of the waiter that holds the lock, or NIL. */
  owner(): Address {
    return this.word.owner()
  }

  override isBereft(): boolean {
    return this.word.isBereft(this.home?.here.lot)
  }

  /** Whether a holder has ended inside, and what it left was not mended since. */
  isAbandoned(): boolean {
    return this.word.isAbandoned()
  }

  /** The waiter that ended inside; for the holder of the mutex. */
  deceased(): Address {
    return this.word.deceased()
  }

  /** What the mutex protects is whole again. Throws LockMisuse unless `td` holds it. */
  recover(td: Waiter): void {
    expectWaiter(td, 'mutex.recover', 'it with `guard.td`')
    this.word.recover(td)
  }

  /** Marks a held mutex as slept for; false when it is free. For the holder of its queue. */
  markContested(): boolean {
    return this.word.markContested()
  }

  /** Throws LockMisuse unless `td` holds the mutex, and entered it once. */
  assertHeldOnce(td: Waiter): void {
    expectWaiter(td, 'mutex.assertHeldOnce', 'it with `guard.td`')
    this.word.assertHeldOnce(td)
  }

  name(): string {
    return `the mutex at ${this.at}`
  }

  override obituary(thread = this.home?.here.lot.threadOf(this.deceased())): LockAbandoned {
    return this.word.obituary(thread)
  }
}
