/**
 * A worker stores a word and notifies nobody, so that a main thread which waits for it by then
 * waits for ever. https://github.com/nodejs/node/issues/31246
 */
const answers =
  (isNotifying) =>
  ({ thread }) => {
    const word = new Int32Array(new SharedArrayBuffer(4))
    thread('main', () => void Atomics.wait(word, 0, 0))
    thread('worker', () => {
      Atomics.store(word, 0, 1)
      if (isNotifying) Atomics.notify(word, 0)
    })
  }

export const asShipped = answers(false)
export const mended = answers(true)
