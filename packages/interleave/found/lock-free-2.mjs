/**
 * A free list whose head is exchanged though its second item is not what it was (ABA): an item is
 * given out twice. https://github.com/Lingxi-Li/lock_free/issues/2
 */
const NONE = 0
const TAG = 16

const pools =
  (isTagged) =>
  ({ thread, allocations }) => {
    const head = new Int32Array(new SharedArrayBuffer(4))
    const next = new Int32Array(new SharedArrayBuffer(12))
    head[0] = 1
    next[1] = 2
    const moved = (from, item) => (isTagged ? from - (from % TAG) + TAG + item : item)
    const pool = {
      take() {
        for (;;) {
          const first = Atomics.load(head, 0)
          const item = first % TAG
          if (item === NONE) return NONE
          const to = moved(first, Atomics.load(next, item))
          if (Atomics.compareExchange(head, 0, first, to) === first) return item
        }
      },
      give(item) {
        for (;;) {
          const first = Atomics.load(head, 0)
          Atomics.store(next, item, first % TAG)
          const to = moved(first, item)
          if (Atomics.compareExchange(head, 0, first, to) === first) return
        }
      },
    }
    allocations('items').follow(pool, { allocates: ['take'], frees: ['give'] })
    thread('a', () => {
      const item = pool.take()
      if (item !== NONE) pool.give(item)
    })
    thread('b', () => {
      const [one, two] = [pool.take(), pool.take()]
      if (one !== NONE) pool.give(one)
      const three = pool.take()
      for (const item of [two, three]) if (item !== NONE) pool.give(item)
    })
  }

export const asShipped = pools(false)
export const mended = pools(true)
