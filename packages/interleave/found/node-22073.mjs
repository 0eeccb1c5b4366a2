/**
 * Handlers of an exit are called under a lock that what they call takes, too.
 * https://github.com/nodejs/node/pull/22073
 */
const exits =
  (isUnlockedFirst) =>
  ({ thread }) => {
    const mutex = new Int32Array(new SharedArrayBuffer(4))
    const lock = () => {
      while (Atomics.compareExchange(mutex, 0, 0, 1) !== 0) Atomics.wait(mutex, 0, 1)
    }
    const unlock = () => {
      Atomics.store(mutex, 0, 0)
      Atomics.notify(mutex, 0, 1)
    }
    const terminate = () => {
      lock()
      unlock()
    }
    const exit = (handler) => {
      lock()
      if (isUnlockedFirst) unlock()
      handler()
      if (!isUnlockedFirst) unlock()
    }
    thread('main', () => exit(terminate))
    thread('other', terminate)
  }

export const asShipped = exits(false)
export const mended = exits(true)
