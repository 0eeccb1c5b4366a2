import type { Address, Memory, PoolHandle } from '@smpnet/memory'
import { Mutex } from '@smpnet/sync'
import { OWNER_DIED, type Waiting } from '@smpnet/park'
import type { Countable, Thread } from '@smpnet/scheduler'
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

  /**
   * Enters the mutex of an item that was tried in vain. What one has left that died inside is whole
   * when what else the mutex's holder holds is mended.
   */
  *enter(td: Thread, item: Address): Waiting {
    const lock = this.of(item)
    if ((yield* lock.enter(td)) === OWNER_DIED) lock.recover?.(td)
  }

  /** After the burial of a thread: no mutex has that as its owner any more. */
  *recover(td: Thread, items: Iterable<Address>): Waiting {
    for (const item of items) {
      const lock = this.of(item)
      if (!lock.tryEnter(td)) yield* this.enter(td, item)
      if (!lock.tryExit(td)) yield* lock.exit(td)
    }
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
