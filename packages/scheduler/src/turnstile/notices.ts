import type { Address, Memory } from '@smpnet/memory'
import { type Lot, WAITER } from '@smpnet/park'
import type { LoanLists } from './loan-lists.ts'

/** What the scheduler of a CPU does for turnstiles. */
export interface Lender {
  /** Whether this CPU has the object of the thread at `entry`. */
  knows(entry: Address): boolean
  /** Gives such a thread the priority that it is lent now. */
  settle(entry: Address, lent: number): void
  /** Interrupts another CPU, whose scheduler is then to `hear`. */
  tell(cpu: number): void
}

/** Marks the end of a list of notices, since 0 is what says that a thread is in none. */
const END = 1

/**
 * How owners hear that they are lent something else. An owner whose object this CPU has is told
 * when no list is taken any more (`tellAll`), of what it is lent by then. For an owner of another
 * CPU of a live machine a notice is put into that CPU's list, and the CPU is interrupted when the
 * list was empty (`VECTOR.turnstile`); it takes all notices at once (`hear`).
 *
 * The list's lock stands beside its head, as that of a list of loans does. It is taken under the
 * lists of owners, and nothing is taken under it.
 */
export class Notices {
  readonly #memory: Memory
  /** To be told when no list is taken: entries, and other CPUs. */
  #changed: Address[] = []
  #cpus: number[] = []

  constructor(
    readonly lot: Pick<Lot, 'memory' | 'noticesOf'>,
    readonly lists: LoanLists,
    readonly lender: Lender,
  ) {
    this.#memory = lot.memory
  }

  /** What `td` is lent has changed. For a holder of its list of lenders. */
  note(td: Address): void {
    if (this.lender.knows(td)) {
      this.#changed.push(td)
      return
    }
    const cpu = this.#cpuOf(td)
    const head = this.lot.noticesOf(cpu)
    this.lists.take(head)
    const first = this.#memory.load(head)
    if (this.#next(td) === 0) {
      if (first === 0) this.#cpus.push(cpu)
      this.#setNext(td, first === 0 ? END : first)
      this.#memory.store(head, td)
    }
    this.lists.leave(head)
  }

  /**
   * Takes a thread off its CPU's list, if it is there. For a holder of its list of lenders. A list
   * that it leaves empty keeps its end: the interrupt is on its way, and no second one is wanted.
   */
  withdraw(td: Address): void {
    if (this.#next(td) === 0) return
    const head = this.lot.noticesOf(this.#cpuOf(td))
    this.lists.take(head)
    if (this.#next(td) !== 0) {
      let link = head
      while (this.#memory.load(link) !== td) link = this.#memory.load(link) + WAITER.offset.notice
      this.#memory.store(link, this.#next(td))
      this.#setNext(td, 0)
    }
    this.lists.leave(head)
  }

  /** Tells the threads of CPU `cpu`, which is this one, what other CPUs have changed. */
  hear(cpu: number): void {
    const head = this.lot.noticesOf(cpu)
    this.lists.take(head)
    for (let td = this.#memory.load(head); td > END; ) {
      const next = this.#next(td)
      this.#setNext(td, 0)
      this.#changed.push(td)
      td = next
    }
    this.#memory.store(head, 0)
    this.lists.leave(head)
    this.tellAll()
  }

  /** Tells the owners of this CPU, and other CPUs. For a caller that has taken no list. */
  tellAll(): void {
    const [changed, cpus] = [this.#changed, this.#cpus]
    if (changed.length === 0 && cpus.length === 0) return
    this.#changed = []
    this.#cpus = []
    for (const td of changed) {
      this.lender.settle(td, this.#memory.load(td + WAITER.offset.lent))
    }
    for (const cpu of cpus) this.lender.tell(cpu)
  }

  #cpuOf(td: Address): number {
    return this.#memory.read(td + WAITER.offset.cpu)
  }

  #next(td: Address): Address {
    return this.#memory.load(td + WAITER.offset.notice)
  }

  #setNext(td: Address, value: Address): void {
    this.#memory.store(td + WAITER.offset.notice, value)
  }
}
