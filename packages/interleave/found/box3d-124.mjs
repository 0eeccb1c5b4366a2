/**
 * A mutex that does nothing where there are threads all the same: two of them are given one block.
 * https://github.com/erincatto/box3d/issues/124
 */
const allocates =
  (isReal) =>
  ({ thread, allocations }) => {
    const words = new Int32Array(new SharedArrayBuffer(8))
    const lock = () => {
      if (!isReal) return
      while (Atomics.compareExchange(words, 0, 0, 1) !== 0) Atomics.wait(words, 0, 1)
    }
    const unlock = () => {
      if (!isReal) return
      Atomics.store(words, 0, 0)
      Atomics.notify(words, 0, 1)
    }
    const arena = {
      allocate() {
        lock()
        const block = Atomics.load(words, 1) + 1
        Atomics.store(words, 1, block)
        unlock()
        return block
      },
      free() {},
    }
    allocations('blocks').follow(arena, { allocates: ['allocate'], frees: ['free'] })
    const work = () => arena.free(arena.allocate())
    thread('a', work)
    thread('b', work)
  }

export const asShipped = allocates(false)
export const mended = allocates(true)
