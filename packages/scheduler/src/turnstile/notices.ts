import type { Address, Memory } from '@smpnet/memory'
import { type Lot, WAITER } from '@smpnet/park'
import type { LoanLists } from './loan-lists.ts'

/** Marks the end of a list of notices, since 0 is what says that a thread is in none. */
const END = 1

/**
 * How a CPU hears that its threads are lent something else: they are put on a list of notices in its
 * bell's entry, and whoever puts the first there rings the bell. The lock is the one of the bell's own
 * list of lenders, which is empty. It is taken under those of owners, and nothing under it.
 */
export class Notices {
  readonly #memory: Memory

  constructor(
    readonly lot: Pick<Lot, 'memory' | 'bellOf'>,
    readonly lists: LoanLists,
  ) {
    this.#memory = lot.memory
  }

  /** Notes that `td`, of CPU `cpu`, is lent something else. True if that CPU is to be rung. */
  post(td: Address, cpu: number): boolean {
    const bell = this.lot.bellOf(cpu)
    this.#take(bell)
    const isNoted = this.#get(td) !== 0
    const first = this.#get(bell)
    if (!isNoted) {
      this.#set(td, first === 0 ? END : first)
      this.#set(bell, td)
    }
    this.#leave(bell)
    return !isNoted && first === 0
  }

  /** Takes all notices of a CPU, which is this one: the threads that they are about. */
  takeAll(cpu: number): Address[] {
    const bell = this.lot.bellOf(cpu)
    const noted: Address[] = []
    this.#take(bell)
    for (let td = this.#get(bell); td > END; ) {
      const next = this.#get(td)
      this.#set(td, 0)
      noted.push(td)
      td = next
    }
    this.#set(bell, 0)
    this.#leave(bell)
    return noted
  }

  /**
   * Takes a thread off the list, if it is there. For who has taken its list of lenders. A list that
   * it leaves empty keeps its end: the bell is on its way, and must not be rung a second time.
   */
  withdraw(td: Address, cpu: number): void {
    if (this.#get(td) === 0) return
    const bell = this.lot.bellOf(cpu)
    this.#take(bell)
    if (this.#get(td) !== 0) {
      let at = bell
      while (this.#get(at) !== td) at = this.#get(at)
      this.#set(at, this.#get(td))
      this.#set(td, 0)
    }
    this.#leave(bell)
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
