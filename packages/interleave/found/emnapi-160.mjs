/**
 * The main thread waits for a child that is gone: nobody stores what it waits for.
 * https://github.com/toyobayashi/emnapi/pull/160
 */
const joins =
  (isBuried) =>
  ({ thread, onDeath }) => {
    const done = new Int32Array(new SharedArrayBuffer(4))
    const end = (how) => {
      Atomics.store(done, 0, how)
      Atomics.notify(done, 0)
    }
    const join = () => {
      while (Atomics.load(done, 0) === 0) Atomics.wait(done, 0, 0)
    }
    thread('main', join, { mortal: false })
    thread('child', () => end(1))
    if (isBuried) onDeath(() => end(2))
  }

export const options = { deaths: 1 }
export const asShipped = joins(false)
export const mended = joins(true)
