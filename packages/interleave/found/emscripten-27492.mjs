/**
 * A thread has ended and its memory is a lock now, but what it began to await there is first in
 * the list of waiters, and takes the one notify that was for the thread which waits for the lock.
 * https://github.com/emscripten-core/emscripten/issues/27492
 */
const MAILBOX = 1

const locks =
  (mailbox) =>
  ({ thread }) => {
    const words = new Int32Array(new SharedArrayBuffer(8))
    words[0] = 1
    thread('event loop', () => {
      const { async, value } = Atomics.waitAsync(words, mailbox, mailbox === 0 ? 1 : 0)
      if (async) void value.then(() => {})
    })
    thread('waiter', () => {
      while (Atomics.compareExchange(words, 0, 0, 1) !== 0) Atomics.wait(words, 0, 1)
    })
    thread('holder', () => {
      Atomics.store(words, 0, 0)
      Atomics.notify(words, 0, 1)
      Atomics.store(words, MAILBOX, 1)
      Atomics.notify(words, MAILBOX)
    })
  }

export const asShipped = locks(0)
/** What is awaited has a word that is never used for anything else. */
export const mended = locks(MAILBOX)
