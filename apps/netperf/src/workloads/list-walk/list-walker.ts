import { type Memory, SETTLE } from '@smpnet/memory'
import type { SimRandom } from '@smpnet/machine/sim'
import type { Waiting } from '@smpnet/park'
import type { Thread } from '@smpnet/scheduler'
import { LATER, type ListLock, TORN } from '../../locks/list-lock.ts'
import { countUntilRare } from '../../locks/random-of.ts'
import type { AddressList } from './address-list.ts'
import type { KernelSlice } from '../../model/kernel-slice.ts'

/** What a walker does, and how finely it is timed. */
export interface WalkerSettings {
  readonly lock: string
  /** Probability of a write. */
  readonly writes: number
  /** Entries of the list. */
  readonly length: number
  /** Reads between two readings of the clock, unless a write comes before. */
  readonly batch: number
}

/** Walks one list from one thread, and now and then replaces an entry. */
export class ListWalker {
  readonly #memory: Memory
  #nextAddress = 0

  constructor(
    readonly list: AddressList,
    readonly lock: ListLock,
    readonly settings: WalkerSettings,
    readonly random: SimRandom,
  ) {
    this.#memory = list.memory
  }

  /** Reads and writes until the slice is done; returns how often it did either. */
  *run(td: Thread, slice: KernelSlice): Waiting<number> {
    const reads = slice.recorder('read')
    const writes = slice.recorder('write')
    const { batch, writes: probability } = this.settings
    let beganNs = slice.nowNs()
    for (let count = 0, left = countUntilRare(this.random, probability); ; ) {
      const now = Math.min(left, batch)
      if (now > 0) yield* this.#read(td, now)
      else yield* this.#write(td)
      const endedNs = slice.nowNs()
      if (now > 0) reads.record((endedNs - beganNs) / now)
      else writes.record(endedNs - beganNs)
      beganNs = endedNs
      count += Math.max(now, 1)
      left = now > 0 ? left - now : countUntilRare(this.random, probability)
      if (slice.done()) return count
    }
  }

  /**
   * Each walk goes to an entry of its own, so that CPUs do not fall into step. It settles before
   * each try, which otherwise would be given up, and go the longer way, where the CPU is ahead.
   */
  *#read(td: Thread, times: number): Waiting {
    const { list, lock, random, settings } = this
    for (let left = times; left > 0; ) {
      const position = random.below(settings.length)
      while (!this.#memory.settled()) yield SETTLE
      if (!lock.tryRead(td)) yield* lock.read(td)
      const isWhole = list.walk(position)
      while (!this.#memory.settled()) yield SETTLE
      let ended = lock.tryEndRead(td)
      if (ended === LATER) ended = yield* lock.endRead(td)
      if (ended === TORN) continue
      if (!isWhole) throw new Error(`a reader under ${settings.lock} saw a half-written entry`)
      left--
    }
  }

  *#write(td: Thread): Waiting {
    const { list, lock, random, settings } = this
    const fresh = yield* lock.spare(td)
    while (!this.#memory.settled()) yield SETTLE
    yield* lock.write(td)
    const old = list.replace(random.below(settings.length), fresh, this.#nextAddress++)
    while (!this.#memory.settled()) yield SETTLE
    yield* lock.endWrite(td)
    lock.retire(old)
  }
}
