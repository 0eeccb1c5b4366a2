/**
 * A semaphore that wakes one waiter for each release: if that wants more than is free it sleeps
 * again, and one that would be content is not woken. https://www.npmjs.com/package/multithreading
 * (0.3.52)
 */
const shares =
  (woken) =>
  ({ thread }) => {
    const permits = new Int32Array(new SharedArrayBuffer(4))
    const acquire = (amount) => {
      for (;;) {
        const free = Atomics.load(permits, 0)
        if (free < amount) Atomics.wait(permits, 0, free)
        else if (Atomics.compareExchange(permits, 0, free, free - amount) === free) return
      }
    }
    const release = (amount) => {
      Atomics.add(permits, 0, amount)
      Atomics.notify(permits, 0, woken)
    }
    const done = new Int32Array(new SharedArrayBuffer(4))
    thread('wants two', () => acquire(2))
    thread('wants one', () => {
      acquire(1)
      release(1)
      Atomics.store(done, 0, 1)
      Atomics.notify(done, 0)
    })
    thread('holder', () => {
      release(1)
      while (Atomics.load(done, 0) === 0) Atomics.wait(done, 0, 0)
      release(1)
    })
  }

export const asShipped = shares(1)
export const mended = shares(Infinity)
