/**
 * A wait compares the word before it takes the lock of the list of waiters; what is stored and
 * notified in between finds nobody. https://github.com/WebKit/WebKit/pull/7048
 */
const WORD = 0
const LOCK = 1
const ASLEEP = 2

const waits =
  (isComparingLocked) =>
  ({ thread }) => {
    const words = new Int32Array(new SharedArrayBuffer(12))
    const lock = () => {
      while (Atomics.compareExchange(words, LOCK, 0, 1) !== 0);
    }
    const unlock = () => void Atomics.store(words, LOCK, 0)
    thread('waiter', () => {
      if (!isComparingLocked && Atomics.load(words, WORD) !== 0) return
      lock()
      if (isComparingLocked && Atomics.load(words, WORD) !== 0) return unlock()
      Atomics.store(words, ASLEEP, 1)
      unlock()
      Atomics.wait(words, ASLEEP, 1)
    })
    thread('notifier', () => {
      Atomics.store(words, WORD, 1)
      lock()
      if (Atomics.exchange(words, ASLEEP, 0) === 1) Atomics.notify(words, ASLEEP)
      unlock()
    })
  }

export const asShipped = waits(false)
export const mended = waits(true)
