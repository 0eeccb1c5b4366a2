import type { Address, Memory, PoolHandle } from '@smpnet/memory'
import { Mutex } from '@smpnet/sync'
import type { Countable } from '@smpnet/scheduler'
import type { LockMaker } from '../../locks/lock-maker.ts'

/**
 * The mutexes of the items of a pool, such as control blocks, as one isolate sees them: an object
 * for each item, made by the isolate's lock maker with the first use.
 */
export class MadeLocks {
  readonly #made: (Countable | undefined)[]

  constructor(
    readonly memory: Memory,
    readonly maker: LockMaker,
    readonly name: string,
    readonly pool: PoolHandle,
    /** Where in an item its mutex is. */
    readonly offset: number,
  ) {
    this.#made = Array.from({ length: pool.items })
  }

  /** The mutex of the item at an address. */
  of(item: Address): Countable {
    const { at, itemBytes } = this.pool
    const index = ((item - at) / itemBytes) | 0
    return this.#made[index] ?? (this.#made[index] = this.#make(item + this.offset))
  }

  #make(at: Address): Countable {
    const { maker, memory, name } = this
    const { backoff } = maker
    return maker.make(new Mutex(memory, at, { backoff }), {
      name,
      type: 'sleep mutex',
      place: name,
    })
  }
}
