import { type Address, type Memory, NIL, spinNow, unspin } from '@smpnet/memory'
import { DEAD, LENDING, type Lot, NO_CPU, WAITER } from '@smpnet/park'
import { MAX_PRIORITY } from '../priority.ts'

/** Marks the end of a list of notices, since 0 is what says that a thread is in none. */
const END = 1

/** What the scheduler of a CPU does for lending. */
export interface Lender {
  /** Whether the thread at `entry` is one whose object this CPU has. */
  knows(entry: Address): boolean
  /** Gives such a thread the priority that it is lent now. */
  settle(entry: Address, lent: number): void
  /** Interrupts another CPU, whose scheduler is then to `hear`. */
  tell(cpu: number): void
}

/**
 * Priority lending through the owners of locks, across CPUs: the turnstiles of FreeBSD
 * (subr_turnstile.c) in shared memory.
 *
 *     waiter ──lends to──> owner ──waits for another lock, lends to──> its owner ──> …
 *
 * Whoever sleeps for a lock lends its priority to the owner, and if that sleeps for another lock,
 * on to that one's owner: a thread that holds what an urgent one needs is as urgent. What was lent
 * for a lock ends when the lock is let go; who gets it next is lent to by those who still sleep.
 *
 * Each owner has a list of those who lend to it, through their entries; those whose lock nobody
 * holds just now, or a plain thread, are orphans. Whoever changes a list works out what the owner
 * is lent, and goes on along the chain as long as that changes anything. An owner of this CPU is
 * told at once; one of another CPU is put on that CPU's list of notices, and the CPU is interrupted
 * by `VECTOR.turnstile`.
 *
 * That a loan names who holds the lock is due to the locks: to sleep for one and to let one go that
 * is slept for happen under its queue. See `lending.model.ts`.
 */
export class Lending {
  readonly #memory: Memory
  readonly #at: Address
  /** Told when the lock has been released: entries with what they are lent, and other CPUs. */
  #changed: number[] = []
  #cpus: number[] = []

  constructor(
    readonly lot: Pick<Lot, 'memory' | 'lending' | 'noticesOf'>,
    readonly lender: Lender,
  ) {
    this.#memory = lot.memory
    this.#at = lot.lending
  }

  /** Thread `td`, whose own priority is `own`, sleeps for a lock that `owner` holds. */
  block(td: Address, own: number, lock: Address, owner: Address): void {
    this.#take()
    this.#set(td, 'own', own)
    this.#set(td, 'lock', lock)
    this.#link(td, this.#borrows(owner) ? owner : NIL)
    this.#reckon(owner)
    this.#release()
  }

  /** It sleeps for it no longer, for whatever reason. */
  unblock(td: Address): void {
    this.#take()
    if (this.#get(td, 'lock') !== NIL) {
      const owner = this.#get(td, 'debtor')
      this.#forget(td)
      this.#reckon(owner)
    }
    this.#release()
  }

  /** A lock goes from `from` to `heir`; NIL for nobody. */
  pass(lock: Address, from: Address, heir: Address): void {
    this.#take()
    if (heir !== NIL && this.#get(heir, 'lock') === lock) this.#forget(heir)
    const to = this.#borrows(heir) ? heir : NIL
    this.#move(lock, NIL, to)
    if (from !== NIL && from !== to) this.#move(lock, from, to)
    this.#reckon(from)
    this.#reckon(heir)
    this.#release()
  }

  /** The entry is to be, or was, a thread's: it owes nothing, and its lenders have lost it. */
  reset(td: Address): void {
    this.#take()
    if (this.#get(td, 'lock') !== NIL) this.#forget(td)
    for (let lender = this.#get(td, 'lenders'); lender !== NIL; ) {
      const next = this.#get(lender, 'lender')
      this.#unlink(lender)
      this.#link(lender, NIL)
      lender = next
    }
    this.#withdraw(td)
    this.#set(td, 'lent', MAX_PRIORITY)
    this.#release()
  }

  /** Tells the threads of CPU `cpu`, which is this one, what others have changed. */
  hear(cpu: number): void {
    const notices = this.lot.noticesOf(cpu)
    this.#take()
    for (let td = this.#memory.read(notices); td > END; ) {
      const next = this.#get(td, 'notice')
      this.#set(td, 'notice', 0)
      this.#changed.push(td, this.#get(td, 'lent'))
      td = next
    }
    this.#memory.write(notices, 0)
    this.#release()
  }

  /** Whether anybody lends anything, or is to be told: for tests, when nothing moves. */
  isAtRest(entries: readonly Address[]): boolean {
    const fields = ['lock', 'debtor', 'lenders', 'notice'] as const
    const owed = entries.some((td) => fields.some((field) => this.#get(td, field) !== 0))
    return !owed && this.#memory.read(this.#at + LENDING.offset.orphans) === NIL
  }

  /** Works out what a thread is lent, then whom it lends to, until that changes nothing. */
  #reckon(first: Address): void {
    for (let td = first; td !== NIL && this.#borrows(td); td = this.#get(td, 'debtor')) {
      const lent = this.#mostUrgent(td)
      if (lent === this.#get(td, 'lent')) return
      this.#set(td, 'lent', lent)
      this.#tell(td, lent)
    }
  }

  /** The priority of the most urgent who lends to `td`. Those who have died lend no more. */
  #mostUrgent(td: Address): number {
    let priority = MAX_PRIORITY
    for (let lender = this.#get(td, 'lenders'); lender !== NIL; ) {
      const next = this.#get(lender, 'lender')
      if (this.#isDead(lender)) this.#forget(lender)
      else priority = Math.min(priority, this.#get(lender, 'own'), this.#get(lender, 'lent'))
      lender = next
    }
    return priority
  }

  #tell(td: Address, lent: number): void {
    if (this.lender.knows(td)) {
      this.#changed.push(td, lent)
      return
    }
    if (this.#get(td, 'notice') !== 0) return
    const cpu = this.#get(td, 'cpu')
    const notices = this.lot.noticesOf(cpu)
    const first = this.#memory.read(notices)
    if (first === 0) this.#cpus.push(cpu)
    this.#set(td, 'notice', first === 0 ? END : first)
    this.#memory.write(notices, td)
  }

  /** Whether something can be lent to `td`: it is a thread of some CPU, and lives. */
  #borrows(td: Address): boolean {
    return td !== NIL && this.#get(td, 'cpu') !== NO_CPU && !this.#isDead(td)
  }

  /** Hands those who lend to `from` for a lock over to `to`; NIL stands for the orphans. */
  #move(lock: Address, from: Address, to: Address): void {
    if (from === to) return
    for (let lender = this.#memory.read(this.#listOf(from)); lender !== NIL; ) {
      const next = this.#get(lender, 'lender')
      if (this.#isDead(lender)) this.#forget(lender)
      else if (this.#get(lender, 'lock') === lock) {
        this.#unlink(lender)
        this.#link(lender, to)
      }
      lender = next
    }
  }

  #forget(td: Address): void {
    this.#unlink(td)
    this.#set(td, 'lock', NIL)
    this.#set(td, 'debtor', NIL)
  }

  #link(td: Address, debtor: Address): void {
    const list = this.#listOf(debtor)
    this.#set(td, 'debtor', debtor)
    this.#set(td, 'lender', this.#memory.read(list))
    this.#memory.write(list, td)
  }

  #unlink(td: Address): void {
    let at = this.#listOf(this.#get(td, 'debtor'))
    while (this.#memory.read(at) !== td) at = this.#memory.read(at) + WAITER.offset.lender
    this.#memory.write(at, this.#get(td, 'lender'))
    this.#set(td, 'lender', NIL)
  }

  /** Takes a thread off its CPU's list of notices, if it is there. */
  #withdraw(td: Address): void {
    if (this.#get(td, 'notice') === 0) return
    let at = this.lot.noticesOf(this.#get(td, 'cpu'))
    while (this.#memory.read(at) !== td) at = this.#memory.read(at) + WAITER.offset.notice
    this.#memory.write(at, this.#get(td, 'notice'))
    this.#set(td, 'notice', 0)
  }

  #listOf(debtor: Address): Address {
    if (debtor === NIL) return this.#at + LENDING.offset.orphans
    return debtor + WAITER.offset.lenders
  }

  #isDead(td: Address): boolean {
    return this.#memory.load(td + WAITER.offset.state) === DEAD
  }

  #get(entry: Address, field: keyof typeof WAITER.offset): number {
    return this.#memory.read(entry + WAITER.offset[field])
  }

  #set(entry: Address, field: keyof typeof WAITER.offset, value: number): void {
    this.#memory.write(entry + WAITER.offset[field], value)
  }

  #take(): void {
    spinNow(this.#memory, this.#at + LENDING.offset.lock, 'the lock of all loans')
  }

  /** Ends the section, then tells those who have to know. */
  #release(): void {
    unspin(this.#memory, this.#at + LENDING.offset.lock)
    const [changed, cpus] = [this.#changed, this.#cpus]
    if (changed.length === 0 && cpus.length === 0) return
    this.#changed = []
    this.#cpus = []
    for (let i = 0; i < changed.length; i += 2) this.lender.settle(changed[i]!, changed[i + 1]!)
    for (const cpu of cpus) this.lender.tell(cpu)
  }
}
