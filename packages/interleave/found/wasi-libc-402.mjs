/**
 * A lock is given back by a store that is not atomic, beside the exchanges that take it.
 * https://github.com/WebAssembly/wasi-libc/issues/402
 */
const counts =
  (release) =>
  ({ thread, after }) => {
    const words = new Int32Array(new SharedArrayBuffer(8))
    const add = () => {
      while (Atomics.compareExchange(words, 0, 0, 1) !== 0) Atomics.wait(words, 0, 1)
      words[1]++
      release(words)
      Atomics.notify(words, 0)
    }
    thread('a', add)
    thread('b', add)
    after(() => {
      if (words[1] !== 2) throw new Error(`expected 2, got ${words[1]}`)
    })
  }

export const asShipped = counts((words) => void (words[0] = 0))
export const mended = counts((words) => void Atomics.store(words, 0, 0))
