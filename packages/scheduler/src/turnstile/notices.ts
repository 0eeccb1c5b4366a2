import type { Address, Memory } from '@smpnet/memory'
import { type Lot, WAITER } from '@smpnet/park'
import type { LoanLists } from './loan-lists.ts'

/** What the scheduler of a CPU does for turnstiles. */
export interface Lender {
  /** Whether this CPU has the object of the thread at `entry`. */
  knows(entry: Address): boolean
  /** Gives such a thread the priority that it is lent now. */
  settle(entry: Address, lent: number): void
  /** Wakes the scheduler of another CPU by its bell. */
  ring(bell: Address): void
}

/** Marks the end of a list of notices, since 0 is what says that a thread is in none. */
const END = 1

/**
 * How owners hear that they are lent something else. An owner whose object this CPU has is told
 * when no list is taken any more (`tellAll`), of what it is lent by then. For an owner of another
 * CPU of a live machine a notice is put into a list in the entry of that CPU's bell, and the bell
 * is rung when the list was empty; that CPU takes all notices at once (`hear`).
 *
 * The list's lock is that of the bell's own list of lenders, which is empty. It is taken under the
 * lists of owners, and nothing is taken under it.
 */
export class Notices {
  readonly #memory: Memory
  /** To be told when no list is taken: entries, and bells. */
  #changed: Address[] = []
  #bells: Address[] = []

  constructor(
    readonly lot: Pick<Lot, 'memory' | 'bellOf'>,
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
    const bell = this.#bellOf(td)
    this.#take(bell)
    const isNoted = this.#get(td) !== 0
    const first = this.#get(bell)
    if (!isNoted) {
      if (first === 0) this.#bells.push(bell)
      this.#set(td, first === 0 ? END : first)
      this.#set(bell, td)
    }
    this.#leave(bell)
  }

  /**
   * Takes a thread off its CPU's list, if it is there. For a holder of its list of lenders. A list
   * that it leaves empty keeps its end: the bell is on its way, and must not be rung a second time.
   */
  withdraw(td: Address): void {
    if (this.#get(td) === 0) return
    const bell = this.#bellOf(td)
    this.#take(bell)
    if (this.#get(td) !== 0) {
      let at = bell
      while (this.#get(at) !== td) at = this.#get(at)
      this.#set(at, this.#get(td))
      this.#set(td, 0)
    }
    this.#leave(bell)
  }

  /** Tells the threads of CPU `cpu`, which is this one, what other CPUs have changed. */
  hear(cpu: number): void {
    const bell = this.lot.bellOf(cpu)
    this.#take(bell)
    for (let td = this.#get(bell); td > END; ) {
      const next = this.#get(td)
      this.#set(td, 0)
      this.#changed.push(td)
      td = next
    }
    this.#set(bell, 0)
    this.#leave(bell)
    this.tellAll()
  }

  /** Tells the owners of this CPU, and rings at other CPUs. For a caller that has taken no list. */
  tellAll(): void {
    const [changed, bells] = [this.#changed, this.#bells]
    if (changed.length === 0 && bells.length === 0) return
    this.#changed = []
    this.#bells = []
    for (const td of changed) {
      this.lender.settle(td, this.#memory.load(td + WAITER.offset.lent))
    }
    for (const bell of bells) this.lender.ring(bell)
  }

  #bellOf(td: Address): Address {
    return this.lot.bellOf(this.#memory.read(td + WAITER.offset.cpu))
  }

  #take(bell: Address): void {
    this.lists.take(bell + WAITER.offset.lenders)
  }

  #leave(bell: Address): void {
    this.lists.leave(bell + WAITER.offset.lenders)
  }

  #get(entry: Address): number {
    return this.#memory.load(entry + WAITER.offset.notice)
  }

  #set(entry: Address, value: number): void {
    this.#memory.store(entry + WAITER.offset.notice, value)
  }
}
