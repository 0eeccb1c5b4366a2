import { bruteForce, explore, type World } from '@smpnet/interleave'
import '@smpnet/interleave/vitest'
import { describe, expect, it } from 'vitest'
import { words } from './support/outcomes.ts'

/** Where the items are: two of 16 bytes each, after the allocator's own line. */
const FIRST = 64
const ITEM_BYTES = 16

/** Two items, each with a word that says whether it is taken. */
class Pair {
  constructor(readonly words: Int32Array<SharedArrayBuffer>) {}

  tryAlloc(): number {
    for (let i = 0; i < 2; i++) {
      if (Atomics.compareExchange(this.words, i, 0, 1) === 0) return FIRST + i * ITEM_BYTES
    }
    return 0
  }

  *alloc(): Generator<number, number> {
    for (;;) {
      const item = this.tryAlloc()
      if (item !== 0) return item
      yield 1
    }
  }

  free(item: number): boolean {
    // An allocator may touch what is free.
    Atomics.store(this.words, item >> 2, 0)
    Atomics.store(this.words, (item - FIRST) / ITEM_BYTES, 0)
    return true
  }
}

/** A pair whose allocations are followed. */
function followed({ allocations }: World, pair = new Pair(words(64))): Pair {
  return allocations('items').follow(pair, {
    allocates: ['alloc', 'tryAlloc'],
    frees: ['free'],
    memory: { buffer: pair.words.buffer, bytes: ITEM_BYTES },
  })
}

describe('what is allocated', () => {
  it('may be freed by another thread, and used until then', () => {
    const result = explore({}, (world) => {
      const pair = followed(world)
      world.thread('a', () => {
        const item = pair.tryAlloc()
        pair.words[item >> 2] = 7
        Atomics.store(pair.words, 2, item)
      })
      world.thread('b', () => {
        while (Atomics.load(pair.words, 2) === 0);
        const item = Atomics.load(pair.words, 2)
        expect(pair.words[item >> 2]).toBe(7)
        pair.free(item)
      })
    })
    expect(result).toHold()
  })

  it('is a leak if nobody frees it, with the thread and the line that allocated it', () => {
    const result = explore({}, (world) => {
      const pair = followed(world)
      world.thread('a', () => {
        const item = pair.tryAlloc()
        if (Atomics.load(pair.words, 2) === 0) pair.free(item)
      })
      world.thread('b', () => void Atomics.store(pair.words, 2, 1))
    })
    expect(result).toFailWith('leak')
    const { message, text, where, thread } = result.failure!
    expect(message).toMatch(
      /^items never freed: 64, which a allocated at .*allocations\.model\.ts:\d+:\d+$/,
    )
    expect(thread).toBe('a')
    expect(where).toMatch(/allocations\.model\.ts:\d+:\d+$/)
    expect(text).toMatch(/allocates 64 of items ◀? +allocations\.model\.ts:\d+:\d+ +pair/)
  })

  it('is named however the allocator waits', () => {
    const result = explore({}, (world) => {
      const pair = followed(world)
      const take = (): void => {
        for (const value of pair.alloc()) if (value !== 1) throw new RangeError('expected 1')
      }
      world.thread('a', take)
      world.thread('b', take)
    })
    expect(result).toFailWith('leak', 'items never freed: 64, which a allocated at')
    expect(result.failure!.message).toContain('; 80, which b allocated at')
  })

  it('must not be freed twice', () => {
    const result = explore({}, (world) => {
      const pair = followed(world)
      const item = pair.tryAlloc()
      const free = (): void => void pair.free(item)
      world.thread('a', free)
      world.thread('b', free)
    })
    expect(result).toFailWith('double-free', 'items: b frees 64, which a had freed at ')
  })

  it('must be what was given out', () => {
    const result = explore({}, (world) => {
      const pair = followed(world)
      world.thread('a', () => void pair.free(FIRST))
    })
    expect(result).toFailWith('bad-free', 'items: a frees 64, which nobody had allocated')
  })

  it('must not be used when it is free, in whatever order that comes about', () => {
    const program = (world: World): void => {
      const pair = followed(world)
      const item = pair.tryAlloc()
      world.thread('user', () => void Atomics.load(pair.words, item >> 2))
      world.thread('owner', () => void pair.free(item))
    }
    for (const result of [explore({}, program), explore({ strategy: bruteForce() }, program)]) {
      expect(result).toFailWith('use-after-free', 'items: user uses 64, which owner had freed at')
      expect(result.failure!.rows.map(({ thread }) => thread)).toEqual([1, 1, 1, 0])
    }
  })

  it('must not be given out while it is in use', () => {
    class Torn extends Pair {
      override tryAlloc(): number {
        if (Atomics.load(this.words, 0) === 1) return 0
        Atomics.store(this.words, 0, 1)
        return FIRST
      }
    }
    const result = explore({}, (world) => {
      const torn = followed(world, new Torn(words(64)))
      const use = (): void => {
        const item = torn.tryAlloc()
        if (item !== 0) torn.free(item)
      }
      world.thread('a', use)
      world.thread('b', use)
    })
    expect(result).toFailWith('double-allocation', 'items: a allocates 64, which b had allocated')
  })

  it('may be kept by an allocator that has no room for it', () => {
    const result = explore({}, ({ thread, allocations }) => {
      const x = words(1)
      const full = allocations('items').follow(
        { alloc: () => Atomics.add(x, 0, 1) + 1, free: (item: number) => item === 0 },
        { allocates: ['alloc'], frees: ['free'] },
      )
      thread('a', () => void full.free(full.alloc()))
    })
    expect(result).toFailWith('leak', 'items never freed: 1, which a allocated at')
  })

  it('may be said by hand, and be an object', () => {
    const result = explore({}, ({ thread, allocations }) => {
      const x = words(1)
      const blocks = allocations('blocks')
      const block = {}
      blocks.allocated(block)
      thread('a', () => {
        if (Atomics.exchange(x, 0, 1) === 0) blocks.freed(block)
      })
      thread('b', () => {
        if (Atomics.load(x, 0) === 0) blocks.used(block)
      })
    })
    expect(result).toFailWith('use-after-free', 'blocks: b uses an object, which a had freed at')
  })

  it('is counted when there is much of it', () => {
    const result = explore({}, ({ thread, allocations }) => {
      const x = words(1)
      const ids = allocations('ids')
      thread('a', () => {
        for (let i = 0; i < 6; i++) ids.allocated(Atomics.add(x, 0, 1))
      })
    })
    expect(result).toFailWith('leak', '; and 2 more')
  })

  it('needs functions that the allocator has, and that are not async', () => {
    const follow = (free: unknown) => () =>
      explore({}, ({ allocations }) => {
        allocations('items').follow({ free } as { free: () => void }, {
          allocates: [],
          frees: ['free'],
        })
      })
    expect(follow(undefined)).toThrow('expected free to be a function of the allocator')
    expect(follow(async () => {})).toThrow('expected free not to be an async function')
  })
})
