/**
 * The main thread may not block and spins until the address that it waits at is taken away, but
 * the workers look for that address in a variable of their own.
 * https://github.com/emscripten-core/emscripten/pull/12318
 */
const wakes =
  (isShared) =>
  ({ thread }) => {
    const address = new Int32Array(new SharedArrayBuffer(8))
    const own = new Int32Array(new SharedArrayBuffer(4))
    const word = 5
    thread('main', () => {
      Atomics.store(address, 0, word)
      Atomics.store(address, 1, 1)
      while (Atomics.load(address, 0) !== 0);
    })
    thread('worker', () => {
      while (Atomics.load(address, 1) === 0);
      Atomics.compareExchange(isShared ? address : own, 0, word, 0)
    })
  }

export const asShipped = wakes(false)
export const mended = wakes(true)
