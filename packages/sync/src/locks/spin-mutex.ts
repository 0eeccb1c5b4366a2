import { type Address, came, layout, type Memory, word } from '@smpnet/memory'
import { LockMisuse } from '../errors.ts'
import type { Backoff } from '../words/backoff.ts'
import type { LockHandle, LockKind } from '../words/lock-kind.ts'
import { inWords } from '../words/names.ts'
import {
  expectWaiter,
  FOREVER,
  looksOf,
  nap,
  type Outcome,
  SETTLE,
  SPIN,
  type Until,
  type Waiter,
  type Waiting,
  WOKEN,
} from '@smpnet/park'
import { Section } from '../offered/section.ts'
import { expectDomain, handleOf, openLock, placeLock, type Placing } from '../domain/placing.ts'
import type { SyncDomain } from '../domain/sync-domain.ts'

/**
 * The spin mutex: for sections of a few instructions whose holder never waits. No waiter sleeps in
 * its queue, so that an exit is one swap and wakes none.
 *
 * | word    | means | enter        | exit           |
 * |---------|-------|--------------|----------------|
 * | UNOWNED | free  | CAS to owner | is a mistake   |
 * | owner   | held  | spins        | stores UNOWNED |
 *
 * A waiter looks before it tries, so that all that spin share the line until it changes. If its
 * wait may be given up, it naps after some looks for a millisecond at a time, as its driver can
 * only end a sleep.
 */
export const SPIN_MUTEX = layout('spin mutex', {
  /** (x) As above. */
  word: word('x'),
})

const KIND: LockKind = {
  name: 'spin mutex',
  code: 9,
  version: 1,
  names: inWords(SPIN_MUTEX.offset.word),
}

const UNOWNED = 0
const NAP_MS = 1

export class SpinMutex extends Section {
  /** Bytes of a spin mutex in memory, all zero at first. */
  static readonly bytes = SPIN_MUTEX.size

  /** The mutex whose word is at `at`. Every thread makes an object of its own for it. */
  constructor(
    readonly memory: Memory,
    readonly at: Address,
    readonly domain?: SyncDomain,
    /** How those that spin for it wait between two looks; they look at once without. */
    readonly backoff?: Backoff,
  ) {
    super(domain)
  }

  /** Places a spin mutex. Throws OutOfMemory, and BadHandle for an address that is not free. */
  static create(domain: SyncDomain, options: Placing = {}): SpinMutex {
    expectDomain(domain, KIND, options)
    return new SpinMutex(domain.memory, placeLock(KIND, domain, SpinMutex.bytes, options), domain)
  }

  /** Opens, in any thread, the spin mutex that a handle names. Throws BadHandle when it is none. */
  static open(handle: LockHandle): SpinMutex {
    const { domain, at } = openLock(KIND, handle, SpinMutex.bytes)
    return new SpinMutex(domain.memory, at, domain)
  }

  /** Names this mutex for other threads; it can be cloned and posted. */
  get handle(): LockHandle {
    return handleOf(this, KIND)
  }

  tryEnter(td: Waiter): boolean {
    const { memory, at } = this
    return memory.owned(at) && memory.compareExchange(at, UNOWNED, td.at) === UNOWNED
  }

  enter(td: Waiter, until: Until = FOREVER): Waiting<Outcome> {
    expectWaiter(td, 'spinMutex.enter', 'lockSync, or awaits lock')
    return this.#enter(td, until)
  }

  *#enter(td: Waiter, until: Until): Waiting<Outcome> {
    const { memory, at } = this
    for (let looks = looksOf(td, until), spins = 0; ; looks--) {
      while (!memory.settled()) yield SETTLE
      const seen = memory.load(at)
      if (seen === td.at) throw new LockMisuse(`${this.name()} is held by this waiter already`)
      if (seen === UNOWNED) {
        // Looking takes time, and another may come before the line is this CPU's to change.
        while (!memory.claimed(at)) yield SETTLE
        if (memory.compareExchange(at, UNOWNED, td.at) === UNOWNED) return WOKEN
      }
      if (looks > 0) {
        this.#backsOff(spins++)
        if (looks === Number.POSITIVE_INFINITY) memory.spinsFor(at)
        yield SPIN
        continue
      }
      const outcome = yield* nap(td, NAP_MS, until)
      if (outcome !== WOKEN) return outcome
    }
  }

  tryExit(td: Waiter): boolean {
    const { memory, at } = this
    return memory.owned(at) && memory.compareExchange(at, td.at, UNOWNED) === td.at
  }

  exit(td: Waiter): Waiting {
    expectWaiter(td, 'spinMutex.exit', 'unlock')
    return this.#exit(td)
  }

  *#exit(td: Waiter): Waiting {
    const { memory, at } = this
    while (!memory.claimed(at)) yield SETTLE
    const owner = memory.compareExchange(at, td.at, UNOWNED)
    if (owner === td.at) return
    const holder = owner === UNOWNED ? 'nobody holds it' : `waiter ${owner} holds it`
    throw new LockMisuse(
      `${this.name()} is unlocked by its holder: ${holder}, ${came(td.at)} came`,
    )
  }

  /** `td` has it in the place of a holder that is dead, if one was. */
  inherit(td: Waiter): boolean {
    const owner = this.owner()
    if (owner === UNOWNED || !td.lot.isDead(owner)) return false
    return this.memory.compareExchange(this.at, owner, td.at) === owner
  }

  #backsOff(spins: number): void {
    this.backoff?.wait(this.memory, spins)
  }

  override holder(): Address {
    return this.owner()
  }

  /** The address of the waiter that holds the lock, or NIL. */
  owner(): Address {
    return this.memory.load(this.at)
  }

  name(): string {
    return `the spin mutex at ${this.at}`
  }
}
